import { FormatError } from "../common/errors.js";
import { ByteSource, requireUnpackable } from "./byteSource.js";
import { FOREIGN_START, foreignFile } from "./foreignFile.js";
import { maximumBytesOf } from "./gzip.js";
import { IDX_START, idxHeaderLength, readIdxLayout } from "./idx.js";
import { type ArrayLayout, dataBytes, elementsOf, invalid, requireData, wants } from "./layout.js";
import { NPY_START, npyHeaderLength, readNpyLayout } from "./npy.js";
import { allocated, type FileBytes, type NumericArray, requireBytes } from "./typedArrays.js";

/** Samples from a file, one a row. */
export interface LoadedSamples {
  /**
   * The elements, row-major: `Uint8Array` for a file of unsigned bytes; `Float32Array` for 32-bit floats and integers of
   * up to 16 bits; `Float64Array` for all others, which models take to 32 bits after scaling.
   */
  data: Uint8Array | Float32Array | Float64Array;
  /** Number of samples: the first dimension. */
  rows: number;
  /** Elements of a sample: the product of all further dimensions, 1 where there are none. */
  columns: number;
  /** The dimensions as they stand in the file, slowest first. */
  shape: number[];
}

/** Options of what reads samples from files, plain or gzipped. */
export interface LoadSamplesOptions {
  /** Refuse gzipped files that unpack to more bytes than this; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/**
 * Decodes a whole IDX or `.npy` file, plain or gzipped, as its first bytes tell: for a file dropped on a page or
 * fetched. Unsigned bytes stay bytes, which a model takes for themselves divided by 255; other numbers become floats
 * that have room for them.
 *
 * @throws {FormatError} when it is neither, or not whole, or unpacks to more than `maximumBytes`
 * @throws {ArgumentError} when `bytes` is neither a `Uint8Array` nor an `ArrayBuffer`, or an option is wrong
 * @throws {OutOfMemoryError} when the runtime refuses the memory for the samples
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
 * @param format the one that it has to be of; default: as its first bytes tell
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
 * @param format as of `readSamples`
 * @throws {FormatError} when it has none
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
 * Checks, before any memory is taken, that the source can have as many bytes as its header asks for.
 *
 * @throws {FormatError} when it has fewer, or, where that is known, more
 */
export function requireRoom(source: ByteSource, layout: ArrayLayout): void {
  const { mostLeft, compressed } = source;
  if (!compressed && Number.isFinite(mostLeft)) requireData(layout, mostLeft);
  if (dataBytes(layout) > mostLeft) {
    throw invalid(layout.format, `${wants(layout)}, more than its compressed bytes can hold`);
  }
}

/** One sample a row, of numbers that a model takes. */
export function toSamples({ shape, data }: { shape: readonly number[]; data: NumericArray }): LoadedSamples {
  const [rows, ...rest] = shape;
  const columns = rest.reduce((product, dimension) => product * dimension, 1);
  if (rows === undefined || data.length === 0) {
    throw new FormatError(
      `bytes holds an array of shape [${shape.join(", ")}], in which there are no samples`,
    );
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
  // A 32-bit float has every integer of 16 bits, and a 64-bit float every one of 53.
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
