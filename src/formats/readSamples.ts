import { FormatError } from "../common/errors.js";
import { ByteSource, requireUnpackable } from "./byteSource.js";
import { FOREIGN_START, foreignFile } from "./foreignFile.js";
import { maximumBytesOf } from "./gzip.js";
import { IDX_START, idxHeaderLength, readIdxLayout } from "./idx.js";
import { type ArrayLayout, dataBytes, elementsOf, invalid, requireData, wants } from "./layout.js";
import { NPY_START, npyHeaderLength, readNpyLayout } from "./npy.js";
import { allocated, type FileBytes, type NumericArray, requireBytes } from "./typedArrays.js";

/** Samples from a file, one per row. */
export interface LoadedSamples {
  /**
   * The elements, row-major: `Uint8Array` for unsigned bytes; `Float32Array` for 32-bit floats and integers of up to 16 bits;
   * `Float64Array` for all others, which models convert to 32 bits after scaling.
   */
  data: Uint8Array | Float32Array | Float64Array;
  /** Number of samples: the first dimension. */
  rows: number;
  /** Values per sample: the product of all further dimensions; 1 if there are none. */
  columns: number;
  /** The dimensions in the file, slowest first. */
  shape: number[];
}

/** Options of functions that read samples from files, plain or gzipped. */
export interface LoadSamplesOptions {
  /** Maximum size of an unpacked gzip file in bytes; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/**
 * Decodes an IDX or `.npy` file, plain or gzipped, for example one that was fetched or dropped on a page. The first bytes
 * show the format. Unsigned bytes stay bytes; models divide them by 255. Other numbers become floats that are wide enough.
 *
 * @throws {FormatError} if it has neither format, is incomplete, or unpacks to more than `maximumBytes`
 * @throws {ArgumentError} unless `bytes` is a `Uint8Array` or an `ArrayBuffer`, and for invalid options
 * @throws {OutOfMemoryError} if there is no memory for the samples
 *
 * @example
 * ```ts
 * import { decodeSamples, encodeNpy } from "isthmus";
 *
 * const file = encodeNpy({ shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) });
 * const { rows, columns } = await decodeSamples(file);
 * console.log(rows, columns); // 2 3
 * ```
 */
export async function decodeSamples(
  bytes: FileBytes,
  options: LoadSamplesOptions = {},
): Promise<LoadedSamples> {
  const file = requireBytes(bytes);
  const maximumBytes = maximumBytesOf("decodeSamples", options);
  const source = await ByteSource.open({ pieces: [file], size: file.length });
  return readSamples(source, maximumBytes);
}

/**
 * Reads all samples of a file.
 *
 * @param format the required format; default: detected from the first bytes
 */
export async function readSamples(
  source: ByteSource,
  maximumBytes: number,
  format?: ArrayLayout["format"],
): Promise<LoadedSamples> {
  const layout = await readLayout(source, format);
  const size = dataBytes(layout);
  requireRoom(source, layout);
  requireUnpackable(source, layout.dataBegin + size, maximumBytes);
  const bytes = await source.take(size);
  if (bytes.length < size) requireData(layout, bytes.length);
  if (await source.some()) requireData(layout, "more");
  return toSamples({ shape: layout.shape, data: elementsOf(layout, bytes) });
}

/**
 * Reads the header of an IDX or `.npy` file.
 *
 * @param format as in `readSamples`
 * @throws {FormatError} if there is no valid header
 */
export async function readLayout(source: ByteSource, format?: ArrayLayout["format"]): Promise<ArrayLayout> {
  const start = await source.peek(FOREIGN_START);
  const isNpy = (format ?? arrayFormat(start)) === ".npy";
  if (!isNpy && (format ?? arrayFormat(start)) !== "IDX") throw neither(start);
  const length = isNpy
    ? npyHeaderLength(start.subarray(0, NPY_START))
    : idxHeaderLength(start.subarray(0, IDX_START));
  const header = await source.peek(Math.max(length, FOREIGN_START));
  const layout = isNpy ? readNpyLayout(header) : readIdxLayout(header);
  await source.take(length);
  return layout;
}

/** What a file of one array begins as. */
export function arrayFormat(start: Uint8Array): ArrayLayout["format"] | undefined {
  if (start[0] === 0x93) return ".npy";
  return start[0] === 0 && start[1] === 0 ? "IDX" : undefined;
}

/** Formats that `isthmus/codecs` reads. */
const ELSEWHERE = /\.npz|Parquet|Arrow|PNG|JPEG/;

/**
 * The error of a file that is neither.
 *
 * @param others which other formats would have been read; default: none
 */
export function neither(start: Uint8Array, others?: string): FormatError {
  const foreign = foreignFile(start);
  if (foreign === undefined) {
    const rest = others === undefined ? "nor either of them gzipped" : `nor ${others}`;
    return new FormatError(`bytes is neither an IDX nor a .npy file, ${rest}`);
  }
  const elsewhere = ELSEWHERE.test(foreign) ? "; decodeAnySamples of isthmus/codecs reads it" : "";
  const rest = others === undefined ? elsewhere : `, nor ${others}`;
  return new FormatError(`bytes is ${foreign}, not an IDX or .npy file${rest}`);
}

/**
 * Checks, before allocating memory, that the source can have as many bytes as its header says.
 *
 * @throws {FormatError} if it has fewer, or is known to have more
 */
export function requireRoom(source: ByteSource, layout: ArrayLayout): void {
  const { mostLeft, compressed } = source;
  if (!compressed && Number.isFinite(mostLeft)) requireData(layout, mostLeft);
  if (dataBytes(layout) > mostLeft) {
    throw invalid(layout.format, `${wants(layout)}, more than its compressed bytes can expand to`);
  }
}

/** One sample a row, of numbers that a model takes. */
export function toSamples({ shape, data }: { shape: readonly number[]; data: NumericArray }): LoadedSamples {
  const [rows, ...rest] = shape;
  const columns = rest.reduce((product, dimension) => product * dimension, 1);
  if (rows === undefined || data.length === 0) {
    throw new FormatError(`bytes has an array of shape [${shape.join(", ")}], which has no samples`);
  }
  return { data: toNumbers(data), rows, columns, shape: [...shape] };
}

/**
 * Numbers without a loss: bytes and floats as they are, integers as the floats that have room for them.
 *
 * @throws {FormatError} for a 64-bit integer that no 64-bit float has
 */
export function toNumbers(data: NumericArray): Uint8Array | Float32Array | Float64Array {
  if (data instanceof Uint8Array || data instanceof Float32Array || data instanceof Float64Array) return data;
  // A 32-bit float can represent every 16-bit integer, and a 64-bit float every 53-bit integer.
  const narrow = data.BYTES_PER_ELEMENT <= 2;
  const floats = narrow
    ? new Float32Array(allocated(4 * data.length).buffer)
    : new Float64Array(allocated(8 * data.length).buffer);
  for (let i = 0; i < floats.length; i++) {
    const value = data[i]!;
    floats[i] = Number(value);
    if (typeof value === "bigint" && BigInt(floats[i]!) !== value) {
      throw new FormatError(
        `bytes holds ${value} as element ${i}, which no 64-bit float has: beyond ±2^53, integers are rounded`,
      );
    }
  }
  return floats;
}
