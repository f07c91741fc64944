import { FormatError } from "../common/errors.js";
import { foreignFile } from "./foreignFile.js";
import { type JsonKeys, scanJsonKeys } from "./jsonKeys.js";
import {
  bytesPerElement,
  describe,
  elementCount,
  isDimension,
  type NumericArrayName,
  quote,
  showShape,
} from "./typedArrays.js";
import { decodeUtf8 } from "./utf8.js";

/** A tensor's entry in the header. Offsets count bytes from the start of the data. */
export interface SafetensorsEntry {
  name: string;
  type: NumericArrayName;
  /** The format's name for it. */
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

/**
 * The dtypes that have a typed array in JavaScript, by their names in the format
 * (https://github.com/huggingface/safetensors#format).
 */
export const DTYPES: ReadonlyMap<string, NumericArrayName> = new Map([
  ["F64", "Float64Array"],
  ["F32", "Float32Array"],
  ["I64", "BigInt64Array"],
  ["I32", "Int32Array"],
  ["I16", "Int16Array"],
  ["I8", "Int8Array"],
  ["U64", "BigUint64Array"],
  ["U32", "Uint32Array"],
  ["U16", "Uint16Array"],
  ["U8", "Uint8Array"],
]);

/** Half-precision floats, which have no typed array everywhere; their bits are 16-bit integers. */
export const HALVES: ReadonlyMap<string, NumericArrayName> = new Map([
  ["F16", "Uint16Array"],
  ["BF16", "Uint16Array"],
]);

/** Size of the header length at the start of a file. The data starts at a multiple of it. */
export const LENGTH_BYTES = 8;

/** The format's limit for headers. */
export const MAXIMUM_HEADER = 100_000_000;

export const METADATA = "__metadata__";

/** Half of a surrogate pair, which UTF-8 cannot encode. */
export const LONE_SURROGATE = /\p{Surrogate}/u;

/** The header, checked against the size of the data. */
export interface SafetensorsHeader {
  /** The tensors in the order of the header. */
  entries: SafetensorsEntry[];
  /** An object without a prototype, so that no key is special. */
  metadata: Record<string, string>;
  /** Position of the data in the file. */
  dataBegin: number;
}

/**
 * Reads the header of a whole safetensors file.
 *
 * @param halves whether tensors may be of half precision
 * @throws {FormatError} if it breaks a rule of the format or does not match the data
 */
export function readSafetensorsHeader(file: Uint8Array, halves = false): SafetensorsHeader {
  const { header, keys, dataBegin } = readHeader(file);
  const metadata = readMetadata(header[METADATA]);
  const entries = keys.filter((key) => key !== METADATA).map((name) => readEntry(name, header[name], halves));
  requireCover(entries, file.length - dataBegin);
  return { entries, metadata, dataBegin };
}

function readHeader(file: Uint8Array): {
  header: Record<string, unknown>;
  keys: string[];
  dataBegin: number;
} {
  if (file.length < LENGTH_BYTES) {
    throw invalid(`it has ${file.length} bytes, but the header length alone takes ${LENGTH_BYTES}`);
  }
  const foreign = foreignFile(file, "safetensors");
  if (foreign !== undefined) throw new FormatError(`bytes is ${foreign}, not a safetensors file`);
  const length = new DataView(file.buffer, file.byteOffset, file.byteLength).getBigUint64(0, true);
  if (length > MAXIMUM_HEADER) {
    throw invalid(`its header length is ${length}, but the format allows ${MAXIMUM_HEADER}`);
  }
  const dataBegin = LENGTH_BYTES + Number(length);
  if (dataBegin > file.length) {
    throw invalid(`its header length is ${length}, but only ${file.length - LENGTH_BYTES} bytes follow`);
  }
  if (length === 0n || file[LENGTH_BYTES] !== 0x7b) throw invalid("its header does not begin with {");

  // Decoders do not accept shared memory, so copy the bytes.
  const { header, keys } = parseHeader(file.slice(LENGTH_BYTES, dataBegin));
  if (keys.repeated !== undefined) throw invalid(`its header has the key ${quote(keys.repeated)} twice`);
  return { header, keys: keys.outermost, dataBegin };
}

function parseHeader(json: Uint8Array): { header: Record<string, unknown>; keys: JsonKeys } {
  let text: string;
  try {
    text = decodeUtf8(json);
  } catch (cause) {
    throw invalid("its header is not UTF-8", cause);
  }
  try {
    // Text that begins with { and parses is an object.
    return { header: JSON.parse(text) as Record<string, unknown>, keys: scanJsonKeys(text) };
  } catch (cause) {
    throw invalid("its header is not JSON", cause);
  }
}

function readMetadata(value: unknown): Record<string, string> {
  const metadata = Object.create(null) as Record<string, string>;
  if (value === undefined) return metadata;
  if (!isRecord(value)) throw invalid(`its ${METADATA} is ${describe(value)}, but it must be an object`);
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== "string") {
      throw invalid(`its ${METADATA} has ${describe(text)} for ${quote(key)}, but it must be a string`);
    }
    if (LONE_SURROGATE.test(key) || LONE_SURROGATE.test(text)) {
      throw invalid(`its ${METADATA} has half a surrogate pair in ${quote(key)}`);
    }
    metadata[key] = text;
  }
  return metadata;
}

