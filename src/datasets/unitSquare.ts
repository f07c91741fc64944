import { Matrix } from "../data/matrix.js";

/** Scales both columns of a two-column table to [0, 1], each by its minimum and maximum; a constant column becomes 0. */
export function toUnitSquare(raw: Float64Array): Matrix {
  const points = new Matrix(new Float32Array(raw.length), raw.length / 2, 2);
  scaleColumn(raw, 0, points.data);
  scaleColumn(raw, 1, points.data);
  return points;
}

function scaleColumn(values: Float64Array, column: number, out: Float32Array): void {
  let least = Infinity;
  let most = -Infinity;
  for (let i = column; i < values.length; i += 2) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const range = most > least ? most - least : 1;
  for (let i = column; i < values.length; i += 2) out[i] = (values[i]! - least) / range;
}
