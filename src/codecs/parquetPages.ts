import { parquetHeader } from "hyparquet/src/column.js";
import { FormatError } from "../common/errors.js";
import { tooMuch } from "../formats/gzip.js";
import { PARQUET_CODECS } from "./decompress.js";
import type { ParquetColumn } from "./parquetSchema.js";

/** What is read of the groups of rows of a Parquet file. */
export interface ParquetGroups {
  readonly row_groups: readonly {
    readonly num_rows: bigint;
    readonly columns: readonly {
      readonly file_path?: string;
      readonly meta_data?: Chunk & {
        readonly path_in_schema: readonly string[];
        readonly dictionary_page_offset?: bigint;
        readonly data_page_offset: bigint;
        readonly total_compressed_size: bigint;
      };
    }[];
  }[];
}

type Header = ReturnType<typeof parquetHeader>;

/**
 * Checks the pages of a file before they are read: that each has as many values as the file says, and no run of repeated
 * values is longer. The reader itself trusts those counts, and would fill the memory for a damaged one.
 *
 * @throws {FormatError} for any that is wrong, and when pages unpack to more than `maximumBytes` together
 */
export function checkPages(
  file: Uint8Array<ArrayBuffer>,
  { row_groups }: ParquetGroups,
  columns: readonly ParquetColumn[],
  maximumBytes: number,
): void {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const budget = { left: maximumBytes, most: maximumBytes };
  for (const { columns: chunks, num_rows } of row_groups) {
    const rows = Number(num_rows);
    const found = new Set<string>();
    for (const { meta_data: chunk, file_path } of chunks) {
      const column = byName.get(chunk?.path_in_schema[0] ?? "");
      if (!chunk || !column) continue;
      found.add(column.name);
      if (file_path) throw invalidParquet("its columns are in other files");
      const first = chunk.dictionary_page_offset || chunk.data_page_offset;
      const begin = Number(first);
      const end = begin + Number(chunk.total_compressed_size);
      if (!(begin >= 4 && end >= begin && end <= file.length))
        throw invalidParquet("a column lies outside of it");
      if (chunk.path_in_schema.length !== 1) throw invalidParquet("a column that is not nested has a path");
      checkChunk(new DataView(file.buffer, begin, end - begin), chunk, column.optional, rows, budget);
    }
    if (rows > 0 && found.size < columns.length) throw invalidParquet("a column is missing in some rows");
  }
}

interface Budget {
  left: number;
  readonly most: number;
}

interface Chunk {
  readonly type: string;
  readonly codec: string;
}

function checkChunk(
  view: DataView<ArrayBuffer>,
  chunk: Chunk,
  optional: boolean,
  rows: number,
  budget: Budget,
): void {
  const reader = { view, offset: 0 };
  let seen = 0;
  while (seen < rows) {
    if (reader.offset >= view.byteLength - 1) throw invalidParquet("a column has fewer values than rows");
    const header = parquetHeader(reader);
    const packed = header.compressed_page_size;
    const size = header.uncompressed_page_size;
    if (!isCount(packed, view.byteLength - reader.offset) || !isCount(size)) {
      throw invalidParquet("a page lies outside of its column");
    }
    budget.left -= size;
    if (budget.left < 0) throw tooMuch(budget.most);
    const bytes = new Uint8Array(view.buffer, view.byteOffset + reader.offset, packed);
    reader.offset += packed;
    const values = valuesOf(header, size);
    if (values === undefined) continue;
    seen += values;
    if (seen > rows) throw invalidParquet("a column has more values than rows");
    if (values > 0) checkPage(bytes, header, chunk, optional, values);
  }
}

/** How many values a page of data has; undefined for a dictionary. */
function valuesOf(
  { type, data_page_header: v1, data_page_header_v2: v2, dictionary_page_header }: Header,
  size: number,
) {
  if (type === "DICTIONARY_PAGE") {
    // A value takes a bit at least.
    if (!isCount(dictionary_page_header?.num_values, 8 * size))
      throw invalidParquet("a dictionary has a wrong size");
    return undefined;
  }
  const values = type === "DATA_PAGE" ? v1?.num_values : type === "DATA_PAGE_V2" ? v2?.num_values : undefined;
  if (!isCount(values)) throw invalidParquet("a page is of an unknown kind");
  if (v2 && !(v2.num_rows === values && isCount(v2.num_nulls, values)))
    throw invalidParquet("a page has wrong counts");
  return values;
}

