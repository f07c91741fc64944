import { FormatError } from "../errors.js";
import { gunzip, isGzip } from "./gzip.js";
import { decodeIdx } from "./idx.js";
import { decodeNpy } from "./npy.js";
import { type FileBytes, type NumericArray, requireBytes } from "./typedArrays.js";

/** Samples from a file, one a row. */
export interface LoadedSamples {
  /** The elements, row-major: `Uint8Array` for a file of unsigned bytes, else converted to floats. */
  data: Uint8Array | Float32Array;
  /** Number of samples: the first dimension. */
  rows: number;
  /** Elements of a sample: the product of all further dimensions, 1 where there are none. */
  columns: number;
  /** The dimensions as they stand in the file, slowest first. */
  shape: number[];
}

/**
 * Decodes a whole IDX or `.npy` file, plain or gzipped, as its first bytes tell: for a file dropped on a page or
 * fetched. Unsigned bytes stay bytes, which a model takes for themselves divided by 255; other numbers become 32-bit
 * floats.
 *
 * @throws {FormatError} when it is neither, or not whole
 * @throws {ArgumentError} when `bytes` is neither a `Uint8Array` nor an `ArrayBuffer`
 */
export async function decodeSamples(bytes: FileBytes): Promise<LoadedSamples> {
  const plain = await decompressed(requireBytes(bytes));
  // 93 begins NumPy's magic string, 00 IDX's magic number.
  if (plain[0] === 0x93) return toSamples(decodeNpy(plain));
  if (plain[0] === 0 && plain[1] === 0) return toSamples(decodeIdx(plain));
  throw new FormatError("bytes is neither an IDX nor a .npy file, nor either of them gzipped");
}

/** The bytes themselves, or what they decompress to if they are gzip data. */
export async function decompressed(bytes: Uint8Array): Promise<Uint8Array> {
  return isGzip(bytes) ? gunzip(bytes) : bytes;
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

/** Bytes and floats as they are, other numbers as floats. */
export function toNumbers(data: NumericArray): Uint8Array | Float32Array {
  if (data instanceof Uint8Array || data instanceof Float32Array) return data;
  const floats = new Float32Array(data.length);
  for (let i = 0; i < floats.length; i++) floats[i] = Number(data[i]);
  return floats;
}
