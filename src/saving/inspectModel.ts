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

/** The description of a model in the file of a model or a checkpoint. */
export interface ModelSummary {
  /** Layers, loss, optimizer and seed, as in `Autoencoder.description`. */
  readonly description: CheckedDescription;
  /** Width of the code. */
  readonly latentSize: number;
  /** The layers from sample to code and back, a gaussian latent among them. */
  readonly layers: readonly LayerSummary[];
  /** Number of weights and biases. */
  readonly parameterCount: number;
  /** The losses of a checkpoint's training; undefined for the file of a model. */
  readonly history: History | undefined;
}

/**
 * Reads the description of a model and checks the file. It builds no model and starts no engine.
 *
 * @param file bytes or a decoded file, as in `Autoencoder.fromSafetensors`
 * @throws {FormatError} if `file` is not a valid model or checkpoint
 *
 * @example
 * ```ts
 * import { Autoencoder, dense, inspectModel } from "isthmus";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * const { parameterCount } = inspectModel(model.toSafetensors());
 * console.log(parameterCount); // 22
 * await model.dispose();
 * ```
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
