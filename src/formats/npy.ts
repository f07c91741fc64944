import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "./foreignFile.js";
import { type ArrayLayout, elementsOf, invalid as invalidFile, requireData, storedBytes } from "./layout.js";
import { parseNpyHeader } from "./npyHeader.js";
import {
  bytesOf,
  bytesPerElement,
  copyBytes,
  type FileBytes,
  keyOf,
  type NumericArray,
  type NumericArrayName,
  quote,
  requireArray,
  requireBytes,
} from "./typedArrays.js";
import { encodeUtf8 } from "./utf8.js";

/** An array, as in a NumPy `.npy` file. */
export interface NpyArray {
  /** Dimensions, slowest first; `[]` is a scalar of one element. */
  readonly shape: readonly number[];
  /** The elements, row-major (C order). */
  readonly data: NumericArray;
}

/** NumPy's type codes without byte order: kind and bytes per element. */
const TYPES: ReadonlyMap<string, NumericArrayName> = new Map([
  ["f8", "Float64Array"],
  ["f4", "Float32Array"],
  ["i8", "BigInt64Array"],
  ["i4", "Int32Array"],
  ["i2", "Int16Array"],
  ["i1", "Int8Array"],
  ["u8", "BigUint64Array"],
  ["u4", "Uint32Array"],
  ["u2", "Uint16Array"],
  ["u1", "Uint8Array"],
]);
/** Types without a typed array of their own: half floats, which float32 has all of, and booleans. */
const STORED: ReadonlyMap<string, Pick<ArrayLayout, "type" | "stored">> = new Map([
  ["f2", { type: "Float32Array", stored: "float16" }],
  // Not `Uint8Array`, which models divide by 255.
  ["b1", { type: "Int8Array", stored: "bool" }],
]);

/** The magic number `\x93NUMPY`; two bytes of version follow. */
const MAGIC = /* @__PURE__ */ Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);

/** The data begins at a multiple of this many bytes, so that a memory-mapped file is aligned for SIMD. */
const ALIGNMENT = 64;

/** Limit of `numpy.load`. Longer headers describe structured types, which are refused anyway. */
const MAXIMUM_HEADER = 10_000;

/** `NPY_MAXDIMS` of NumPy 1, which every version can read, and of NumPy 2, the most that any version writes. */
const MAXIMUM_DIMENSIONS_WRITTEN = 32;
const MAXIMUM_DIMENSIONS_READ = 64;

/**
 * Writes a NumPy `.npy` file of format 1.0, little-endian and in C order
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html):
 *
 *     \x93NUMPY | 1 0 | header length, uint16 LE | header, padded with spaces, newline | data
 *
 * @throws {ArgumentError} unless the data is a numeric typed array and the shape has up to 32 integers ≥ 0
 * @throws {ShapeError} if the shape does not match the number of elements
 */
