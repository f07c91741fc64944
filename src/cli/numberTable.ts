import { type ReadTableOptions, readTable, type Table } from "../data/index.js";
import { FormatError, NonFiniteError, ShapeError } from "../index.js";
import { type LoadedSamples, loadTable } from "../node.js";
import { matrixColumns } from "./matrixColumns.js";
import { timesText } from "./samplesSource.js";

/**
 * Reads a table of numbers as samples, one per row. Nothing is learned from it, so that another file with the same columns
 * gives the same samples.
 *
 * @param path the file's path, or `-` for standard input
 * @throws {FormatError} for a cell that is not a number; the message names its line and column
 */
export async function loadNumbers(path: string, reading: ReadTableOptions): Promise<LoadedSamples> {
  return numbersOfTable(
    path,
    path === "-" ? await readTable(process.stdin, reading) : await loadTable(path, reading),
  );
}

/**
 * The numbers of a table's columns.
 *
 * @param path the file that it comes from, for messages
 */
export function numbersOfTable(path: string, table: Table): LoadedSamples {
  const { rows, columns } = table;
  const data = new Float64Array(rows * columns.length);
  columns.forEach(({ name, values }, j) => {
    for (let row = 0; row < rows; row++) {
      const cell = values[row];
      const text = typeof cell === "string" ? cell.trim() : String(cell ?? "");
      const value = text === "" ? Number.NaN : Number(typeof cell === "boolean" ? cell : text);
      if (!Number.isFinite(value)) throw unfit(path, table, row, name, text, value);
      data[row * columns.length + j] = value;
    }
  });
  return { data, rows, columns: columns.length, shape: [rows, columns.length] };
}

/** The error of a cell that is not a finite number. */
function unfit(path: string, { lines }: Table, row: number, name: string, text: string, value: number) {
  const where = `${path}: ${lines ? `line ${lines[row]}` : `row ${row + 1}`}, column ${JSON.stringify(name)}`;
  if (!Number.isNaN(value)) return new NonFiniteError(`${where} is ${value}; samples must be finite`);
  const what = text === "" ? "is missing" : `is ${JSON.stringify(text.slice(0, 40))}, not a number`;
  return new FormatError(
    `${where} ${what}; a model of tables takes texts, dates and missing values (train --kind table)`,
  );
}

/**
 * The table of an array of two dimensions, whose columns have no names.
 *
 * @throws {ShapeError} for an array of other dimensions
 */
export function tableOfArray(path: string, loaded: LoadedSamples): Table {
  const { rows, shape } = loaded;
  if (shape.length > 2) {
    throw new ShapeError(
      `${path} has samples of ${timesText(shape.slice(1))}; a table or a series has one dimension of columns`,
    );
  }
  return { rows, columns: matrixColumns(loaded, "x") };
}
