import { isOptions, knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { widenHalves } from "./float16.js";
import {
  DTYPES,
  HALVES,
  LENGTH_BYTES,
  LONE_SURROGATE,
  MAXIMUM_HEADER,
  METADATA,
  readSafetensorsHeader,
} from "./safetensorsHeader.js";
import {
  bytesOf,
  bytesPerElement,
  copyArray,
  describe,
  type FileBytes,
  keyOf,
  type NumericArray,
  type NumericArrayName,
  quote,
  requireArray,
  requireBytes,
} from "./typedArrays.js";
import { encodeUtf8 } from "./utf8.js";

/** A named, row-major array. */
export interface NamedTensor {
  /** Any string except `__metadata__`; unique in a file. */
  readonly name: string;
  /** Dimensions, slowest first. `[]` is a scalar with one element; a dimension of 0 makes an empty tensor. */
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: NumericArray;
}

/** A tensor to write. */
export interface WritableTensor extends NamedTensor {
  /** What a `Uint16Array` holds, if not integers: the bits of halves, or of bfloat16. */
  readonly dtype?: "F16" | "BF16";
}

/** The contents of a safetensors file. */
export interface DecodedSafetensors {
  /** The tensors by name, in the order of the file's header. */
  tensors: Map<string, NamedTensor>;
  /** The `__metadata__` of the header; empty if there is none. The object has no prototype. */
  metadata: Record<string, string>;
}

/**
 * Writes tensors as a safetensors file:
 *
 *     header length n, uint64 LE | n bytes of JSON, padded with spaces to a multiple of 8 | data, little-endian
 *
 * The header lists the tensors in the given order. Their data is sorted by descending element size, and by the given order
 * within one size, so that every tensor is aligned when the file is memory-mapped. The reference implementation does the
 * same. The same tensors in the same order give the same bytes.
 *
 * @param tensors names are unique, and none is `__metadata__`
 * @param metadata texts by name; omitted from the file if empty
 * @throws {ArgumentError} for an invalid name, metadata value, type, dtype or shape
 * @throws {ShapeError} if a shape does not match the number of elements
 */
export function encodeSafetensors(
  tensors: Iterable<WritableTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header = requireMetadata(metadata);
  const given = requireTensors(tensors);

  const laidOut = given.toSorted((a, b) => bytesPerElement(b.type) - bytesPerElement(a.type));
  const offsets = new Map<string, [begin: number, end: number]>();
  let size = 0;
  for (const { name, bytes } of laidOut) {
    offsets.set(name, [size, size + bytes.length]);
    size += bytes.length;
  }
  for (const { name, dtype, shape } of given) {
    const entry = { dtype, shape, data_offsets: offsets.get(name) };
    header.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  }

  const json = encodeUtf8(`{${header.join(",")}}`);
  const headerLength = Math.ceil(json.length / LENGTH_BYTES) * LENGTH_BYTES;
  if (headerLength > MAXIMUM_HEADER) {
    throw new ArgumentError(
      `tensors and metadata make a header of ${headerLength} bytes, but the format allows ${MAXIMUM_HEADER}`,
    );
  }
  const dataBegin = LENGTH_BYTES + headerLength;
  const file = new Uint8Array(dataBegin + size);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, LENGTH_BYTES, dataBegin).set(json, LENGTH_BYTES);
  for (const { name, bytes } of laidOut) file.set(bytes, dataBegin + offsets.get(name)![0]);
  return file;
}

/** Options of `decodeSafetensors`. */
export interface DecodeSafetensorsOptions {
  /**
   * What to do with tensors of half precision (`F16`, `BF16`): `"refuse"` (default), since not every runtime has an array
   * for them, or `"widen"`: they become float32 of the same values.
   */
  halves?: "refuse" | "widen";
}

