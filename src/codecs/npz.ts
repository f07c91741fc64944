import { boolean, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "../formats/foreignFile.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES, tooMuch } from "../formats/gzip.js";
import { decodeNpy, encodeNpy, type NpyArray } from "../formats/npy.js";
import { type FileBytes, quote, requireBytes } from "../formats/typedArrays.js";
import { requireName } from "./columnOptions.js";
import { unzipEntry, type ZipEntry, zip, zipEntries } from "./zip.js";

/** Options of `decodeNpz`. */
export interface DecodeNpzOptions {
  /** Names of the arrays to read, without `.npy`; default: all. */
  arrays?: readonly string[];
  /** Refuse files whose arrays take more bytes than this together; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Options of `encodeNpz`. */
export interface EncodeNpzOptions {
  /** Whether to compress, as `numpy.savez_compressed` does; default true. */
  compress?: boolean;
}

/** Names under which data sets usually keep their samples, most telling first. */
const USUAL = ["x", "X", "data", "x_train", "X_train", "train", "images", "samples", "features", "arr_0"];

/**
 * Reads a NumPy `.npz` file: a zip archive of named `.npy` files, as `numpy.savez` and `numpy.savez_compressed` write it.
 * Checksums are checked; other files in the archive are passed over.
 *
 * @param bytes the whole file
 * @returns the arrays by name, in the order of the file; elements as of `decodeNpy`
 * @throws {FormatError} when it is no whole archive, has no arrays, or one of those asked for cannot be read, which is named
 * @throws {ArgumentError} for options out of range, and for an array that is not there
 */
export function decodeNpz(bytes: FileBytes, options: DecodeNpzOptions = {}): Map<string, NpyArray> {
  knownKeys("decodeNpz", options, ["arrays", "maximumBytes"]);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const archive = openNpz(bytes);
  const names = options.arrays === undefined ? [...archive.keys()] : requireNames(options.arrays, archive);
  const arrays = new Map<string, NpyArray>();
  let left = maximumBytes;
  for (const name of names) {
    const { entry, file } = archive.get(name)!;
    if (entry.size > left) throw tooMuch(maximumBytes);
    left -= entry.size;
    arrays.set(
      name,
      inArray(name, () => decodeNpy(unzipEntry(file, entry, maximumBytes))),
    );
  }
  return arrays;
}

/**
 * Writes a NumPy `.npz` file, which `numpy.load` reads. The same arrays give the same bytes.
 *
 * @param arrays by name: an object or a `Map`; a `Matrix` is an array
 * @throws {ArgumentError} {ShapeError} as `encodeNpy`, for names that are empty, and where there are no arrays
 */
export function encodeNpz(
  arrays: Readonly<Record<string, NpyArray>> | ReadonlyMap<string, NpyArray>,
  options: EncodeNpzOptions = {},
): Uint8Array<ArrayBuffer> {
  knownKeys("encodeNpz", options, ["compress"]);
  const compress = boolean("compress", options.compress ?? true);
  if (typeof arrays !== "object" || arrays === null || ArrayBuffer.isView(arrays) || Array.isArray(arrays)) {
    throw new ArgumentError(`arrays must be an object or a Map of arrays by name, not ${show(arrays)}`);
  }
  const list = arrays instanceof Map ? [...arrays] : Object.entries(arrays as Record<string, NpyArray>);
  if (list.length === 0) throw new ArgumentError("arrays is empty; at least one array is needed");
  const files = new Map<string, Uint8Array>();
  for (const [name, array] of list) {
    if (typeof name !== "string" || name === "") {
      throw new ArgumentError(`arrays has the name ${show(name)}, but a text that is not empty is needed`);
    }
    files.set(`${name}.npy`, encodeNpy(array));
  }
  return zip(files, compress);
}

/** An array of an archive that has not been unpacked yet. */
interface PackedArray {
  readonly entry: ZipEntry;
  readonly file: Uint8Array;
}

/** @throws {FormatError} when it is no archive of arrays */
export function openNpz(bytes: FileBytes): Map<string, PackedArray> {
  const file = requireBytes(bytes);
  if (file[0] !== 0x50 || file[1] !== 0x4b) {
    const foreign = foreignFile(file);
    throw new FormatError(
      `bytes is ${foreign === undefined ? "not an .npz file: it does not begin with PK" : `${foreign}, not an .npz file`}`,
    );
  }
  const entries = zipEntries(file);
  const arrays = new Map<string, PackedArray>();
  for (const entry of entries) {
    if (entry.name.endsWith(".npy")) arrays.set(entry.name.slice(0, -4), { entry, file });
  }
  if (arrays.size > 0) return arrays;
  const held =
    entries.length === 0 ? "nothing" : `${quote(entries[0]!.name)}${entries.length > 1 ? " and others" : ""}`;
  throw new FormatError(`bytes is a zip archive of ${held}, not an .npz file: it has no .npy files in it`);
}

/**
 * The name of the array that holds the samples: the only one; else one of the usual names (`x`, `X`, `data`, `x_train`,
 * …); else the first.
 */
export function samplesName(names: readonly string[]): string {
  return USUAL.find((name) => names.includes(name)) ?? names[0]!;
}

function requireNames(names: unknown, archive: ReadonlyMap<string, unknown>): string[] {
  if (!Array.isArray(names)) throw new ArgumentError(`arrays must be an array of names, not ${show(names)}`);
  return names.map((name) => requireName(name, archive));
}

/** Reads an array; what is wrong with it is said of the array. */
export function inArray<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FormatError) || !error.message.startsWith("bytes ")) throw error;
    throw new FormatError(`bytes has an array ${quote(name)} that ${error.message.slice(6)}`, {
      cause: error,
    });
  }
}
