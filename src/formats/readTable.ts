import { boolean, integer, knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import type { ByteSource } from "./byteSource.js";
import { CsvTables } from "./csvTables.js";
import { COMMENT, detectDialect } from "./dialect.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES } from "./gzip.js";
import type { Cell, Table } from "./table.js";
import { ObjectTable, parseJson } from "./tableRecords.js";
import { openSource, requireEncoding, type TableSource, textOf } from "./textSource.js";

/** Options of `readTable`. Whatever is left out is found by looking at the beginning of the data. */
export interface ReadTableOptions {
  /**
   * `"csv"` for delimited text, whatever its delimiter; `"json"` for an array of objects, or for an object a line.
   * Default: JSON where the first character is a brace or a bracket.
   */
  format?: "csv" | "json";
  /** What stands between two fields: one character. Default: `,` `;` tab or `|`, as the first rows tell. */
  delimiter?: string;
  /** Whether the first row holds the names of the columns. Default: as the first rows tell. */
  header?: boolean;
  /** Names of the columns, instead of those of the file; as many as there are columns. */
  names?: readonly string[];
  /** What a line begins with that is no row; `false` for none. Default `"#"`, unless such lines have as many fields as rows. */
  comment?: string | false;
  /** A name that `TextDecoder` knows, such as `"windows-1252"`. Default UTF-8, or UTF-16 where the file begins with its mark. */
  encoding?: string;
  /** Refuse gzipped data that unpack to more bytes than this; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Options of `readTableChunks`. */
export interface ReadTableChunksOptions extends ReadTableOptions {
  /** Rows of a chunk; default 1024. The last one may have fewer. */
  rows?: number;
}

/** What is looked at before anything is decided. */
const HEAD = 1 << 16;
/** No line is longer, as of `CsvRecords`. */
const LONGEST_LINE = 1 << 24;
const OPTIONS = ["format", "delimiter", "header", "names", "comment", "encoding", "maximumBytes"];

/** Options that have been checked. */
export interface CheckedTableOptions {
  readonly format: "csv" | "json" | undefined;
  readonly delimiter: string | undefined;
  readonly header: boolean | undefined;
  readonly names: readonly string[] | undefined;
  /** Undefined: as the first rows tell. */
  readonly comment: string | undefined;
  readonly encoding: string | undefined;
  readonly maximumBytes: number;
}

/**
 * Reads a table from delimited text (CSV, TSV) or JSON, plain or gzipped. Cells of delimited text stay texts, the empty
 * one included: `TablePreprocessor` learns what they mean. `notes` of the result say what was guessed.
 *
 * Empty lines and lines that begin with `#` are passed over; in a table of one column, an empty line between two others
 * is a missing value. Names that come twice are numbered, empty ones become `column 1` and so on.
 *
 * @example
 * const table = await readTable("city;temperature\nBerlin;21,5\nBonn;23\n");
 * console.log(table.rows, table.columns.map(({ name }) => name)); // 2 [ 'city', 'temperature' ]
 *
 * @param source a text, the bytes of a file, a `Blob`, or a stream of bytes such as `(await fetch(url)).body`
 * @throws {FormatError} for an empty file, a row with too few or too many fields, a quote that is not closed, bytes that
 * are no text, or what unpacks to more than `maximumBytes`; the message names the line
 * @throws {ArgumentError} when an argument has the wrong type or an option is unknown
 */
export async function readTable(source: TableSource, options: ReadTableOptions = {}): Promise<Table> {
  const checked = checkTableOptions("readTable", options);
  return onlyTable(tablesOf(source, checked, Number.POSITIVE_INFINITY));
}

/**
 * `readTable` for data that need not fit into memory: the rows come in tables of `rows` rows each. Errors as of
 * `readTable`, where the data are read. It can be gone through again where the source can. Of JSON lines, a table has the
 * keys that came so far.
 *
 * @example
 * for await (const { rows } of readTableChunks("a,b\n1,2\n3,4\n5,6\n", { rows: 2 })) console.log(rows); // 2, then 1
 *
 * @throws {ArgumentError} for options out of range
 */
export function readTableChunks(
  source: TableSource,
  options: ReadTableChunksOptions = {},
): AsyncIterable<Table> {
  const checked = checkTableOptions("readTableChunks", options, ["rows"]);
  const rows = integer("rows", options.rows ?? 1024);
  return { [Symbol.asyncIterator]: () => tablesOf(source, checked, rows) };
}

/**
 * A table of objects, one a row. A key that an object lacks is missing there.
 *
 * @example
 * const table = tableFromRecords([{ city: "Berlin", temperature: 21.5 }, { city: "Bonn" }]);
 * console.log(table.columns[1]?.values); // [ 21.5, null ]
 *
 * @throws {ArgumentError} for anything but objects of texts, numbers, booleans, dates, null and undefined
 */
export function tableFromRecords(records: Iterable<Readonly<Record<string, Cell>>>): Table {
  if (typeof records !== "object" || records === null || !(Symbol.iterator in records)) {
    throw new ArgumentError(`records must be an array of objects, not ${show(records)}`);
  }
  const table = new ObjectTable();
  for (const record of records) {
    const row = table.rows;
    table.add(record, (reason) => new ArgumentError(`row ${row} of records ${reason}`));
  }
  return table.take();
}

/**
 * Checks the options of a function that reads tables.
 *
 * @param more names of options that it has beside those of `readTable`
 * @throws {ArgumentError} for unknown options, and values of the wrong type
 */
export function checkTableOptions(
  name: string,
  options: ReadTableOptions,
  more: readonly string[] = [],
): CheckedTableOptions {
  knownKeys(name, options, [...OPTIONS, ...more]);
  const { format, delimiter, header, names, comment, encoding } = options;
  if (delimiter !== undefined && (typeof delimiter !== "string" || !/^[^"\r\n\ufeff]$/.test(delimiter))) {
    throw new ArgumentError(
      `delimiter must be one character, no quote or line break, not ${show(delimiter)}`,
    );
  }
  const marked = comment !== false && comment !== undefined;
  if (marked && (typeof comment !== "string" || !/^[^"\r\n\ufeff]{1,8}$/.test(comment))) {
    throw new ArgumentError(`comment must be a short text, such as "#", or false, not ${show(comment)}`);
  }
  if (delimiter !== undefined && (comment ?? COMMENT) === delimiter) {
    throw new ArgumentError(`comment and delimiter are both ${show(delimiter)}; they have to differ`);
  }
  if (names !== undefined && !(Array.isArray(names) && names.every((each) => typeof each === "string"))) {
    throw new ArgumentError(`names must be an array of texts, not ${show(names)}`);
  }
  return {
    format: format === undefined ? undefined : oneOf<"csv" | "json">("format", format, ["csv", "json"]),
    delimiter,
    header: header === undefined ? undefined : boolean("header", header),
    names,
    comment: comment === false ? "" : comment,
    encoding: encoding === undefined ? undefined : requireEncoding(encoding),
    maximumBytes: checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES),
  };
}

async function* tablesOf(
  source: TableSource,
  options: CheckedTableOptions,
  most: number,
): AsyncGenerator<Table, void, void> {
  if (typeof source === "string") {
    yield* tablesOfText(textPieces(source), options, most);
    return;
  }
  const bytes = await openSource(source);
  try {
    yield* tablesOfBytes(bytes, options, most);
  } finally {
    await bytes.close();
  }
}

/**
 * The tables of a source of bytes.
 *
 * @param most rows of a table
 */
export function tablesOfBytes(
  source: ByteSource,
  options: CheckedTableOptions,
  most: number,
): AsyncGenerator<Table, void, void> {
  return tablesOfText(textOf(source, options.encoding, options.maximumBytes), options, most);
}

/** The table of a source that is read as one. */
export async function onlyTable(tables: AsyncGenerator<Table, void, void>): Promise<Table> {
  for await (const table of tables) return table;
  throw new FormatError("bytes has no rows");
}

async function* textPieces(text: string): AsyncGenerator<string, void, void> {
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at += HEAD)
    yield text.slice(at, at + HEAD);
}

async function* tablesOfText(
  text: AsyncGenerator<string, void, void>,
  options: CheckedTableOptions,
  most: number,
): AsyncGenerator<Table, void, void> {
  let head = "";
  let whole = false;
  while (!whole && (head.length < HEAD || !/[\n\r]/.test(head)) && head.length < LONGEST_LINE) {
    const { done, value } = await text.next();
    whole = done === true;
    head += value ?? "";
  }
  if (head.trim() === "") throw new FormatError("bytes is empty: there is no table in it");
  const format = options.format ?? (/^\s*[{[]/.test(head) ? "json" : "csv");
  if (format === "json") {
    yield* /^\s*\[/.test(head) ? jsonArray(head, text, most) : jsonLines(head, text, most);
    return;
  }
  // Excel's own line that names the delimiter. What is left of it is an empty line.
  const [line, mark] = /^sep=([^"\r\n])(?=[\r\n])/i.exec(head) ?? [];
  const start = line === undefined ? head : head.slice(line.length);
  const given = { ...options, delimiter: options.delimiter ?? mark };
  const tables = new CsvTables(detectDialect(start, whole, given), options.names, most);
  yield* tables.push(start);
  for await (const piece of text) yield* tables.push(piece);
  yield* tables.end();
}

/** A whole JSON text: an array of objects. */
async function* jsonArray(
  head: string,
  text: AsyncIterable<string>,
  most: number,
): AsyncGenerator<Table, void, void> {
  const parts = [head];
  for await (const piece of text) parts.push(piece);
  const records = parseJson(parts.join(""), undefined) as unknown[];
  const table = new ObjectTable();
  for (const [row, record] of records.entries()) {
    table.add(record, (reason) => new FormatError(`row ${row} of bytes ${reason}`));
    if (table.rows === most) yield table.take();
  }
  if (records.length === 0) throw new FormatError("bytes is an empty array: there are no rows in it");
  if (table.rows > 0) yield table.take();
}

/** A JSON object in each line. */
async function* jsonLines(
  head: string,
  text: AsyncIterable<string>,
  most: number,
): AsyncGenerator<Table, void, void> {
  const table = new ObjectTable();
  let line = 0;
  let seen = 0;
  const add = (json: string) => {
    const at = ++line;
    if (json.trim() === "") return;
    seen++;
    table.add(parseJson(json, at), (reason) => new FormatError(`line ${at} of bytes ${reason}`), at);
  };
  let parts: string[] = [];
  let length = 0;
  const pieces = (async function* () {
    yield head;
    yield* text;
  })();
  for await (const piece of pieces) {
    const [first, ...others] = piece.split("\n");
    parts.push(first!);
    length += first!.length;
    for (const other of others) {
      add(parts.join(""));
      if (table.rows === most) yield table.take();
      parts = [other];
      length = other.length;
    }
    if (length > LONGEST_LINE) {
      throw new FormatError(`line ${line + 1} of bytes has more than ${LONGEST_LINE} characters`);
    }
  }
  add(parts.join(""));
  if (seen === 0) throw new FormatError("bytes has no rows");
  if (table.rows > 0) yield table.take();
}
