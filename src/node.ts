import { AnomalyDetector } from "./anomaly/detector.js";
import { EnsembleDetector } from "./anomaly/ensembleDetector.js";
import { Autoencoder, type AutoencoderOptions } from "./autoencoder/autoencoder.js";
import { requireOptions } from "./common/check.js";
import { type FilePath, filePath } from "./files/filePath.js";
import { inFile } from "./files/load.js";
import { assertWritable, writeWhole } from "./files/wholeFile.js";
import { encodeNpy, type NpyArray } from "./formats/npy.js";
import { type DecodedSafetensors, decodeSafetensors } from "./formats/safetensors.js";
import { encodeUtf8 } from "./formats/utf8.js";
import type { ModelFileOptions } from "./saving/modelFile.js";
import type { Callback } from "./training/callbacks.js";
import { type CheckpointingOptions, modelCheckpoint } from "./training/modelCheckpoint.js";

export { type StreamCsvOptions, streamCsv } from "./files/csv.js";
export type { FilePath } from "./files/filePath.js";
export { type FileStream, type StreamFileOptions, streamIdx, streamNpy } from "./files/fileStream.js";
export { loadIdx, loadNpy, loadSamples } from "./files/load.js";
export { assertWritable } from "./files/wholeFile.js";
export type { LoadedSamples, LoadSamplesOptions } from "./formats/readSamples.js";

/**
 * Writes a model, or a detector with its model or models, to a safetensors file: whole or not at all, so that a file of that name
 * which is there already stays as it is until the new one is complete.
 *
 * @param options.metadata further texts for the file's `__metadata__`, which `loadSafetensors` reads
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {StateError} for a detector that has not been fitted
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to write
 */
export async function saveModel(
  path: FilePath,
  model: Autoencoder | AnomalyDetector | EnsembleDetector,
  options: ModelFileOptions = {},
): Promise<void> {
  await writeWhole(path, model.toSafetensors(options));
}

/**
 * Reads the model that `saveModel` wrote.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is no model of Isthmus; the message names the path
 */
export async function loadModel(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  return inFile(path, (bytes) => Autoencoder.fromSafetensors(bytes, options));
}

/**
 * Reads the detector, and its model, that `saveModel` wrote.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is no model of Isthmus with a detector; the message names the path
 */
export async function loadDetector(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<AnomalyDetector> {
  return inFile(path, (bytes) => AnomalyDetector.fromSafetensors(bytes, options));
}

/**
 * Reads the detector of `detectAnomalies` that `saveModel` wrote.
 *
 * @param options.engine how to calculate, as in `detectAnomalies`
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is no such detector; the message names the path
 */
export async function loadEnsembleDetector(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<EnsembleDetector> {
  return inFile(path, (bytes) => EnsembleDetector.fromSafetensors(bytes, options));
}

/**
 * Writes a checkpoint, from which training can go on, to a safetensors file: whole or not at all, as `saveModel`, so that
 * the one before stays when the process ends in the middle. Errors as of `saveModel`.
 */
export async function saveCheckpoint(path: FilePath, model: Autoencoder): Promise<void> {
  await writeWhole(path, model.toCheckpoint());
}

/**
 * Reads what `saveCheckpoint` or `checkpointFile` wrote; the next `fit` goes on with its training.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is no checkpoint of Isthmus; the message names the path
 */
export async function loadCheckpoint(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  return inFile(path, (bytes) => Autoencoder.fromCheckpoint(bytes, options));
}

/**
 * A callback for `fit`: `modelCheckpoint` into a file, which is always a whole one. Before training it checks that the
 * file can be written, so that no epoch is lost. Errors as of `saveModel`.
 */
export function checkpointFile(path: FilePath, options: CheckpointingOptions = {}): Callback {
  requireOptions("checkpointFile", options);
  const file = filePath(path);
  const callback = modelCheckpoint({ ...options, save: (bytes) => writeWhole(file, bytes) });
  return {
    ...callback,
    onTrainBegin(run) {
      void callback.onTrainBegin?.(run);
      return assertWritable(file);
    },
  };
}

/**
 * Reads any safetensors file.
 *
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is not one whole safetensors file; the message names the path
 */
export async function loadSafetensors(path: FilePath): Promise<DecodedSafetensors> {
  return inFile(path, decodeSafetensors);
}

/** Writes an array, such as a `Matrix`, to a NumPy `.npy` file, whole or not at all. Errors as of `saveModel`. */
export async function saveNpy(path: FilePath, array: NpyArray): Promise<void> {
  await writeWhole(path, encodeNpy(array));
}

/** Writes text to a file in UTF-8, whole or not at all. Errors as of `saveModel`. */
export async function saveText(path: FilePath, text: string): Promise<void> {
  await writeWhole(path, encodeUtf8(text));
}

/** Writes bytes to a file, whole or not at all. Errors as of `saveModel`. */
export async function saveBytes(path: FilePath, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes);
}
