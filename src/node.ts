/**
 * Files: models, checkpoints, samples and tables, read and written completely or not at all.
 *
 * @module isthmus/node
 */
import { AnomalyDetector } from "./anomaly/detector.js";
import { EnsembleDetector } from "./anomaly/ensembleDetector.js";
import { Autoencoder, type AutoencoderOptions } from "./autoencoder/autoencoder.js";
import { requireOptions } from "./common/check.js";
import { requireMethods } from "./common/requireMethods.js";
import { type FilePath, filePath } from "./files/filePath.js";
import { inFile } from "./files/load.js";
import { assertWritable, writeWhole } from "./files/wholeFile.js";
import { encodeNpy, type NpyArray } from "./formats/npy.js";
import { type DecodedSafetensors, decodeSafetensors } from "./formats/safetensors.js";
import { encodeUtf8 } from "./formats/utf8.js";
import type { ModelFileOptions } from "./saving/modelFile.js";
import type { Callback } from "./training/callbacks.js";
import { type CheckpointingOptions, modelCheckpoint } from "./training/modelCheckpoint.js";

export type { AnySamples, AnySamplesOptions } from "./codecs/anySamples.js";
export type { DecodeImageOptions, ImageOptions } from "./codecs/decodeImage.js";

export type { ImagePixels } from "./codecs/imagePixels.js";
export type { ColumnNameOptions } from "./codecs/matrixTable.js";
export type { DecodeNpzOptions, EncodeNpzOptions } from "./codecs/npz.js";
export { type StreamCsvOptions, streamCsv } from "./files/csv.js";
export { type CsvLoggerOptions, csvLogger } from "./files/csvLogger.js";
export type { FilePath } from "./files/filePath.js";
export { type FileStream, type StreamFileOptions, streamIdx, streamNpy } from "./files/fileStream.js";
export { type LoadedImages, loadImages } from "./files/imageFolder.js";
export { loadIdx, loadNpy } from "./files/load.js";
export { loadNpz, loadSamples } from "./files/samplesFile.js";
export { saveNpz, savePng, saveTable } from "./files/save.js";
export { type LoadTableOptions, loadTable, streamTable } from "./files/tableFile.js";
export { tensorBoard } from "./files/tensorBoard.js";
export { assertWritable } from "./files/wholeFile.js";
export type { LoadedSamples, LoadSamplesOptions } from "./formats/readSamples.js";
export type { ReadTableChunksOptions, ReadTableOptions } from "./formats/readTable.js";
export type { Cell, Table, TableColumn } from "./formats/table.js";

/**
 * Writes a model, or a detector with its model or models, to a safetensors file. An existing file stays as it is until the new one is
 * complete.
 *
 * @param options.metadata further texts for the file's `__metadata__`, which `loadSafetensors` reads
 * @param options.preprocessor what makes samples of data, such as a `TablePreprocessor`; default: the model's own
 * @throws {ArgumentError} if the folder does not exist, or the path is a folder
 * @throws {StateError} for a detector that has not been fitted
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to write
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { loadModel, saveModel } from "isthmus/node";
 *
 * const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * await saveModel("model.safetensors", model);
 * const again = await loadModel("model.safetensors"); // the same bits
 * await Promise.all([model.dispose(), again.dispose()]);
 * ```
 */
export async function saveModel(
  path: FilePath,
  model: Autoencoder | AnomalyDetector | EnsembleDetector,
  options: ModelFileOptions = {},
): Promise<void> {
  requireMethods("model", model, "an Autoencoder or a detector", ["toSafetensors"]);
  await writeWhole(path, model.toSafetensors(options));
}

/**
 * Reads a model that `saveModel` wrote.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} if there is no such file
 * @throws {FormatError} if it is not an Isthmus model; the message names the path
 *
 * @example
 * ```ts
 * import { Autoencoder, dense } from "isthmus";
 * import { loadModel, saveModel } from "isthmus/node";
 *
 * const trained = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
 * await saveModel("model.safetensors", trained);
 *
 * const model = await loadModel("model.safetensors", { engine: { threads: 1 } });
 * const codes = await model.encode([[1, 2, 3, 4]]);
 * console.log(codes.shape); // [ 1, 2 ]
 * await Promise.all([trained.dispose(), model.dispose()]);
 * ```
 */
export async function loadModel(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  return inFile(path, (bytes) => Autoencoder.fromSafetensors(bytes, options));
}

/**
 * Reads a detector and its model that `saveModel` wrote.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} if there is no such file
 * @throws {FormatError} if it is not an Isthmus model with a detector; the message names the path
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
 * Writes a checkpoint, from which training can resume, to a safetensors file. Like `saveModel`, it replaces an existing file
 * only when the new one is complete. Errors as in `saveModel`.
 */
export async function saveCheckpoint(path: FilePath, model: Autoencoder): Promise<void> {
  requireMethods("model", model, "an Autoencoder", ["toCheckpoint"]);
  await writeWhole(path, model.toCheckpoint());
}

/**
 * Reads a checkpoint that `saveCheckpoint` or `checkpointFile` wrote. The next `fit` resumes its training.
 *
 * @param options.engine how to calculate, as in `Autoencoder.create`
 * @throws {ArgumentError} if there is no such file
 * @throws {FormatError} if it is not an Isthmus checkpoint; the message names the path
 */
export async function loadCheckpoint(
  path: FilePath,
  options: Pick<AutoencoderOptions, "engine"> = {},
): Promise<Autoencoder> {
  return inFile(path, (bytes) => Autoencoder.fromCheckpoint(bytes, options));
}

/**
 * A callback for `fit` that writes checkpoints to a file, which is always complete. Before training, it checks that the file
 * can be written, so that no epoch is lost. Options are those of `modelCheckpoint`, errors those of `saveModel`.
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
 * @throws {ArgumentError} if there is no such file
 * @throws {FormatError} if it is not a complete safetensors file; the message names the path
 */
export async function loadSafetensors(path: FilePath): Promise<DecodedSafetensors> {
  return inFile(path, decodeSafetensors);
}

/** Writes an array, such as a `Matrix`, to a NumPy `.npy` file, completely or not at all. Errors as in `saveModel`. */
export async function saveNpy(path: FilePath, array: NpyArray): Promise<void> {
  await writeWhole(path, encodeNpy(array));
}

/** Writes text to a file in UTF-8, completely or not at all. Errors as in `saveModel`. */
export async function saveText(path: FilePath, text: string): Promise<void> {
  await writeWhole(path, encodeUtf8(text));
}

/** Writes bytes to a file, completely or not at all. Errors as in `saveModel`. */
export async function saveBytes(path: FilePath, bytes: Uint8Array): Promise<void> {
  await writeWhole(path, bytes);
}
