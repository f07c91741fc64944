import { knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "./foreignFile.js";
import { Gunzipper } from "./gunzipper.js";
import { allocated, type FileBytes, requireBytes } from "./typedArrays.js";

/** Default of every `maximumBytes`: 1 GiB, about twice the size of the largest common IDX data set. */
export const DEFAULT_MAXIMUM_BYTES = 2 ** 30;

/**
 * Maximum compression factor: in 2 bits, deflate can repeat up to 258 bytes
 * (https://zlib.net/zlib_tech.html, "Maximum Compression Factor").
 */
export const MAXIMUM_EXPANSION = 1032;

/** Limit for decompressed data. */
export interface GunzipOptions {
  /** Maximum size of the decompressed data in bytes; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Whether `bytes` begins with gzip's magic number, 1f 8b (RFC 1952, section 2.3.1). */
export function isGzip(bytes: FileBytes): boolean {
  const [first, second] = requireBytes(bytes);
  return first === 0x1f && second === 0x8b;
}

/**
 * Reads the option `maximumBytes` of a function whose input may be gzipped.
 *
 * @throws {ArgumentError} for other options, and unless the limit is an integer ≥ 0 or Infinity
 */
export function maximumBytesOf(name: string, options: GunzipOptions): number {
  knownKeys(name, options, ["maximumBytes"]);
  return checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
}

/** @throws {ArgumentError} unless `value` is an integer ≥ 0 or Infinity */
export function checkMaximumBytes(value: unknown): number {
  if (value !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(value) && (value as number) >= 0)) {
    throw new ArgumentError(`maximumBytes must be an integer of at least 0, or Infinity, not ${show(value)}`);
  }
  return value as number;
}

/**
 * Decompresses gzip data (RFC 1952), the same way in every runtime. Several members give their contents one after the other;
 * zeros between and after them are padding. It needs no more memory than the result.
 *
 * @param bytes a complete gzip file, which is not changed
 * @throws {FormatError} if the data are not gzip data, are truncated or corrupt, are followed by anything else, or
 * decompress to more than `maximumBytes`
 * @throws {ArgumentError} if an argument has the wrong type, or `maximumBytes` is not an integer ≥ 0
 * @throws {OutOfMemoryError} if there is no memory for the result
 */
export async function gunzip(bytes: FileBytes, options: GunzipOptions = {}): Promise<Uint8Array> {
  const compressed = requireBytes(bytes);
  const maximumBytes = maximumBytesOf("gunzip", options);
  if (!isGzip(compressed)) {
    const foreign = foreignFile(compressed);
    throw new FormatError(
      foreign === undefined
        ? "bytes is not gzip data: it does not begin with the bytes 1f 8b"
        : `bytes is ${foreign}, not gzip data`,
    );
  }
  // A single member ends with its length. Several members are decompressed twice: once to count, once to keep.
  const last = compressed.subarray(Math.max(0, compressed.length - 4));
  const stated = last.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const first = unpack(compressed, stated, maximumBytes);
  return first.whole ?? unpack(compressed, first.size, maximumBytes).whole!;
}

/** Decompresses; returns the bytes if they have the expected length, and their number in any case. */
function unpack(
  compressed: Uint8Array,
  expected: number,
  maximumBytes: number,
): { size: number; whole?: Uint8Array } {
  const possible = Math.min(maximumBytes, MAXIMUM_EXPANSION * compressed.length);
  const whole = expected <= possible ? allocated(expected) : new Uint8Array(0);
  let size = 0;
  for (const piece of unpacked(compressed)) {
    if (size + piece.length > maximumBytes) throw tooMuch(maximumBytes);
    if (size + piece.length <= whole.length) whole.set(piece, size);
    size += piece.length;
  }
  return size === whole.length ? { size, whole } : { size };
}

/** Decompresses a complete gzip file piece by piece. */
export function* unpacked(compressed: Uint8Array): Generator<Uint8Array, void, void> {
  const gunzipper = new Gunzipper();
  yield* gunzipper.push(compressed);
  yield* gunzipper.end();
}

/** The error for data that decompress to more than the limit. */
export function tooMuch(maximumBytes: number): FormatError {
  return new FormatError(`bytes decompresses to more than maximumBytes (${maximumBytes} bytes)`);
}
