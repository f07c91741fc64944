import type { AnySamples, AnySamplesOptions } from "../codecs/anySamples.js";
import type { DecodeNpzOptions } from "../codecs/npz.js";
import type { NpyArray } from "../formats/npy.js";
import { type FilePath, filePath } from "./filePath.js";
import { inFile } from "./load.js";
import { withFile } from "./open.js";

// Libraries for formats are loaded when a file is read: most programs need none of them.

/**
 * Reads samples from a file of any format that is read here, as its first bytes tell, plain or gzipped: IDX, NPY, NPZ,
 * Parquet, Arrow or Feather, PNG, JPEG. Of an `.npz` file with several arrays it takes the one that `decodeAnySamples` says;
 * the result has its name.
 *
 * @param path where the file is
 * @param options as of `decodeAnySamples`
 * @throws {ArgumentError} when there is no such file, array or column, or an option is wrong
 * @throws {FormatError} when it is of none of these formats, is not whole, or takes more than `maximumBytes`; the message
 * names the path
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read it
 * @throws {OutOfMemoryError} when the runtime refuses the memory for the samples
 *
 * @example
 * ```ts
 * import { encodeNpy } from "isthmus";
 * import { loadSamples, saveBytes } from "isthmus/node";
 *
 * await saveBytes("samples.npy", encodeNpy({ shape: [2, 3], data: new Float32Array(6) }));
 * const { data, rows, columns } = await loadSamples("samples.npy");
 * console.log(rows, columns, data.length); // 2 3 6
 * ```
 */
export async function loadSamples(path: FilePath, options: AnySamplesOptions = {}): Promise<AnySamples> {
  const { checkAnyOptions, readAnySamples } = await import("../codecs/anySamples.js");
  const wanted = checkAnyOptions("loadSamples", options);
  return withFile(filePath(path), (source) => readAnySamples(source, wanted));
}

/**
 * Reads the arrays of a NumPy `.npz` file by their names.
 *
 * @param path where the file is
 * @throws {ArgumentError} when there is no such file or array
 * @throws {FormatError} when it is not one whole `.npz` file; the message names the path
 */
export async function loadNpz(
  path: FilePath,
  options: DecodeNpzOptions = {},
): Promise<Map<string, NpyArray>> {
  const { decodeNpz } = await import("../codecs/npz.js");
  return inFile(path, (bytes) => decodeNpz(bytes, options));
}
