import { FormatError } from "../common/errors.js";
import { widenHalves } from "./float16.js";
import {
  allocated,
  bytesPerElement,
  elementCount,
  type NumericArray,
  type NumericArrayName,
  showShape,
  swapBytes,
  viewAs,
} from "./typedArrays.js";

/** What the header of an array file says about the elements that follow. */
export interface ArrayLayout {
  /** Name of the file format. */
  readonly format: "IDX" | ".npy";
  /** What the elements become. */
  readonly type: NumericArrayName;
  /** How they stand in the file, where no array of `type` has them so: half floats, or booleans of a byte each. */
  readonly stored?: "float16" | "bool";
  readonly bigEndian: boolean;
  /** Whether the elements are column-major (Fortran order); otherwise they are row-major. */
  readonly fortranOrder: boolean;
  /** Dimensions, slowest first. */
  readonly shape: readonly number[];
  /** Position of the first element in the file. */
  readonly dataBegin: number;
}

/** Bytes that an element takes in the file. */
export function storedBytes({ type, stored }: Pick<ArrayLayout, "type" | "stored">): number {
  return stored === "float16" ? 2 : bytesPerElement(type);
}

/**
 * Bytes that the elements take in the file.
 *
 * @throws {FormatError} if no file could have that many
 */
export function dataBytes(layout: ArrayLayout): number {
  const { format, shape } = layout;
  const size = (elementCount(shape) ?? Number.POSITIVE_INFINITY) * storedBytes(layout);
  if (Number.isSafeInteger(size)) return size;
  throw invalid(format, `its shape ${showShape(shape)} is larger than any file can be`);
}

/**
 * Checks the number of bytes after the header.
 *
 * @param available number of bytes, or `"more"` for more than the elements need
 * @throws {FormatError} unless the elements need exactly as many
 */
export function requireData(layout: ArrayLayout, available: number | "more"): void {
  const size = dataBytes(layout);
  if (available === size) return;
  const follow = available === "more" || available > size ? available : `only ${available}`;
  throw invalid(layout.format, `${wants(layout)}, but ${follow} follow the header`);
}

/** For messages: how many bytes the elements need. */
export function wants(layout: ArrayLayout): string {
  return `its shape ${showShape(layout.shape)} needs ${dataBytes(layout)} bytes of data`;
}

/**
 * The elements of a file, row-major and in the byte order of the machine, in the memory of `bytes`, which is given up.
 *
 * @throws {FormatError} for booleans that are neither 0 nor 1
 */
export function elementsOf(layout: ArrayLayout, bytes: Uint8Array<ArrayBuffer>): NumericArray {
  const { type, stored, bigEndian, fortranOrder, shape } = layout;
  const size = storedBytes(layout);
  if (bigEndian) swapBytes(bytes, size);
  const ordered = fortranOrder && shape.length > 1 ? toRowMajor(size, bytes, shape) : bytes;
  if (stored === "float16") {
    const floats = allocated(2 * ordered.length);
    widenHalves(new Uint16Array(ordered.buffer), new Uint32Array(floats.buffer));
    return viewAs(type, floats);
  }
  if (stored === "bool") {
    const wrong = ordered.find((byte) => byte > 1);
    if (wrong !== undefined)
      throw invalid(layout.format, `it has the boolean ${wrong}, which is neither 0 nor 1`);
  }
  return viewAs(type, ordered);
}

/** The elements of a column-major (Fortran order) array in row-major order. */
function toRowMajor(size: number, source: Uint8Array, shape: readonly number[]): Uint8Array<ArrayBuffer> {
  const target = allocated(source.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, size));
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < target.length; to += size) {
    // Copies bytes, because reading and writing a number may lose the payload of a signalling NaN.
    for (let byte = 0; byte < size; byte++) target[to + byte] = source[from + byte]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return target;
}

/** The error for an invalid file. */
export function invalid(format: ArrayLayout["format"], reason: string): FormatError {
  return new FormatError(`bytes is not a valid ${format} file: ${reason}`);
}
