import { sizeOf } from "../layers/shape.js";
import { type CheckedDescription, stackOf } from "../network/description.js";
import { type LayerSummary, layerSummaries, type Summary, summaryTable } from "../network/summary.js";
import type { History } from "../training/history.js";
import { decodeCheckpoint } from "./checkpoint.js";
import { decodeModelFile, type SafetensorsFile, toDecoded } from "./modelFile.js";
import type { PreprocessorJson } from "./preprocessorText.js";

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
  /** The layers as a table, which its `toString()` gives as Keras prints it; as of `Autoencoder.summary`. */
  readonly table: Summary;
  /** The losses of a checkpoint's training; undefined for the file of a model. */
  readonly history: History | undefined;
  /** What makes the model's samples, as of `Autoencoder.preprocessor`; undefined if there is none. */
  readonly preprocessor: PreprocessorJson | undefined;
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
  const { description, preprocessor } = checkpoint ?? decodeModelFile(decoded);
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
    preprocessor: preprocessor === undefined ? undefined : (JSON.parse(preprocessor) as PreprocessorJson),
  };
}
