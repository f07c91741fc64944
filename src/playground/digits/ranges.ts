import type { Matrix } from "../../index.js";

/** From where to where the values of a component of the code go. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The range of each component; one whose values are all equal gets a range of 2 about that value. */
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

/** The places of the largest scores, largest first. */
export function largest(scores: Float32Array, count: number): number[] {
  return Array.from(scores.keys())
    .sort((a, b) => scores[b]! - scores[a]! || a - b)
    .slice(0, count);
}