function readEntry(name: string, value: unknown, halves: boolean): SafetensorsEntry {
  const tensor = `tensor ${quote(name)}`;
  if (LONE_SURROGATE.test(name)) throw invalid(`${tensor} has half a surrogate pair in its name`);
  if (!isRecord(value)) throw invalid(`${tensor} is ${describe(value)}, but it must be an object`);

  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== "string") {
    throw invalid(`${tensor} has a dtype that is ${describe(dtype)}, not a string`);
  }
  const type = DTYPES.get(dtype) ?? (halves ? HALVES.get(dtype) : undefined);
  if (type === undefined) {
    throw new FormatError(
      `bytes has ${tensor} with dtype ${quote(dtype)}, but only ${[...DTYPES.keys(), ...(halves ? HALVES.keys() : [])].join(", ")} can be read`,
    );
  }
  if (!Array.isArray(shape) || !shape.every(isDimension)) {
    throw invalid(`${tensor} has a shape that is not an array of integers ≥ 0`);
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isDimension)) {
    throw invalid(`${tensor} has data_offsets that are not two integers ≥ 0`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end) {
    throw invalid(`${tensor} has data_offsets that begin at ${begin} and end before, at ${end}`);
  }

  const wanted = (elementCount(shape) ?? Number.POSITIVE_INFINITY) * bytesPerElement(type);
  if (!Number.isSafeInteger(wanted)) {
    throw invalid(`${tensor} has a shape whose size is more than 2^53 - 1 bytes`);
  }
  if (wanted !== end - begin) {
    throw invalid(
      `${tensor} is ${dtype} of shape ${showShape(shape)}, ${wanted} bytes, but its data_offsets span ${end - begin}`,
    );
  }
  return { name, type, dtype, shape, begin, end };
}

/** Checks that the tensors cover all bytes of the data exactly once. */
function requireCover(entries: readonly SafetensorsEntry[], size: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    const tensor = `tensor ${quote(name)}`;
    if (end > size) throw invalid(`${tensor} ends at byte ${end} of the data, which has ${size}`);
    if (begin < covered) {
      throw invalid(`${tensor} begins at byte ${begin} of the data, inside another that ends at ${covered}`);
    }
    if (begin > covered)
      throw invalid(`${tensor} begins at byte ${begin} of the data and leaves a gap from ${covered}`);
    covered = end;
  }
  if (covered < size) throw invalid(`its tensors end at byte ${covered} of the data, which has ${size}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(reason: string, cause?: unknown): FormatError {
  return new FormatError(
    `bytes is not a valid safetensors file: ${reason}`,
    cause === undefined ? {} : { cause },
  );
}
