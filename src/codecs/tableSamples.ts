import { FormatError } from "../common/errors.js";
import type { LoadedSamples } from "../formats/readSamples.js";
import type { Cell, Table } from "../formats/table.js";
import { allocated, quote } from "../formats/typedArrays.js";

/**
 * The samples of a table of numbers and booleans, a row each: float32 where all columns are, else float64.
 *
 * @throws {FormatError} for anything else in it, and for missing values, which names column and row
 */
export function tableSamples({ rows, columns: list }: Table): LoadedSamples {
  const columns = list.length;
  if (rows === 0 || columns === 0)
    throw new FormatError(`bytes holds a table of ${rows} rows and ${columns} columns`);
  const narrow = list.every(({ values }) => values instanceof Float32Array);
  const size = rows * columns;
  const data = narrow
    ? new Float32Array(allocated(4 * size).buffer)
    : new Float64Array(allocated(8 * size).buffer);
  list.forEach(({ name, values }, j) => {
    for (let i = 0; i < rows; i++) data[i * columns + j] = toNumber(values[i], name, i);
  });
  return { data, rows, columns, shape: [rows, columns] };
}

function toNumber(cell: Cell, column: string, row: number): number {
  if (typeof cell === "number") return cell;
  if (typeof cell === "boolean") return Number(cell);
  if (typeof cell === "bigint" && BigInt(Number(cell)) === cell) return Number(cell);
  const is =
    cell === null || cell === undefined
      ? "is missing"
      : `is ${typeof cell === "string" ? `the text ${quote(cell)}` : typeof cell === "bigint" ? `${cell}, which no 64-bit float has` : "a date"}`;
  throw new FormatError(
    `bytes holds a table whose row ${row} in column ${quote(column)} ${is}, but samples are numbers; ` +
      "choose columns, or read it as a table and encode its columns",
  );
}
