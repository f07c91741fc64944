import { constants } from "node:fs";
import { access, open, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { AnomalyDetector } from "./anomaly/detector.js";
import { Autoencoder, type AutoencoderOptions } from "./autoencoder.js";
import { inFile } from "./datasets/load.js";
import { ArgumentError, IsthmusError } from "./errors.js";
import { type FilePath, filePath } from "./formats/filePath.js";
import { encodeNpy, type NpyArray } from "./formats/npy.js";
import { type DecodedSafetensors, decodeSafetensors } from "./formats/safetensors.js";
import { encodeUtf8 } from "./formats/utf8.js";
import type { ModelFileOptions } from "./modelFile.js";
import type { Callback } from "./training/callbacks.js";
import { type CheckpointingOptions, modelCheckpoint } from "./training/modelCheckpoint.js";

export { type StreamCsvOptions, streamCsv } from "./datasets/csv.js";
export { loadIdx, loadNpy, loadSamples } from "./datasets/load.js";
export { type FileStream, type StreamFileOptions, streamIdx, streamNpy } from "./datasets/stream.js";
export type { FilePath } from "./formats/filePath.js";
export type { LoadedSamples } from "./formats/samples.js";

/**
 * Writes a model, or a detector with its model, to a safetensors file: whole or not at all, so that a file of that name
 * which is there already stays as it is until the new one is complete.
 *
 * @param options.metadata further texts for the file's `__metadata__`, which `loadSafetensors` reads
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {StateError} for a detector that has not been fitted
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to write
 */
export async function saveModel(
  path: FilePath,
  model: Autoencoder | AnomalyDetector,
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

/** A callback for `fit`: `modelCheckpoint` into a file, which is always a whole one. Errors as of `saveModel`. */
export function checkpointFile(path: FilePath, options: CheckpointingOptions = {}): Callback {
  const file = filePath(path);
  return modelCheckpoint({ ...options, save: (bytes) => writeWhole(file, bytes) });
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

/**
 * Checks that a file can be written to `path`, without writing anything: to be called before work whose result
 * will go there.
 *
 * @throws {ArgumentError} when the folder does not exist, or there is a folder of that name
 * @throws {IsthmusError} of code `ERR_FILE` when the folder or the file may not be written to
 */
export async function assertWritable(where: FilePath): Promise<void> {
  const path = filePath(where);
  const folder = dirname(path);
  const parent = await stat(folder).catch(() => undefined);
  if (parent === undefined)
    throw new ArgumentError(`${path} cannot be written: there is no folder ${folder}`);
  if (!parent.isDirectory()) throw new ArgumentError(`${path} cannot be written: ${folder} is not a folder`);
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory()) throw new ArgumentError(`${path} cannot be written: it is a folder`);
  try {
    if (existing === undefined || existing.isFile()) await access(folder, constants.W_OK);
    if (existing !== undefined) await access(path, constants.W_OK);
  } catch (error) {
    throw refused(path, error);
  }
}

let writes = 0;

/** Writes a temporary file beside `path`, flushes it to the disk and renames it. */
async function writeWhole(where: FilePath, bytes: Uint8Array): Promise<void> {
  const path = filePath(where);
  await assertWritable(path);
  try {
    const existing = await stat(path).catch(() => undefined);
    // A device or a pipe has no content to lose, and must not be replaced by a file.
    if (existing !== undefined && !existing.isFile()) return await writeFile(path, bytes);
    // A link stays one; the file that it leads to is replaced.
    const target = existing === undefined ? path : await realpath(path);
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}-${writes++}.tmp`);
    try {
      await writeFlushed(temporary, bytes);
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    }
  } catch (error) {
    throw refused(path, error);
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

function refused(path: string, cause: unknown): IsthmusError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new IsthmusError("ERR_FILE", `${path} cannot be written: ${reason}`, { cause });
}
