import { objectTag } from "../common/objectTag.js";

/** Sample values as given: bytes, or floats of either precision. They become float32 after scaling. */
export type Values = Float32Array | Float64Array | Uint8Array;

/** Arrays of bytes; each byte counts as value / 255 wherever samples are accepted. A Node `Buffer` is one. */
export type ByteArray = Uint8Array | Uint8ClampedArray;

/** Typed arrays accepted as samples. 64-bit integers are not. */
export type SampleArray =
  | Float32Array
  | Float64Array
  | ByteArray
  | Int8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array;

type Reader = (array: never) => Values;

/** The array as this realm's type over the same memory, so that later code can use `instanceof`. */
const floats = (array: Float32Array): Float32Array =>
  array instanceof Float32Array ? array : new Float32Array(...memoryOf(array));
const doubles = (array: Float64Array): Float64Array =>
  array instanceof Float64Array ? array : new Float64Array(...memoryOf(array));
// A Node Buffer is a Uint8Array whose `slice` does not copy.
const bytes = (array: ByteArray): Uint8Array => new Uint8Array(...memoryOf(array));
/** Integers that float32 represents exactly, and those that need float64. */
const shortIntegers = (array: Int16Array): Float32Array => Float32Array.from(array);
const longIntegers = (array: Int32Array): Float64Array => Float64Array.from(array);

function memoryOf({ buffer, byteOffset, length }: SampleArray): [ArrayBuffer, number, number] {
  return [buffer as ArrayBuffer, byteOffset, length];
}

const READERS: Readonly<Record<string, Reader>> = {
  Float32Array: floats,
  Float64Array: doubles,
  Uint8Array: bytes,
  Uint8ClampedArray: bytes,
  Int8Array: shortIntegers,
  Int16Array: shortIntegers,
  Uint16Array: shortIntegers,
  Float16Array: shortIntegers,
  Int32Array: longIntegers,
  Uint32Array: longIntegers,
};

/**
 * A typed array's numbers: floats and bytes over the same memory, integers as a copy. The type is found by the array's
 * tag, so arrays from another realm (an iframe, `vm`, Jest) work.
 *
 * @returns undefined for anything else, including 64-bit integers and `DataView`s
 */
export function toValues(array: unknown): Values | undefined {
  if (!ArrayBuffer.isView(array)) return undefined;
  const tag = objectTag(array);
  const read = Object.hasOwn(READERS, tag) ? READERS[tag] : undefined;
  return read?.(array as never);
}

/** Whether an array's memory has been transferred elsewhere. */
export function isDetached(array: ArrayBufferView): boolean {
  if (array.byteLength > 0) return false;
  try {
    new Uint8Array(array.buffer);
    return false;
  } catch {
    return true;
  }
}

/** Values as the kernels calculate with them: of bytes, value / 255. */
export function toFloats(values: Values): Float32Array | Float64Array {
  return values instanceof Uint8Array ? Float32Array.from(values, (byte) => BYTE_VALUES[byte]!) : values;
}

/** The value of each byte, rounded as in the kernels. */
export const BYTE_VALUES = /* @__PURE__ */ Float32Array.from({ length: 256 }, (_, byte) => byte / 255);
