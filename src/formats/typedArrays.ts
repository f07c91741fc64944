import { ArgumentError, OutOfMemoryError, ShapeError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";

export { quote } from "../common/printable.js";

/** All typed arrays that the file formats support. */
export type NumericArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

interface NumericArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): NumericArray;
}

const constructors = {
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
} as const satisfies Record<string, NumericArrayConstructor>;

/** The constructor name of a `NumericArray`. Formats use it to look up their type codes. */
export type NumericArrayName = keyof typeof constructors;

/** Bytes per element of the named array. */
export function bytesPerElement(name: NumericArrayName): number {
  return constructors[name].BYTES_PER_ELEMENT;
}

/**
 * The constructor name of `value` if it is a `NumericArray` of this or another realm, otherwise undefined. A Node `Buffer`
 * counts as a `Uint8Array`.
 */
function arrayName(value: unknown): NumericArrayName | undefined {
  if (!ArrayBuffer.isView(value)) return undefined;
  const tag = objectTag(value);
  return Object.hasOwn(constructors, tag) ? (tag as NumericArrayName) : undefined;
}

/** Describes `value` for an error message. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  try {
    const tag = objectTag(value);
    // A tag may be any text, and reading it may throw.
    return /^\w{1,40}$/.test(tag) ? tag : "an object";
  } catch {
    return "an object";
  }
}

/** A shape for an error message, such as `[10000, 28, 28]`; shortened after 8 dimensions. */
export function showShape(shape: readonly unknown[]): string {
  const shown = shape.slice(0, 8).map((dimension) => describe(dimension));
  return `[${shown.join(", ")}${shape.length > 8 ? `, … ${shape.length} dimensions` : ""}]`;
}

/**
 * Allocates memory. The maximum size of an array depends on the runtime and the moment.
 *
 * @throws {OutOfMemoryError} if the runtime refuses
 */
export function allocated(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length);
  } catch (cause) {
    throw new OutOfMemoryError(`this runtime has no room for ${length} bytes at once`, { cause });
  }
}

/** A plain `Uint8Array` over the memory of `array`, without copying. */
export function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The bytes of a file, from `readFile`, or from the `arrayBuffer()` of a response or a blob. */
export type FileBytes = Uint8Array | ArrayBuffer;

/**
 * The argument `bytes` as a plain `Uint8Array` over the same memory. A Node `Buffer` would differ: its `slice` does not copy.
 * @throws {ArgumentError} unless it is a `Uint8Array` or an `ArrayBuffer` whose memory has not been transferred
 */
export function requireBytes(bytes: unknown): Uint8Array {
  const isBuffer = typeof bytes === "object" && bytes !== null && objectTag(bytes) === "ArrayBuffer";
  if (!isBuffer && arrayName(bytes) !== "Uint8Array") {
    throw new ArgumentError(`bytes is ${describe(bytes)}, but a Uint8Array or an ArrayBuffer is expected`);
  }
  try {
    return isBuffer ? new Uint8Array(bytes as ArrayBuffer) : bytesOf(bytes as Uint8Array);
  } catch (cause) {
    throw new ArgumentError("bytes has been transferred, so its memory is gone", { cause });
  }
}

/** The memory of `bytes` as the named array. `bytes` must own its memory and have a multiple of the element size. */
export function viewAs(name: NumericArrayName, bytes: Uint8Array<ArrayBuffer>): NumericArray {
  const Constructor: NumericArrayConstructor = constructors[name];
  return new Constructor(bytes.buffer);
}

/** Copies bytes to new memory. */
export function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = allocated(bytes.length);
  copy.set(bytes);
  return copy;
}

/**
 * Copies the bytes `[begin, end)` to the named array. `end - begin` must be a multiple of its element size; `begin` need not
 * be aligned. It copies bytes, so signalling NaNs keep their payload.
 */
export function copyArray(
  name: NumericArrayName,
  bytes: Uint8Array,
  begin: number,
  end: number,
): NumericArray {
  return viewAs(name, copyBytes(bytes.subarray(begin, end)));
}

/** Reverses the byte order of every element of `size` bytes, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let start = 0; size > 1 && start < bytes.length; start += size) {
    for (let low = start, high = start + size - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}

/** Whether `value` can be the length of a dimension: an integer from 0 to 2^53 - 1. */
export function isDimension(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * The product of the dimensions; 1 for a scalar's `[]`. Undefined if multiplying from left to right exceeds 2^53 - 1.
 */
export function elementCount(shape: readonly number[]): number | undefined {
  let count = 1;
  for (const dimension of shape) {
    count *= dimension;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/**
 * Checks an array before encoding.
 * @param what names the array in messages, for example `array` or `tensor "a"`
 * @returns the name of the array's type and a copy of its shape
 * @throws {ArgumentError} unless `data` is a `NumericArray` and `shape` an array of dimensions
 * @throws {ShapeError} if the shape does not match the number of elements
 */
export function requireArray(
  array: { readonly data: NumericArray; readonly shape: readonly number[] },
  what: string,
): { type: NumericArrayName; shape: number[] } {
  if (typeof array !== "object" || array === null) {
    throw new ArgumentError(`${what} is ${describe(array)}, but it must be an object with data and shape`);
  }
  const type = arrayName(array.data);
  if (type === undefined) {
    throw new ArgumentError(
      `${what} has data that is ${describe(array.data)}, but it must be one of ${Object.keys(constructors).join(", ")}`,
    );
  }
  if (!Array.isArray(array.shape)) {
    throw new ArgumentError(`${what} has a shape that is ${describe(array.shape)}, but it must be an array`);
  }
  const shape: number[] = Array.from(array.shape);
  if (!shape.every((dimension) => isDimension(dimension))) {
    throw new ArgumentError(`${what} has shape ${showShape(shape)}, but dimensions must be integers ≥ 0`);
  }
  const count = elementCount(shape);
  if (count !== array.data.length) {
    throw new ShapeError(
      `${what} has ${array.data.length} elements, but shape ${showShape(shape)} needs ${count ?? "more than 2^53 - 1"}`,
    );
  }
  return { type, shape };
}

/** The key of a value in a small map, such as a format's name for a type. */
export function keyOf<Key, Value>(map: ReadonlyMap<Key, Value>, value: Value): Key | undefined {
  for (const [key, one] of map) if (one === value) return key;
  return undefined;
}
