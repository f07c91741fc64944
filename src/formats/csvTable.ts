import { show } from "../common/check.js";
import { concatenate } from "../common/concatenate.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { float32Text } from "./floatText.js";
import type { Cell, Table, TableColumn } from "./table.js";
import { encodeUtf8 } from "./utf8.js";

/** A table of float32 values with column names. */
export interface FloatTable {
  /** Of the columns. */
  readonly names: readonly string[];
  /** Row-major, with one column per name. */
  readonly data: Float32Array;
}

/** Values to format at a time. A single string might not hold all of them. */
const AT_ONCE = 1 << 16;

/**
 * Writes a table as CSV (RFC 4180, with a line feed alone): a line of names, then a line for each row. Each number is the
 * shortest decimal that reads as the same float, of 32 bits in a `Float32Array`, else of 64; dates are ISO 8601 in UTC;
 * missing values, NaN among them, are empty fields.
 *
 * @returns the file, in UTF-8
 * @throws {ArgumentError} when it is no table
 * @throws {ShapeError} when a column has another number of values than the table has rows, or the last row is not whole
 */
export function encodeCsv(table: FloatTable | Table): Uint8Array {
  const { names, rows, field } = fieldsOf(table);
  const step = Math.max(1, Math.floor(AT_ONCE / names.length));
  const parts = [encodeUtf8(`${names.map(quoted).join(",")}\n`)];
  for (let begin = 0; begin < rows; begin += step) {
    let text = "";
    for (let row = begin; row < Math.min(begin + step, rows); row++) {
      for (let column = 0; column < names.length; column++) {
        text += (column === 0 ? "" : ",") + field(row, column);
      }
      text += "\n";
    }
    parts.push(encodeUtf8(text));
  }
  return concatenate(Uint8Array, parts);
}

/** What is written of a table. */
interface Fields {
  readonly names: readonly string[];
  readonly rows: number;
  readonly field: (row: number, column: number) => string;
}

function fieldsOf(table: FloatTable | Table): Fields {
  const { columns, names, data } = (table ?? {}) as Partial<Table & FloatTable>;
  if (Array.isArray(columns)) return ofTable(table as Table);
  if (Array.isArray(names) && names.length > 0 && ArrayBuffer.isView(data))
    return ofFloats(table as FloatTable);
  throw new ArgumentError(
    `table must be an object with rows and columns, or with names and data, not ${show(table)}`,
  );
}

function ofFloats({ names, data }: FloatTable): Fields {
  const columns = names.length;
  const rows = data.length / columns;
  if (!Number.isInteger(rows)) {
    throw new ShapeError(
      `data has ${data.length} values, which is no whole number of rows of ${columns} names`,
    );
  }
  return { names, rows, field: (row, column) => float32Text(data[row * columns + column]!) };
}

function ofTable({ rows, columns }: Table): Fields {
  for (const { name, values } of columns as readonly Partial<TableColumn>[]) {
    if (values?.length === rows) continue;
    if (typeof values !== "object" || values === null) {
      throw new ArgumentError(`column ${show(name)} must have an array of values, not ${show(values)}`);
    }
    throw new ShapeError(`column ${show(name)} has ${values.length} values, but table has ${rows} rows`);
  }
  const texts = columns.map(({ values }) => (values instanceof Float32Array ? floatField : cellText));
  // A line with nothing in it would be taken for none.
  const missing = columns.length === 1 ? '""' : "";
  const field = (row: number, column: number) =>
    texts[column]!(columns[column]!.values[row] as number) || missing;
  return { names: columns.map(({ name }) => name), rows, field };
}

function floatField(value: number): string {
  return Number.isNaN(value) ? "" : float32Text(value);
}

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell === "string") return quoted(cell);
  if (typeof cell === "number") return Number.isNaN(cell) ? "" : Object.is(cell, -0) ? "-0" : String(cell);
  if (typeof cell === "object") return Number.isNaN(cell.getTime()) ? "" : cell.toISOString();
  return String(cell);
}

/** A text as a field: in quotes where it has what would end a field, or space that readers might take away. */
function quoted(text: string): string {
  return /[",\r\n]|^\s|\s$|^#/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
