import { knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "./foreignFile.js";
import { Gunzipper } from "./gunzipper.js";
import { allocated, type FileBytes, requireBytes } from "./typedArrays.js";

/** Default of every `maximumBytes`: 1 GiB, about twice the largest data set commonly kept as IDX. */
export const DEFAULT_MAXIMUM_BYTES = 2 ** 30;

/**
 * How many times as long as its compressed form something can be: in 2 bits, deflate repeats up to 258 bytes
 * (https://zlib.net/zlib_tech.html, "Maximum Compression Factor").
 */
export const MAXIMUM_EXPANSION = 1032;

/** How much gzip data may unpack to. */
export interface GunzipOptions {
  /** Refuse data that decompresses to more bytes than this; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Whether `bytes` begins with gzip's magic number, 1f 8b (RFC 1952, section 2.3.1). */
export function isGzip(bytes: FileBytes): boolean {
  const [first, second] = requireBytes(bytes);
  return first === 0x1f && second === 0x8b;
}

/**
 * The option `maximumBytes` of a function that reads what may be gzipped.
 *
 * @throws {ArgumentError} for other options, and a limit that is no integer ≥ 0 or Infinity
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
 * Decompresses gzip data (RFC 1952), the same way in every runtime: members put end to end give what they hold one
 * after the other; zeros between and after them are padding. The memory it takes is that of the result.
 *
 * @param bytes a whole gzip file; left as it is
 * @throws {FormatError} when it is no gzip data, is cut short or corrupt, is followed by anything else, or holds more
 * than `maximumBytes`
 * @throws {ArgumentError} when an argument has the wrong type or `maximumBytes` is no integer ≥ 0
 * @throws {OutOfMemoryError} when the runtime refuses the memory for the result
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
  // A single member ends with its length. Several are decompressed once to count, and once more to keep.
  const last = compressed.subarray(Math.max(0, compressed.length - 4));
  const stated = last.reduce((sum, byte, i) => sum + byte * 2 ** (8 * i), 0);
  const first = unpack(compressed, stated, maximumBytes);
  return first.whole ?? unpack(compressed, first.size, maximumBytes).whole!;
}

/** What is decompressed, if it has as many bytes as expected; how many it has, anyway. */
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

/** Decompresses a whole gzip file piece by piece. */
export function* unpacked(compressed: Uint8Array): Generator<Uint8Array, void, void> {
  const gunzipper = new Gunzipper();
  yield* gunzipper.push(compressed);
  yield* gunzipper.end();
}

/** The error of data that unpack to more than is allowed. */
export function tooMuch(maximumBytes: number): FormatError {
  return new FormatError(`bytes decompresses to more than maximumBytes, ${maximumBytes} bytes`);
}
