import { knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toValues } from "./values.js";
import type { Windows } from "./windows.js";

/** The properties of windows that matter for scores of rows. */
export type WindowPlaces = Pick<Windows, "starts" | "size" | "rows">;

/** How to combine the scores of all windows that contain a row. */
export type ScoreCombination = "mean" | "max" | "min";

/** Options of `pointScores`. */
export interface PointScoreOptions {
  /**
   * `"mean"` (default) or `"max"` of the windows that contain a row. With `"min"`, a row is above a threshold only if
   * all of its windows are, as in Keras's example of anomaly detection in time series.
   */
  combine?: ScoreCombination;
}

/**
 * Computes a score for each row of a series from the scores of the windows that contain it.
 *
 * @example
 * const places = windows(new Matrix(Float64Array.of(1, 2, 3, 4), 4, 1), { size: 2 });
 * console.log(pointScores([0, 6, 3], places)); // [ 0, 3, 4.5, 3 ]
 *
 * @param scores one per window, such as `detector.score(places.samples)`
 * @param places the result of `windows`
 * @returns one score per row, in time order; NaN for a row in no window. `places.order.rows` has the table's rows.
 * @throws {ShapeError} unless there is a score for each window
 * @throws {ArgumentError} for options out of range, and scores that are not numbers
 */
export function pointScores(
  scores: ArrayLike<number>,
  places: WindowPlaces,
  options: PointScoreOptions = {},
): Float64Array {
  knownKeys("pointScores", options, ["combine"]);
  const combine = oneOf<ScoreCombination>("combine", options.combine ?? "mean", ["mean", "max", "min"]);
  const values = checkScores("scores", scores, places);
  const { starts, size, rows } = places;
  const [sums, counts] = [new Float64Array(rows), new Uint32Array(rows)];
  for (let i = 0; i < starts.length; i++) {
    const score = values[i]!;
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

/**
 * Finds the anomalous rows of a series: those for which all windows that contain them are flagged, as in Keras's
 * example.
 *
 * @param flags 1 for each window that is an anomaly, such as `detector.predict(places.samples)`
 * @param places the result of `windows`
 * @returns one flag per row, in time order; 0 for a row in no window
 * @throws {ShapeError} unless there is a flag for each window
 * @throws {ArgumentError} for flags that are not numbers
 */
export function pointFlags(flags: ArrayLike<number>, places: WindowPlaces): Uint8Array {
  const values = checkScores("flags", flags, places);
  return Uint8Array.from(pointScores(values, places, { combine: "min" }), (flag) => (flag > 0 ? 1 : 0));
}

function checkScores(name: string, scores: ArrayLike<number>, { starts }: WindowPlaces): ArrayLike<number> {
  if (!Array.isArray(scores) && !toValues(scores)) {
    throw new ArgumentError(`${name} must be an array of numbers, not ${show(scores)}`);
  }
  if (scores.length !== starts.length) {
    throw new ShapeError(
      `there are ${scores.length} ${name} for ${starts.length} windows; each window needs one`,
    );
  }
  const odd = Array.prototype.findIndex.call(scores, (score) => typeof score !== "number");
  if (odd >= 0) throw new ArgumentError(`${name}[${odd}] must be a number, not ${show(scores[odd])}`);
  return scores;
}
