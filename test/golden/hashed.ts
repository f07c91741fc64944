import { ArgumentError } from "../../src/common/errors.js";

/** The 32-bit finalizer of MurmurHash3 (Austin Appleby, public domain): a bijection on u32. */
function fmix32(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * `count` float32 values in [low, high], each a function of `tag` and its index alone. README.md has the formula.
 * @param tag an integer from 0 to 2³² − 1 that tells one array from another
 * @throws {ArgumentError} when an argument is out of range
 */
export function hashedUniform(tag: number, count: number, low: number, high: number): Float32Array {
  if (!Number.isInteger(tag) || tag < 0 || tag > 0xffffffff) {
    throw new ArgumentError(`tag is ${tag}, expected an integer from 0 to 4294967295`);
  }
  if (!Number.isInteger(count) || count < 0 || count > 0xffffffff) {
    throw new ArgumentError(`count is ${count}, expected an integer from 0 to 4294967295`);
  }
  if (!Number.isFinite(low) || !Number.isFinite(high) || low > high) {
    throw new ArgumentError(`low and high are ${low} and ${high}, expected finite numbers, low <= high`);
  }
  const values = new Float32Array(count);
  const start = fmix32(tag);
  for (let i = 0; i < count; i++) {
    const hash = fmix32((Math.imul(i, 0x9e3779b9) + start) | 0);
    const unit = (hash >>> 8) * 2 ** -24;
    values[i] = low + (high - low) * unit;
  }
  return values;
}

/** u32 over the bit patterns of `values`, in order: c starts as the length, then c = fmix32(c ^ bits). */
export function checksum(values: Float32Array): number {
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
  let state = values.length;
  for (const word of words) state = fmix32(state ^ word);
  return state;
}
