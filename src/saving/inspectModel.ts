import type { GaussianLatent } from "../layers/gaussian.js";
import type { Layer } from "../layers/layers.js";
import { type Shape, sizeOf } from "../layers/shape.js";
import { type CheckedDescription, stackOf } from "../network/description.js";
import { ownParameters, type StackLayer } from "../network/stack.js";
import type { History } from "../training/history.js";
import { decodeCheckpoint } from "./checkpoint.js";
import { decodeModelFile, type SafetensorsFile, toDecoded } from "./modelFile.js";

/** One layer of a model. */
export interface LayerSummary {
  /** What the names of its weights begin with: `encoder.0`; empty without weights. */
  readonly name: string;
  /** The layer as its function returned it; of a variational model's code the `latent`. */
  readonly layer: Layer | GaussianLatent;
  /** Shapes of a sample before and after it. */
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  /** Whether its weights are those of a layer of the encoder, transposed. */
  readonly tied: boolean;
  /** Number of weights and biases of its own. */
  readonly parameterCount: number;
}

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
  const layers = stack.layers.filter(({ place }) => place !== "corruption").map(summaryOf);
  return {
    description,
    latentSize: sizeOf(stack.latentShape),
    layers,
    parameterCount: layers.reduce((sum, layer) => sum + layer.parameterCount, 0),
    history: checkpoint?.progress.history,
  };
}

function summaryOf(stacked: StackLayer): LayerSummary {
  const { name, options, inputShape, outputShape, wishes, tiedTo } = stacked;
  return {
    name: wishes.length > 0 ? name : "",
    layer: options as Layer | GaussianLatent,
    inputShape,
    outputShape,
    tied: tiedTo !== undefined,
    parameterCount: ownParameters(stacked).reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  };
}
