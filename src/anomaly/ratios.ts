// From what a member makes of rows to the ratios of their columns' errors: what a score is made of.
import type { ScalingParameters } from "../data/scaling.js";
import { BYTE_VALUES, type Values } from "../data/values.js";
import type { Columns } from "./columns.js";

/**
 * Network inputs are clipped to this many standard deviations. Otherwise, one extreme value would distort the expected
 * values of all other columns. The value's own error is computed without clipping.
 */
export const WIDEST_INPUT = 5;

/**
 * A column's error counts at most this many times its mean error, so that no single column dominates a score without
 * limit.
 */
export const LARGEST_RATIO = 10;

/** 1 for each feature of a column whose value never changed: its mean error is 0. */
export function stillFeatures(columns: Columns, meanErrors: Float64Array, inputSize: number): Uint8Array {
  const still = new Uint8Array(inputSize);
  columns.forEach(({ features }, column) => {
    if (meanErrors[column] === 0) for (const feature of features) still[feature] = 1;
  });
  return still;
}

/** Whole rows, converted to standard deviations from the mean. */
export function scaleRows(data: Values, { offset, scale }: ScalingParameters, out: Float32Array): void {
  const bytes = data instanceof Uint8Array;
  for (let at = 0; at < data.length; at += offset.length) {
    for (let j = 0; j < offset.length; j++) {
      const x = bytes ? BYTE_VALUES[data[at + j]!]! : data[at + j]!;
      out[at + j] = (x - offset[j]!) / scale[j]!;
    }
  }
}

/** The network input for scaled rows. */
export function toInput(scaled: Float32Array, still: Uint8Array): Float32Array {
  const input = scaled.map((value) =>
    value > WIDEST_INPUT ? WIDEST_INPUT : value < -WIDEST_INPUT ? -WIDEST_INPUT : value,
  );
  still.forEach((flag, j) => {
    if (flag) for (let i = j; i < input.length; i += still.length) input[i] = 0;
  });
  return input;
}

/** The error of each column of each row, [rows, columns]. */
export function columnErrors(
  columns: Columns,
  inputSize: number,
  scaled: Float32Array,
  output: Float32Array,
  out: Float64Array,
): void {
  columns.forEach(({ features }, column) => {
    for (let row = 0; row * inputSize < scaled.length; row++) {
      let sum = 0;
      for (const feature of features) {
        const at = row * inputSize + feature;
        sum += Math.abs(scaled[at]! - output[at]!);
      }
      out[row * columns.length + column] = sum;
    }
  });
}

/** Converts errors to ratios, in place: each divided by the mean error of its column. */
export function toRatios(
  errors: Float64Array,
  columns: Columns,
  inputSize: number,
  scaled: Float32Array,
  meanErrors: Float64Array,
): void {
  const width = columns.length;
  for (let column = 0; column < width; column++) {
    const mean = meanErrors[column]!;
    if (mean > 0) {
      for (let i = column; i < errors.length; i += width) {
        const ratio = errors[i]! / mean;
        errors[i] = ratio < LARGEST_RATIO ? ratio : LARGEST_RATIO;
      }
      continue;
    }
    // The value never changed in training, so any other value gets the largest ratio.
    const { features } = columns[column]!;
    for (let row = 0; row * width < errors.length; row++) {
      const moved = features.some((feature) => scaled[row * inputSize + feature] !== 0);
      errors[row * width + column] = moved ? LARGEST_RATIO : 0;
    }
  }
}

/** Adds the squares of ratios to the sums of their rows, and to their own positions. */
export function addSquares(
  ratios: Float64Array,
  width: number,
  sums: Float64Array,
  squares?: Float64Array,
): void {
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      const square = ratios[i]! * ratios[i]!;
      sum += square;
      if (squares) squares[i]! += square;
    }
    sums[row]! += sum;
  }
}

/** The score of a row: the root mean square of the ratios of all columns that ever changed, over all members. */
export function toScore(sum: number, members: number, moving: number): number {
  return Math.fround(Math.sqrt(sum / (members * moving)));
}
