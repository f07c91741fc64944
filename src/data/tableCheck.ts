import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import type { Cell, Table, TableColumn } from "../formats/table.js";

/** Whether a value looks like one table, not like chunks of one. */
export function isTable(value: unknown): value is Table {
  return typeof value === "object" && value !== null && Array.isArray((value as Partial<Table>).columns);
}

/** @throws {ArgumentError} unless `value` is a table */
export function requireTable(value: unknown): Table {
  if (!isTable(value) || !Number.isSafeInteger(value.rows)) {
    throw new ArgumentError(
      `table must be a table, as readTable and tableFromRecords give it, not ${show(value)}; its rows are numbered and its columns named`,
    );
  }
  return value;
}

/** @throws {ArgumentError} unless `chunks` is an iterable */
export function requireChunks<T extends AsyncIterable<Table> | Iterable<Table>>(chunks: T): T {
  const iterable =
    typeof chunks === "object" &&
    chunks !== null &&
    (Symbol.asyncIterator in chunks || Symbol.iterator in chunks);
  if (iterable) return chunks;
  throw new ArgumentError(`chunks must be an iterable of tables, not ${show(chunks)}`);
}

/**
 * The columns of a table by name.
 *
 * @throws {ArgumentError} for a column without a name or values, and for a duplicate name
 * @throws {ShapeError} for a column that does not have a value for each row
 */
export function columnsByName({ columns, rows }: Table): Map<string, TableColumn> {
  const byName = new Map<string, TableColumn>();
  for (const column of columns) {
    const { name, values } = column;
    if (typeof name !== "string" || !isValues(values)) {
      throw new ArgumentError("each column of a table must have a name and an array of values");
    }
    if (byName.has(name)) throw new ArgumentError(`table has two columns of the name ${show(name)}`);
    if (values.length !== rows) {
      throw new ShapeError(
        `column ${show(name)} has ${values.length} values, but the table has ${rows} rows`,
      );
    }
    byName.set(name, column);
  }
  return byName;
}

function isValues(values: unknown): values is ArrayLike<Cell> {
  return Array.isArray(values) || (ArrayBuffer.isView(values) && objectTag(values) !== "DataView");
}

/**
 * Returns a function that describes where a row is: its line, if the table knows it, else its index, counted from 0.
 */
export function placesOf({ lines }: Table, before: number): (row: number) => string {
  return (row) => (lines ? `line ${lines[row]}` : `row ${before + row}`);
}
