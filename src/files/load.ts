import { readFile } from "node:fs/promises";
import { maximumBytesOf } from "../formats/gzip.js";
import type { ArrayLayout } from "../formats/layout.js";
import { type LoadedSamples, type LoadSamplesOptions, readSamples } from "../formats/readSamples.js";
import { type FilePath, filePath } from "./filePath.js";
import { inPath, unreadable } from "./inPath.js";
import { withFile } from "./open.js";

/**
 * Reads an IDX file, the format of MNIST and its family, plain or gzipped. Unsigned bytes stay bytes, which a model
 * takes for themselves divided by 255; other numbers become floats that have room for them.
 *
 * @param path where the file is
 * @throws {ArgumentError} when there is no such file, or an option is wrong
 * @throws {FormatError} when it is not one whole IDX file, or unpacks to more than `maximumBytes`; the message names the
 * path
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
 * @throws {OutOfMemoryError} when the runtime refuses the memory for the samples
 */
export async function loadIdx(path: FilePath, options: LoadSamplesOptions = {}): Promise<LoadedSamples> {
  return load("loadIdx", path, options, "IDX");
}

/**
 * Reads a NumPy `.npy` file, plain or gzipped, of at least one dimension. Numbers and errors as of `loadIdx`.
 *
 * @param path where the file is
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
 * Reads a whole file and decodes it. Decoders speak of `bytes`; whoever reads a message wants to know which file.
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
