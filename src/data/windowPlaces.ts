// Where windows lie in a series, and what their scores say of its rows. Exported modules have the same code.

/** The properties of windows that matter for scores of rows. */
export interface WindowPlaces {
  /** The first row of each window, in time order. */
  readonly starts: Uint32Array;
  /** Number of rows in a window. */
  readonly size: number;
  /** Number of rows in the series. */
  readonly rows: number;
}

/** How to combine the scores of all windows that contain a row. */
export type ScoreCombination = "mean" | "max" | "min";

/**
 * The first row of each window of the rows [begin, end). If the stride leaves rows over at the end, one more window ends at
 * the last row.
 */
export function* windowStarts(begin: number, end: number, size: number, stride: number): Generator<number> {
  let start = begin;
  for (; start + size <= end; start += stride) yield start;
  const covered = start - stride + size;
  if (end - begin >= size && covered < end) yield end - size;
}

/** The scores of all windows that contain a row, as one: for each row; NaN for a row in no window. */
export function combineScores(
  scores: ArrayLike<number>,
  { starts, size, rows }: WindowPlaces,
  combine: ScoreCombination,
): Float64Array {
  const [sums, counts] = [new Float64Array(rows), new Uint32Array(rows)];
  for (let i = 0; i < starts.length; i++) {
    const score = scores[i]!;
    for (let row = starts[i]!; row < starts[i]! + size; row++) {
      if (combine === "mean") sums[row]! += score;
      else if (counts[row] === 0 || (combine === "max" ? score > sums[row]! : score < sums[row]!))
        sums[row] = score;
      counts[row]!++;
    }
  }
  return sums.map((sum, row) =>
    counts[row] === 0 ? Number.NaN : combine === "mean" ? sum / counts[row]! : sum,
  );
}

/** Which rows are odd: 1 for those of which all windows are flagged. */
export function combineFlags(flags: ArrayLike<number>, places: WindowPlaces): Uint8Array {
  return Uint8Array.from(combineScores(flags, places, "min"), (flag) => (flag > 0 ? 1 : 0));
}
