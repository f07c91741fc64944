import { sizeOf } from "../layers/shape.js";
import { type CheckedDescription, stackOf } from "../network/description.js";
import { type LayerSummary, layerSummaries, type Summary, summaryTable } from "../network/summary.js";
import type { History } from "../training/history.js";
import { decodeCheckpoint } from "./checkpoint.js";
import { decodeModelFile, type SafetensorsFile, toDecoded } from "./modelFile.js";

/** What the file of a model or a checkpoint says about its model. */
export interface ModelSummary {
  /** Layers, loss, optimizer and seed, as of `Autoencoder.description`. */
  readonly description: CheckedDescription;
  /** Width of the code. */
  readonly latentSize: number;
  /** The layers from sample to code and back, a gaussian latent among them. */
  readonly layers: readonly LayerSummary[];
  /** Number of weights and biases. */
  readonly parameterCount: number;
  /** The layers as a table, which its `toString()` gives as Keras prints it; as of `Autoencoder.summary`. */
  readonly table: Summary;
  /** The losses of the training that a checkpoint is of; undefined for the file of a model. */
  readonly history: History | undefined;
}

/**
 * Reads what a file says about its model, and checks the file. Builds no model, and so no engine.
 *
 * @param file as of `Autoencoder.fromSafetensors`
 * @throws {FormatError} when `file` is not such a file
 */
export function inspectModel(file: SafetensorsFile): ModelSummary {
  const decoded = toDecoded(file);
  const checkpoint = decoded.metadata.training === undefined ? undefined : decodeCheckpoint(decoded);
  const { description } = checkpoint ?? decodeModelFile(decoded);
  const stack = stackOf(description);
  const layers = layerSummaries(stack);
  const table = summaryTable(layers);
  return {
    description,
    latentSize: sizeOf(stack.latentShape),
    layers,
    parameterCount: table.parameters,
    table,
    history: checkpoint?.progress.history,
  };
}
