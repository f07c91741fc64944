import { type CheckedDescription, parameterShapes } from "../network/description.js";
import { toStack } from "../network/stack.js";
import type { History } from "../training/history.js";
import { decodeCheckpoint } from "./checkpoint.js";
import { decodeModelFile, type SafetensorsFile, toDecoded } from "./modelFile.js";

/** What the file of a model or a checkpoint says about its model. */
export interface ModelSummary {
  /** Layers, loss, optimizer and seed, as of `Autoencoder.description`. */
  readonly description: CheckedDescription;
  /** Width of the code. */
  readonly latentSize: number;
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
  const { layers, encoderDepth } = toStack(description);
  const sizes = parameterShapes(description).map(({ shape }) => shape.reduce((size, n) => size * n, 1));
  return {
    description,
    latentSize: layers[encoderDepth - 1]!.outputs,
    parameterCount: sizes.reduce((sum, size) => sum + size, 0),
    history: checkpoint?.progress.history,
  };
}
