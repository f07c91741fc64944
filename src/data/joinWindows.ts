import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { type AnyMatrix, Matrix, toMatrix } from "./matrix.js";
import type { WindowPlaces } from "./windowPlaces.js";

/**
 * Joins windows to a series again, such as their reconstructions: each value is the mean over all windows that have it.
 *
 * @example
 * const places = windows(new Matrix(Float64Array.of(1, 2, 3, 4), 4, 1), { size: 2 });
 * console.log(joinWindows(places.samples, places).data); // [ 1, 2, 3, 4 ]
 *
 * @param samples of shape [windows, size · columns]
 * @param places the result of `windows`
 * @returns the series, of shape [rows, columns]; NaN for a row in no window
 * @throws {ArgumentError} if `samples` is not a matrix
 * @throws {ShapeError} unless it has a row for each window, of the same number of columns for each row of the window
 */
export function joinWindows(samples: AnyMatrix, { starts, size, rows }: WindowPlaces): Matrix<Float64Array> {
  const matrix = toMatrix(samples);
  if (!matrix) throw new ArgumentError(`samples must be a Matrix, not ${show(samples)}`);
  if (matrix.rows !== starts.length || matrix.columns % size !== 0 || matrix.columns === 0) {
    throw new ShapeError(
      `samples has ${matrix.rows} rows of ${matrix.columns} values, but there are ${starts.length} windows of ${size} rows`,
    );
  }
  const columns = matrix.columns / size;
  const sums = new Float64Array(rows * columns);
  const counts = new Uint32Array(rows);
  starts.forEach((start, window) => {
    const from = window * matrix.columns;
    for (let i = 0; i < matrix.columns; i++) sums[start * columns + i]! += matrix.data[from + i]!;
    for (let row = start; row < start + size; row++) counts[row]!++;
  });
  return new Matrix(
    sums.map((sum, i) => sum / counts[Math.floor(i / columns)]!),
    rows,
    columns,
  );
}
