import { readFile } from "node:fs/promises";
import { ArgumentError, FormatError, IsthmusError } from "../errors.js";
import { type FilePath, filePath } from "../formats/filePath.js";
import { decodeIdx } from "../formats/idx.js";
import { decodeNpy } from "../formats/npy.js";
import { decodeSamples, decompressed, type LoadedSamples, toSamples } from "../formats/samples.js";

/**
 * Reads an IDX file, the format of MNIST and its family, plain or gzipped. Unsigned bytes stay bytes, which a model
 * takes for themselves divided by 255.
 *
 * @param path where the file is
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is not one whole IDX file; the message names the path
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
 */
export async function loadIdx(path: FilePath): Promise<LoadedSamples> {
  return inFile(path, async (bytes) => toSamples(decodeIdx(await decompressed(bytes))));
}

/**
 * Reads a NumPy `.npy` file, plain or gzipped, of at least one dimension. Unsigned bytes stay bytes; other numbers
 * become 32-bit floats.
 *
 * @param path where the file is
 * @throws {ArgumentError} when there is no such file
 * @throws {FormatError} when it is not one whole `.npy` file of numbers; the message names the path
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
 */
export async function loadNpy(path: FilePath): Promise<LoadedSamples> {
  return inFile(path, async (bytes) => toSamples(decodeNpy(await decompressed(bytes))));
}

/** `loadNpy` or `loadIdx`, as the file's first bytes tell. */
export async function loadSamples(path: FilePath): Promise<LoadedSamples> {
  return inFile(path, decodeSamples);
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

/** What `decode` returns; `FormatError`s of it that speak of `bytes` speak of the path instead. */
export async function inPath<T>(path: string, decode: () => T | Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const { message } = error;
    throw new FormatError(
      message.startsWith("bytes ") ? `${path} ${message.slice("bytes ".length)}` : `${path}: ${message}`,
      { cause: error },
    );
  }
}

/** The error of a file that the system refuses to read. */
export function unreadable(path: string, cause: Error & { code?: string }): IsthmusError {
  if (cause.code === "ENOENT") return new ArgumentError(`there is no file ${path}`, { cause });
  if (cause.code === "EISDIR") return new ArgumentError(`${path} is a folder, not a file`, { cause });
  return new IsthmusError("ERR_FILE", `${path} cannot be read: ${cause.message}`, { cause });
}
