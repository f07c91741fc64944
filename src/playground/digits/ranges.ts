import type { Matrix } from "../../index.js";

/** The range of a component of the code. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range of each component. If all its values are equal, a range of 2 around that value. */
export function rangesOf(codes: Matrix): Range[] {
  return Array.from({ length: codes.columns }, (_, column) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let row = 0; row < codes.rows; row++) {
      const value = codes.data[row * codes.columns + column]!;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return high > low ? { low, high } : { low: low - 1, high: high + 1 };
  });
}

/** Indices of the largest scores, largest first. */
export function largest(scores: Float32Array, count: number): number[] {
  return Array.from(scores.keys())
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, count);
}