/**
 * Reads a safetensors file. The header is checked completely before any of it is used. Tensors are copies of the data in
 * `bytes`.
 *
 * @param bytes the whole file
 * @throws {FormatError} if the bytes are not a complete, valid file, or a tensor has a dtype without a typed array (`F16`, `BF16`, `BOOL`, …)
 * @throws {ArgumentError} for unknown options
 */
export function decodeSafetensors(
  bytes: FileBytes,
  options: DecodeSafetensorsOptions = {},
): DecodedSafetensors {
  knownKeys("decodeSafetensors", options, ["halves"]);
  const halves = oneOf("halves", options.halves ?? "refuse", ["refuse", "widen"]);
  const file = requireBytes(bytes);
  const { entries, metadata, dataBegin } = readSafetensorsHeader(file, halves === "widen");
  const tensors = new Map<string, NamedTensor>();
  for (const { name, type, dtype, shape, begin, end } of entries) {
    const data = copyArray(type, file, dataBegin + begin, dataBegin + end);
    tensors.set(name, { name, shape, data: HALVES.has(dtype) ? widened(dtype, data as Uint16Array) : data });
  }
  return { tensors, metadata };
}

/** Halves as float32, by bits: a bfloat16 is the upper half of a float32. */
function widened(dtype: string, halves: Uint16Array): Float32Array {
  const floats = new Float32Array(halves.length);
  const bits = new Uint32Array(floats.buffer);
  if (dtype === "F16") widenHalves(halves, bits);
  else for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  return floats;
}

/** The metadata as a member of the header; nothing if it is empty. */
function requireMetadata(metadata: Readonly<Record<string, string>>): string[] {
  // Typed arrays would have millions of keys.
  if (!isOptions(metadata)) {
    throw new ArgumentError(`metadata is ${show(metadata)}, but it must be an object of strings`);
  }
  const members = Object.entries(metadata).map(([key, value]) => {
    if (typeof value !== "string") {
      throw new ArgumentError(`metadata has ${describe(value)} for ${quote(key)}, but it must be a string`);
    }
    if (LONE_SURROGATE.test(key) || LONE_SURROGATE.test(value)) {
      throw new ArgumentError(
        `metadata has half a surrogate pair in ${quote(key)}, but it must be Unicode text`,
      );
    }
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return members.length === 0 ? [] : [`"${METADATA}":{${members.join(",")}}`];
}

function requireTensors(tensors: Iterable<WritableTensor>) {
  if (typeof tensors?.[Symbol.iterator] !== "function") {
    throw new ArgumentError(`tensors is ${describe(tensors)}, but it must be an iterable of tensors`);
  }
  const names = new Set<string>();
  return Array.from(tensors, (tensor, index) => {
    const name: unknown = tensor?.name;
    if (typeof name !== "string") {
      throw new ArgumentError(
        `tensors[${index}] has a name that is ${describe(name)}, but it must be a string`,
      );
    }
    if (name === METADATA) {
      throw new ArgumentError(`tensors[${index}] has the name ${METADATA}, which is reserved`);
    }
    if (LONE_SURROGATE.test(name)) {
      throw new ArgumentError(
        `tensors[${index}] has half a surrogate pair in its name, but it must be Unicode text`,
      );
    }
    if (names.has(name)) throw new ArgumentError(`tensors has two tensors with the name ${quote(name)}`);
    names.add(name);
    const { type, shape } = requireArray(tensor, `tensor ${quote(name)}`);
    return { name, type, shape, dtype: dtypeOf(tensor, type), bytes: bytesOf(tensor.data) };
  });
}

/** @throws {ArgumentError} for a dtype that the array cannot hold */
function dtypeOf({ name, dtype }: WritableTensor, type: NumericArrayName): string {
  if (dtype === undefined) return keyOf(DTYPES, type)!;
  if ((dtype === "F16" || dtype === "BF16") && type === "Uint16Array") return dtype;
  throw new ArgumentError(
    `tensor ${quote(name)} is a ${type} with the dtype ${show(dtype)}; only a Uint16Array can be "F16" or "BF16"`,
  );
}
