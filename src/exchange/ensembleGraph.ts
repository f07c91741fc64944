import type { Columns } from "../anomaly/columns.js";
import { readEnsembleFile } from "../anomaly/ensembleFile.js";
import type { ScalingParameters } from "../data/scaling.js";
import type { DecodedSafetensors } from "../formats/safetensors.js";
import { parameterShapes } from "../network/description.js";
import { decodeModelFile } from "../saving/modelFile.js";
import { type ModelGraph, modelGraph } from "./modelGraph.js";

/** A detector of `detectAnomalies` with all its numbers: what an export writes. `Ensemble` says how it calculates. */
export interface EnsembleGraph {
  /** Number of features in a sample. */
  readonly inputSize: number;
  readonly columns: Columns;
  /** Means and deviations of the features. */
  readonly scaling: ScalingParameters;
  /** Each takes and gives scaled features. */
  readonly members: readonly EnsembleMember[];
  /** The score above which a row is flagged. */
  readonly threshold: number;
}

/** A small autoencoder with the mean error of each column, 0 for one whose value never changed. */
export interface EnsembleMember {
  readonly graph: ModelGraph;
  readonly meanErrors: Float64Array;
}

/** The parts of a detector, from what it writes to its file. */
export function ensembleGraph(detector: { toSafetensors(): Uint8Array }): EnsembleGraph {
  const { inputSize, columns, scaling, threshold, members } = readEnsembleFile(detector.toSafetensors());
  return {
    ...{ inputSize, columns, scaling, threshold },
    members: members.map(({ file, meanErrors }) => ({ graph: storedGraph(file), meanErrors })),
  };
}

function storedGraph(file: DecodedSafetensors): ModelGraph {
  const { description, weights, scaling } = decodeModelFile(file);
  const named = parameterShapes(description).map(({ name, shape }, i) => ({
    name,
    shape,
    data: weights[i]!,
  }));
  return modelGraph({ description, scaling, getWeights: () => named });
}
