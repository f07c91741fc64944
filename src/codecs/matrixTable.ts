import { integer, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { type AnyMatrix, toMatrix } from "../data/matrix.js";
import type { Table } from "../formats/table.js";
import { requireTable } from "./columnKinds.js";

/** How the columns of a matrix are called in a table. */
export interface ColumnNameOptions {
  /** A name for each column; default: `column` with the number of each behind it, from 0 on. */
  names?: readonly string[];
  /** Default `"x"`: x0, x1, … */
  column?: string;
}

/**
 * The table of a matrix, such as of codes or reconstructions; its columns keep their precision.
 *
 * @throws {ArgumentError} when it is no matrix, or a name is no text
 * @throws {ShapeError} when there are not as many names as columns
 */
export function matrixTable(matrix: AnyMatrix, { names, column = "x" }: ColumnNameOptions = {}): Table {
  const values = toMatrix(matrix);
  if (!values) throw new ArgumentError(`matrix must be a Matrix, not ${show(matrix)}`);
  const { data, rows, columns } = values;
  if (typeof column !== "string") throw new ArgumentError(`column must be a text, not ${show(column)}`);
  if (names !== undefined && !(Array.isArray(names) && names.every((name) => typeof name === "string"))) {
    throw new ArgumentError(`names must be an array of texts, not ${show(names)}`);
  }
  if (names !== undefined && names.length !== columns) {
    throw new ShapeError(`names has ${names.length} names, but the matrix has ${columns} columns`);
  }
  integer("columns of a matrix that is written", columns);
  return {
    rows,
    columns: Array.from({ length: columns }, (_, j) => {
      const values = data instanceof Float32Array ? new Float32Array(rows) : new Float64Array(rows);
      for (let i = 0; i < rows; i++) values[i] = data[i * columns + j]!;
      return { name: names?.[j] ?? `${column}${j}`, values };
    }),
  };
}

/** A table, or the one of a matrix. */
export function toTable(data: Table | AnyMatrix, options: ColumnNameOptions = {}): Table {
  return typeof data === "object" && data !== null && Array.isArray((data as Table).columns)
    ? requireTable(data)
    : matrixTable(data as AnyMatrix, options);
}