export function encodeNpy(array: NpyArray): Uint8Array {
  const { type, shape } = requireArray(array, "array");
  if (shape.length > MAXIMUM_DIMENSIONS_WRITTEN) {
    throw new ArgumentError(
      `array has ${shape.length} dimensions, but NumPy allows up to ${MAXIMUM_DIMENSIONS_WRITTEN}`,
    );
  }
  const descr = `${bytesPerElement(type) === 1 ? "|" : "<"}${keyOf(TYPES, type)}`;
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = encodeUtf8(`{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`);

  const headerBegin = MAGIC.length + 4;
  const dataBegin = Math.ceil((headerBegin + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const file = new Uint8Array(dataBegin + array.data.byteLength);
  file.set(MAGIC);
  file[MAGIC.length] = 1;
  new DataView(file.buffer).setUint16(MAGIC.length + 2, dataBegin - headerBegin, true);
  file.fill(0x20, headerBegin, dataBegin).set(header, headerBegin);
  file[dataBegin - 1] = 0x0a;
  file.set(bytesOf(array.data), dataBegin);
  return file;
}

/**
 * Reads a NumPy `.npy` file of format 1.0, 2.0 or 3.0. Either byte order is read; an array in Fortran order is
 * put into C order. 64-bit integers come as `BigInt64Array` or `BigUint64Array`, half-precision floats as `Float32Array`,
 * booleans as `Int8Array` of 0 and 1.
 *
 * @param bytes the whole file
 * @returns the array; its data is a copy
 * @throws {FormatError} when the bytes are not one complete file, or hold elements without a typed array:
 * structured, complex, extended-precision, text, date and object types
 */
export function decodeNpy(bytes: FileBytes): NpyArray {
  const file = requireBytes(bytes);
  const layout = readNpyLayout(file);
  requireData(layout, file.length - layout.dataBegin);
  return { shape: [...layout.shape], data: elementsOf(layout, copyBytes(file.subarray(layout.dataBegin))) };
}

/**
 * Reads the header of a `.npy` file.
 *
 * @param file bytes that begin with the whole header
 * @throws {FormatError} if the header is invalid, or the elements have a type without a typed array
 */
export function readNpyLayout(file: Uint8Array): ArrayLayout {
  const dataBegin = npyHeaderLength(file);
  const headerBegin = file[MAGIC.length] === 1 ? 10 : 12;
  if (dataBegin > file.length) {
    throw invalid(
      `its header length is ${dataBegin - headerBegin}, but only ${file.length - headerBegin} bytes follow`,
    );
  }
  // Versions 1 and 2 are Latin-1. In version 3, only names of structured types may be non-ASCII; these are refused.
  const text = Array.from(file.subarray(headerBegin, dataBegin), (code) => String.fromCharCode(code)).join(
    "",
  );
  const { descr, fortranOrder, shape } = parseNpyHeader(text);
  if (shape.length > MAXIMUM_DIMENSIONS_READ) {
    throw invalid(`it has ${shape.length} dimensions, but NumPy has at most ${MAXIMUM_DIMENSIONS_READ}`);
  }
  return { format: ".npy", ...readDescr(descr), fortranOrder, shape, dataBegin };
}

/** The number of bytes from the start of a file that are enough to know the length of its header. */
export const NPY_START = 12;

/** Position of the first element, from the first `NPY_START` bytes of the file. */
export function npyHeaderLength(start: Uint8Array): number {
  if (!MAGIC.every((byte, i) => start[i] === byte)) {
    const foreign = foreignFile(start);
    if (foreign !== undefined) throw new FormatError(`bytes is ${foreign}, not a .npy file`);
    throw invalid("it does not begin with \\x93NUMPY");
  }
  const [major, minor] = start.subarray(MAGIC.length, MAGIC.length + 2);
  const lengthBytes = major === 1 ? 2 : 4;
  const headerBegin = MAGIC.length + 2 + lengthBytes;
  if (major === undefined || minor === undefined) throw invalid("it ends before its version");
  if (major < 1 || major > 3 || minor !== 0) {
    throw invalid(`its version is ${major}.${minor}, but it must be 1.0, 2.0 or 3.0`);
  }
  if (start.length < headerBegin) throw invalid("it ends before its header length");

  const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
  const length =
    major === 1 ? view.getUint16(MAGIC.length + 2, true) : view.getUint32(MAGIC.length + 2, true);
  if (length > MAXIMUM_HEADER)
    throw invalid(`its header length is ${length}, but the limit is ${MAXIMUM_HEADER}`);
  return headerBegin + length;
}

/** Reads a type such as `<f4` or `|u1`; an order of `|`, "does not apply", is right for single bytes only. */
function readDescr(descr: string): Pick<ArrayLayout, "type" | "stored" | "bigEndian"> {
  const order = descr[0] ?? "";
  const code = descr.slice(1);
  const plain = TYPES.get(code);
  const element = plain === undefined ? STORED.get(code) : { type: plain };
  const orders = element !== undefined && storedBytes(element) === 1 ? "<>|" : "<>";
  if (element === undefined || order === "" || !orders.includes(order)) {
    const known = [...TYPES.keys(), ...STORED.keys()].join(", ");
    throw new FormatError(
      `bytes has elements of NumPy type ${quote(descr)}, but only ${known} after < or > can be read`,
    );
  }
  return { ...element, bigEndian: order === ">" };
}

function invalid(reason: string): FormatError {
  return invalidFile(".npy", reason);
}
