import { FormatError, NonFiniteError } from "../index.js";
import { type LoadedSamples, loadTable, type Table } from "../node.js";

/** Endings of tables of text. */
const TEXT_TABLE = /\.(csv|tsv|json|jsonl|ndjson)(\.gz)?$/i;

export const isTextTable = (path: string) => TEXT_TABLE.test(path);

/**
 * Reads a table of numbers as samples, one per row. Nothing is learned from it, so that another file with the same columns
 * gives the same samples.
 *
 * @throws {FormatError} for a cell that is not a number; the message names its line and column
 */
export async function loadNumbers(path: string, maximumBytes: number | undefined): Promise<LoadedSamples> {
  const table = await loadTable(path, maximumBytes === undefined ? {} : { maximumBytes });
  const { rows, columns } = table;
  const data = new Float64Array(rows * columns.length);
  columns.forEach(({ name, values }, j) => {
    for (let row = 0; row < rows; row++) {
      const cell = values[row];
      const text = typeof cell === "string" ? cell.trim() : String(cell ?? "");
      const value = text === "" ? Number.NaN : Number(text);
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
    `${where} ${what}; for tables with texts, dates or missing values there is isthmus detect`,
  );
}
