import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "./foreignFile.js";
import { isGzip } from "./gzip.js";
import { type ArrayLayout, elementsOf, invalid as invalidFile, requireData } from "./layout.js";
import {
  bytesOf,
  bytesPerElement,
  copyBytes,
  type FileBytes,
  type NumericArrayName,
  requireArray,
  requireBytes,
  showShape,
  swapBytes,
} from "./typedArrays.js";

/** The typed arrays that have an IDX type code. */
export type IdxData = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The element types of IDX. */
export type IdxType = "uint8" | "int8" | "int16" | "int32" | "float32" | "float64";

/** An array to write as IDX. */
export interface IdxArray {
  /** Dimensions, slowest first; `[10000, 28, 28]` is 10,000 images of 28 by 28. */
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: IdxData;
}

/** An array read from IDX. */
export interface DecodedIdx {
  /** Type of the elements in the file. */
  type: IdxType;
  /** Dimensions, slowest first, each at least 1. */
  shape: number[];
  /** The elements, row-major. */
  data: IdxData;
}

/**
 * Type codes, from the description of the format that Yann LeCun published with the MNIST database
 * (http://yann.lecun.com/exdb/mnist/, "The IDX file format"). 0x0a is unassigned.
 */
const TYPES: readonly { code: number; type: IdxType; array: NumericArrayName }[] = [
  { code: 0x08, type: "uint8", array: "Uint8Array" },
  { code: 0x09, type: "int8", array: "Int8Array" },
  { code: 0x0b, type: "int16", array: "Int16Array" },
  { code: 0x0c, type: "int32", array: "Int32Array" },
  { code: 0x0d, type: "float32", array: "Float32Array" },
  { code: 0x0e, type: "float64", array: "Float64Array" },
];

/** Dimensions are stored as unsigned 32-bit integers, and their number in one byte. */
const MAXIMUM_DIMENSION = 0xffffffff;
const MAXIMUM_DIMENSIONS = 255;

/**
 * Reads an IDX file, the format of MNIST and similar data sets:
 *
 *     0 0 | type code | number of dimensions d | d × uint32 big-endian | elements, big-endian, row-major
 *
 * @param bytes the whole file, already decompressed (see `gunzip`)
 * @returns the array; its data is a copy
 * @throws {FormatError} unless the bytes are one complete IDX file with at least one element
 */
export function decodeIdx(bytes: FileBytes): DecodedIdx {
  const file = requireBytes(bytes);
  if (isGzip(file)) throw invalid("it is gzip data; decompress it first");
  const layout = readIdxLayout(file);
  requireData(layout, file.length - layout.dataBegin);
  const data = elementsOf(layout, copyBytes(file.subarray(layout.dataBegin))) as IdxData;
  const { type } = TYPES.find(({ array }) => array === layout.type)!;
  return { type, shape: [...layout.shape], data };
}

/** The number of bytes from the start of a file that are enough to know the length of its header. */
export const IDX_START = 4;

/** Position of the first element, from the first 4 bytes of the file. */
export function idxHeaderLength(start: Uint8Array): number {
  if (start.length < 4) throw invalid(`it has ${start.length} bytes, but the magic number alone takes 4`);
  return 4 + 4 * start[3]!;
}

/**
 * Reads the header of an IDX file.
 *
 * @param file bytes that begin with the whole header
 * @throws {FormatError} if the header is invalid or describes no elements
 */
export function readIdxLayout(file: Uint8Array): ArrayLayout {
  const foreign = foreignFile(file, "idx");
  if (foreign !== undefined) throw new FormatError(`bytes is ${foreign}, not an IDX file`);
  const dataBegin = idxHeaderLength(file);
  const [zero0, zero1, code, rank] = file as unknown as [number, number, number, number];
  if (zero0 !== 0 || zero1 !== 0) {
    throw invalid(`it begins with ${hex(zero0)} ${hex(zero1)}, but the magic number begins with 00 00`);
  }
  const entry = TYPES.find((candidate) => candidate.code === code);
  if (entry === undefined) {
    throw invalid(
      `its type code is 0x${hex(code)}, but it must be one of ${TYPES.map((t) => `0x${hex(t.code)}`).join(", ")}`,
    );
  }
  if (rank === 0) throw invalid("it has 0 dimensions, but it needs at least 1");
  if (file.length < dataBegin) {
    throw invalid(
      `it ends after ${file.length} bytes, but its header with ${rank} dimensions takes ${dataBegin}`,
    );
  }
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) {
    throw invalid(`its shape is ${showShape(shape)}, but every dimension must be at least 1`);
  }
  return { format: "IDX", type: entry.array, bigEndian: true, fortranOrder: false, shape, dataBegin };
}

/**
 * Writes an IDX file. `decodeIdx` reads back the same bits.
 *
 * @throws {ArgumentError} if IDX does not support the type of the data, or the shape is not 1 to 255
 * dimensions of 1 to 2^32 - 1
 * @throws {ShapeError} if the shape does not match the number of elements
 */
export function encodeIdx(array: IdxArray): Uint8Array {
  const { type, shape } = requireArray(array, "array");
  const entry = TYPES.find((candidate) => candidate.array === type);
  if (entry === undefined) {
    throw new ArgumentError(
      `array has data that is ${type}, but IDX supports only ${TYPES.map((t) => t.array).join(", ")}`,
    );
  }
  if (shape.length < 1 || shape.length > MAXIMUM_DIMENSIONS) {
    throw new ArgumentError(
      `array has ${shape.length} dimensions, but IDX supports 1 to ${MAXIMUM_DIMENSIONS}`,
    );
  }
  if (shape.some((dimension) => dimension < 1 || dimension > MAXIMUM_DIMENSION)) {
    throw new ArgumentError(
      `array has shape ${showShape(shape)}, but IDX supports dimensions of 1 to ${MAXIMUM_DIMENSION}`,
    );
  }

  const begin = 4 + 4 * shape.length;
  const bytes = new Uint8Array(begin + array.data.byteLength);
  bytes.set([0, 0, entry.code, shape.length]);
  const view = new DataView(bytes.buffer);
  shape.forEach((dimension, axis) => {
    view.setUint32(4 + 4 * axis, dimension);
  });
  bytes.set(bytesOf(array.data), begin);
  swapBytes(bytes.subarray(begin), bytesPerElement(type));
  return bytes;
}

function invalid(reason: string): FormatError {
  return invalidFile("IDX", reason);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}
