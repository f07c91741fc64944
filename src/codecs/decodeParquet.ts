import { type FileMetaData, parquetMetadata, parquetRead } from "hyparquet";
import { FormatError, IsthmusError } from "../common/errors.js";
import { printable } from "../common/printable.js";
import { foreignFile } from "../formats/foreignFile.js";
import { tooMuch } from "../formats/gzip.js";
import type { Table } from "../formats/table.js";
import { copyBytes, type FileBytes, requireBytes } from "../formats/typedArrays.js";
import { requireRows, TextDecoding } from "./cells.js";
import { checkColumnOptions, type DecodeTableOptions, type WantedTable } from "./columnOptions.js";
import { loadBrotli } from "./decompress.js";
import { checkPages, invalidParquet, unpacked } from "./parquetPages.js";
import { type ParquetColumn, takeColumns } from "./parquetSchema.js";

/**
 * Reads a Parquet file of flat columns, of every encoding and compression but LZO.
 *
 * Integers and floats become typed arrays, or arrays with `null` where values are missing; 64-bit integers become numbers
 * where those are exact, else bigints. Decimals become the nearest float64; dates and timestamps `Date`s, or milliseconds
 * with a fraction where a column is finer than that; times of day seconds; dictionaries the values that they stand for.
 *
 * @param bytes the whole file
 * @throws {FormatError} when it is no whole Parquet file, unpacks to more than `maximumBytes`, or a column to be read is
 * nested or holds bytes that are no text, which is named
 * @throws {ArgumentError} for options out of range, and for a column that is not there
 */
export async function decodeParquet(bytes: FileBytes, options: DecodeTableOptions = {}): Promise<Table> {
  const wanted = checkColumnOptions("decodeParquet", options);
  const given = requireBytes(bytes);
  if (String.fromCharCode(...given.subarray(0, 4)) !== "PAR1") {
    const foreign = foreignFile(given);
    throw new FormatError(
      foreign === undefined
        ? "bytes is not a Parquet file: it does not begin with PAR1"
        : `bytes is ${foreign}, not a Parquet file`,
    );
  }
  // In memory of its own, so that values may be viewed where they stand.
  const file = copyBytes(given);
  try {
    return await readParquet(file, wanted);
  } catch (error) {
    if (error instanceof IsthmusError) throw error;
    const reason = error instanceof Error ? error.message.replace(/^parquet /, "") : String(error);
    throw invalidParquet(printable(reason).slice(0, 200), error);
  }
}

/** Keeps what the reader would interpret; statistics, which nobody reads, may be cut in the middle of a value. */
const PLAIN = {
  timestampFromNanoseconds: (nanoseconds: bigint) => nanoseconds,
  jsonFromBytes: (bytes: Uint8Array) => bytes,
  stringFromBytes: (bytes: Uint8Array) => bytes,
};

async function readParquet(
  file: Uint8Array<ArrayBuffer>,
  { columns: names, maximumBytes }: WantedTable,
): Promise<Table> {
  const metadata = parquetMetadata(file, { geoparquet: false, parsers: PLAIN });
  const columns = takeColumns(metadata, names, new TextDecoding());
  const rows = rowsOf(metadata);
  if (8 * rows * columns.length > maximumBytes) throw tooMuch(maximumBytes);
  const brotli = metadata.row_groups.some((group) =>
    group.columns.some((chunk) => chunk.meta_data?.codec === "BROTLI"),
  );
  if (brotli) await loadBrotli();
  checkPages(file, metadata, columns, maximumBytes);
  const parts = await readParts(file, metadata, columns);
  const table = columns.map(({ name, convert }) => ({
    name,
    values: convert(joined(parts.get(name) ?? [], rows)),
  }));
  requireRows(table, rows);
  return { rows, columns: table };
}

function rowsOf({ num_rows, row_groups }: FileMetaData): number {
  const rows = row_groups.reduce((sum, group) => {
    if (!(group.num_rows >= 0n)) throw invalidParquet("a group has a wrong number of rows");
    return sum + group.num_rows;
  }, 0n);
  if (rows !== num_rows || rows > BigInt(2 ** 32))
    throw invalidParquet(`it has ${rows} rows, but says ${num_rows}`);
  return Number(rows);
}

type Part = ArrayLike<unknown>;

/** The values of each column as they are stored, in parts. */
async function readParts(
  file: Uint8Array<ArrayBuffer>,
  metadata: FileMetaData,
  columns: readonly ParquetColumn[],
) {
  const parts = new Map<string, { from: number; values: Part }[]>();
  const names = columns.map(({ name }) => name);
  if (names.length === 0) return parts;
  const codec = (name: string) => (packed: Uint8Array, size: number) => unpacked(packed, size, name);
  await parquetRead({
    file: { byteLength: file.length, slice: (begin, end) => file.buffer.slice(begin, end) },
    metadata,
    columns: names,
    utf8: false,
    compressors: Object.fromEntries(
      ["SNAPPY", "GZIP", "BROTLI", "LZ4", "LZ4_RAW", "ZSTD"].map((name) => [name, codec(name)]),
    ),
    parsers: PLAIN,
    onChunk: ({ columnName, columnData, rowStart }) => {
      const list = parts.get(columnName) ?? [];
      list.push({ from: rowStart, values: columnData });
      parts.set(columnName, list);
    },
  });
  return parts;
}

/** One column of its parts, which may come in any order. */
function joined(parts: { from: number; values: Part }[], rows: number): unknown[] {
  const values: unknown[] = new Array(rows).fill(undefined);
  let filled = 0;
  for (const part of parts.sort((a, b) => a.from - b.from)) {
    if (part.from !== filled) throw invalidParquet("a column has fewer values than rows");
    const count = Math.min(part.values.length, rows - filled);
    for (let i = 0; i < count; i++) values[filled + i] = part.values[i];
    filled += count;
  }
  if (filled !== rows) throw invalidParquet("a column has fewer values than rows");
  return values;
}
