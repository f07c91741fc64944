import { integer, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { toMatrix } from "../data/matrix.js";
import { checkValues, type Rows, type Samples, toOwnRows } from "../data/samples.js";
import { toValues } from "../data/values.js";
import { featuresOf } from "./columns.js";

/**
 * How wide samples are: as `inputSize` says, or the columns, or a matrix or an array of rows by itself.
 *
 * @throws {ArgumentError} when nothing says so
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
 * Samples of a known width, as a copy unless they are many, all of them finite.
 *
 * @throws {ShapeError} {ArgumentError} {NonFiniteError} for others
 */
export function finiteRows(name: string, data: Samples, width: number): Rows {
  const rows = toOwnRows(name, data, width);
  for (const _ of checkValues(rows, "finite")) {
    // Nothing else can run before the data have been looked at: what is refused is refused at once.
  }
  return rows;
}
