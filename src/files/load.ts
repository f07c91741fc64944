import { readFile } from "node:fs/promises";
import { maximumBytesOf } from "../formats/gzip.js";
import type { ArrayLayout } from "../formats/layout.js";
import { type LoadedSamples, type LoadSamplesOptions, readSamples } from "../formats/readSamples.js";
import { type FilePath, filePath } from "./filePath.js";
import { inPath, unreadable } from "./inPath.js";
import { withFile } from "./open.js";

/**
 * Reads an IDX file, the format of MNIST and similar data sets, plain or gzipped. Unsigned bytes stay bytes; models divide
 * them by 255. Other numbers become floats that are wide enough for them.
 *
 * @param path the file's path or `file:` URL
 * @throws {ArgumentError} if there is no such file, or for an invalid option
 * @throws {FormatError} if it is not a complete IDX file, or unpacks to more than `maximumBytes`; the message names the path
 * @throws {IsthmusError} with code `ERR_FILE` if the system refuses to read it
 * @throws {OutOfMemoryError} if there is no memory for the samples
 */
export async function loadIdx(path: FilePath, options: LoadSamplesOptions = {}): Promise<LoadedSamples> {
  return load("loadIdx", path, options, "IDX");
}

/**
 * Reads a NumPy `.npy` file, plain or gzipped, with at least one dimension. Numbers and errors as in `loadIdx`.
 *
 * @param path the file's path or `file:` URL
 */
export async function loadNpy(path: FilePath, options: LoadSamplesOptions = {}): Promise<LoadedSamples> {
  return load("loadNpy", path, options, ".npy");
}

async function load(
  name: string,
  path: FilePath,
  options: LoadSamplesOptions,
  format: ArrayLayout["format"],
): Promise<LoadedSamples> {
  const maximumBytes = maximumBytesOf(name, options);
  return withFile(filePath(path), (source) => readSamples(source, maximumBytes, format));
}

/**
 * Reads a whole file and decodes it. Messages of decoders say `bytes`; here, they name the file instead.
 *
 * @throws what `decode` throws, with the path in the messages of `FormatError`s
 */
export async function inFile<T>(where: FilePath, decode: (bytes: Uint8Array) => T | Promise<T>): Promise<T> {
  const path = filePath(where);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(path, error);
  });
  return inPath(path, () => decode(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
}
