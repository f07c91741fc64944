import { isOptions, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import {
  DTYPES,
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
  type NumericArray,
  quote,
  requireArray,
  requireBytes,
} from "./typedArrays.js";
import { encodeUtf8 } from "./utf8.js";

/** A named, row-major array. */
export interface NamedTensor {
  /** Any string but `__metadata__`; no two tensors of a file share one. */
  readonly name: string;
  /** Dimensions, slowest first; `[]` is a scalar of one element, and a dimension of 0 makes an empty tensor. */
  readonly shape: readonly number[];
  /** The elements, row-major. */
  readonly data: NumericArray;
}

/** What a safetensors file holds. */
export interface DecodedSafetensors {
  /** The tensors by name, in the order of the file's header. */
  tensors: Map<string, NamedTensor>;
  /** The `__metadata__` of the header; empty where there is none. Has no prototype. */
  metadata: Record<string, string>;
}

const DTYPE_OF = new Map(Array.from(DTYPES, ([dtype, type]) => [type, dtype]));

/**
 * Writes tensors as a safetensors file:
 *
 *     header length n, uint64 LE | n bytes of JSON, padded with spaces to a multiple of 8 | data, little-endian
 *
 * The header lists the tensors in the order given. Their data is laid out by descending element size, and in the
 * order given within one size, so that every tensor is aligned for readers that map the file into memory; the
 * reference implementation sorts by size too. The same tensors in the same order give the same bytes.
 *
 * @param tensors names are unique, and none is `__metadata__`
 * @param metadata free text by name; left out of the file where it is empty
 * @throws {ArgumentError} when a name, a value of the metadata, or a tensor's type or shape is not as it should be
 * @throws {ShapeError} when a shape asks for another number of elements than its data has
 */
export function encodeSafetensors(
  tensors: Iterable<NamedTensor>,
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
  for (const { name, type, shape } of given) {
    const entry = { dtype: DTYPE_OF.get(type), shape, data_offsets: offsets.get(name) };
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

/**
 * Reads a safetensors file. Everything it says is checked before any of it is used, and the tensors are copies:
 * they neither keep `bytes` alive nor change with it.
 *
 * @param bytes the whole file
 * @throws {FormatError} when the bytes are not a complete file by the rules of the format, or a tensor has a
 * dtype without a typed array (`F16`, `BF16`, `BOOL`, …)
 */
export function decodeSafetensors(bytes: FileBytes): DecodedSafetensors {
  const file = requireBytes(bytes);
  const { entries, metadata, dataBegin } = readSafetensorsHeader(file);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, type, shape, begin, end } of entries) {
    tensors.set(name, { name, shape, data: copyArray(type, file, dataBegin + begin, dataBegin + end) });
  }
  return { tensors, metadata };
}

/** The metadata as the beginning of the header: one member, or none where it is empty. */
function requireMetadata(metadata: Readonly<Record<string, string>>): string[] {
  // The keys of data may be millions.
  if (!isOptions(metadata)) {
    throw new ArgumentError(`metadata is ${show(metadata)}, but an object of strings is wanted`);
  }
  const members = Object.entries(metadata).map(([key, value]) => {
    if (typeof value !== "string") {
      throw new ArgumentError(`metadata has ${describe(value)} for ${quote(key)}, but a string is wanted`);
    }
    if (LONE_SURROGATE.test(key) || LONE_SURROGATE.test(value)) {
      throw new ArgumentError(
        `metadata has half a surrogate pair in ${quote(key)}, but Unicode text is wanted`,
      );
    }
    return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
  });
  return members.length === 0 ? [] : [`"${METADATA}":{${members.join(",")}}`];
}

function requireTensors(tensors: Iterable<NamedTensor>) {
  if (typeof tensors?.[Symbol.iterator] !== "function") {
    throw new ArgumentError(`tensors is ${describe(tensors)}, but an iterable of tensors is wanted`);
  }
  const names = new Set<string>();
  return Array.from(tensors, (tensor, index) => {
    const name: unknown = tensor?.name;
    if (typeof name !== "string") {
      throw new ArgumentError(
        `tensors[${index}] has a name that is ${describe(name)}, but a string is wanted`,
      );
    }
    if (name === METADATA) {
      throw new ArgumentError(`tensors[${index}] has the name ${METADATA}, which is reserved`);
    }
    if (LONE_SURROGATE.test(name)) {
      throw new ArgumentError(
        `tensors[${index}] has half a surrogate pair in its name, but Unicode text is wanted`,
      );
    }
    if (names.has(name)) throw new ArgumentError(`tensors has two tensors of the name ${quote(name)}`);
    names.add(name);
    return { name, ...requireArray(tensor, `tensor ${quote(name)}`), bytes: bytesOf(tensor.data) };
  });
}
