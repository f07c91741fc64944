import { integer, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { toMatrix } from "../data/matrix.js";
import { checkValues, type Rows, type Samples, toOwnRows } from "../data/samples.js";
import { toValues } from "../data/values.js";
import { featuresOf } from "./columns.js";

/**
 * The number of values in a sample, from `inputSize`, from the columns, or from a matrix or an array of rows itself.
 *
 * @throws {ArgumentError} if none of these determines it
 */
export function widthOf(data: Samples, inputSize: number | undefined, columns: unknown): number {
  if (inputSize !== undefined) return integer("inputSize", inputSize);
  const width = featuresOf(columns) ?? widthOfRows(data);
  if (width !== undefined && width > 0) return width;
  throw new ArgumentError(
    `data ${Array.isArray(data) || ArrayBuffer.isView(data) ? "has no rows to tell its width by" : `is ${show(data)}`}; ` +
      "give an array of rows or a Matrix, or numbers row by row with inputSize, the number of columns",
  );
}

function widthOfRows(data: Samples): number | undefined {
  if (!Array.isArray(data)) return toMatrix(data)?.columns;
  const [first] = data as readonly unknown[];
  return Array.isArray(first) ? first.length : toValues(first)?.length;
}

/**
 * Samples with a known number of features, checked to be finite. They are copied, unless there are too many.
 *
 * @throws {ShapeError} {ArgumentError} {NonFiniteError} for invalid samples
 */
export function finiteRows(name: string, data: Samples, width: number): Rows {
  const rows = toOwnRows(name, data, width);
  for (const _ of checkValues(rows, "finite")) {
    // Nothing else runs until all data have been checked, so invalid data are rejected immediately.
  }
  return rows;
}