function checkPage(bytes: Uint8Array, header: Header, chunk: Chunk, optional: boolean, values: number): void {
  const v2 = header.data_page_header_v2;
  const encoding = v2?.encoding ?? header.data_page_header?.encoding ?? "";
  let levels = optional;
  let page = bytes;
  if (v2) {
    const [repetition, definition] = [v2.repetition_levels_byte_length, v2.definition_levels_byte_length];
    const begin = repetition + definition;
    if (repetition !== 0 || !isCount(definition, bytes.length))
      throw invalidParquet("a page has wrong levels");
    if (optional) checkRuns(bytes.subarray(repetition, begin), 1, values, true);
    levels = false;
    page = unpacked(
      bytes.subarray(begin),
      header.uncompressed_page_size - begin,
      v2.is_compressed ? chunk.codec : "UNCOMPRESSED",
    );
  } else if (optional || encoding !== "PLAIN")
    page = unpacked(bytes, header.uncompressed_page_size, chunk.codec);
  let at = 0;
  if (levels) {
    const length = prefix(page, 0);
    at = 4 + length;
    checkRuns(page.subarray(4, at), 1, values, true);
  }
  const rest = page.subarray(at);
  if (encoding.endsWith("_DICTIONARY")) {
    if (rest.length > 0 && rest[0]! > 32) throw invalidParquet("a page has indices of more than 32 bits");
    if (rest.length > 0 && rest[0]! > 0) checkRuns(rest.subarray(1), rest[0]!, values, false);
  } else if (encoding === "RLE") checkRuns(rest.subarray(4), 1, values, false);
  else if (encoding.startsWith("DELTA_")) checkDelta(rest);
}

/** The sizes with which delta-encoded integers begin: blocks of a multiple of 128 values, in parts of a multiple of 32. */
function checkDelta(bytes: Uint8Array): void {
  const block = varint(bytes, 0);
  const parts = varint(bytes, block.end);
  const sound =
    parts.value > 0 && block.value % (32 * parts.value) === 0 && block.value > 0 && parts.value <= 1 << 16;
  if (!sound && bytes.length > 0) throw invalidParquet("a page has delta blocks of a wrong size");
}

/**
 * Checks runs of repeated and of packed values (RLE / bit-packing hybrid).
 *
 * @param all whether there have to be `most` values, and not merely at most so many in a run
 */
function checkRuns(bytes: Uint8Array, width: number, most: number, all: boolean): void {
  let seen = 0;
  let at = 0;
  while (seen < most && at < bytes.length) {
    const { value: header, end } = varint(bytes, at);
    const packed = (header & 1) === 1;
    const count = packed ? (header >>> 1) * 8 : header >>> 1;
    at = end + (packed ? (header >>> 1) * width : Math.ceil(width / 8));
    if (!packed && (count > most - seen || count === 0))
      throw invalidParquet("a page has a run of a wrong length");
    if (packed && count > most - seen + 503) throw invalidParquet("a page has a run of a wrong length");
    seen += count;
  }
  if (all && seen < most) throw invalidParquet("a page has fewer values than it says");
}

function varint(bytes: Uint8Array, at: number): { value: number; end: number } {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) throw invalidParquet("a page is cut short");
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80 && value < 2 ** 32) return { value, end: at };
  }
  throw invalidParquet("a page has a number that is too large");
}

function prefix(page: Uint8Array, at: number): number {
  if (page.length < at + 4) throw invalidParquet("a page is cut short");
  const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(at, true);
  if (length > page.length - at - 4) throw invalidParquet("a page is cut short");
  return length;
}

/** @throws {FormatError} when a page is damaged, or compressed in a way that is not known */
export function unpacked(bytes: Uint8Array, size: number, codec: string): Uint8Array {
  if (size < 0) throw invalidParquet("a page has wrong levels");
  if (codec === "UNCOMPRESSED") return bytes;
  const decompress = PARQUET_CODECS[codec];
  if (!decompress)
    throw invalidParquet(`it is compressed by ${codec ?? "an unknown codec"}, which is not read`);
  // An empty page may be nothing at all.
  if (size === 0) return new Uint8Array(0);
  const page = decompress(bytes, size);
  if (page.length !== size) throw invalidParquet("a page does not have the size that it should");
  return page;
}

function isCount(value: unknown, most = 2 ** 31): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

/** The error of a file that begins as Parquet files do, and is none. */
export function invalidParquet(reason: string, cause?: unknown): FormatError {
  return new FormatError(`bytes is not a valid Parquet file: ${reason}`, { cause });
}
