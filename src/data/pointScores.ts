import { knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toValues } from "./values.js";
import { combineFlags, combineScores, type ScoreCombination, type WindowPlaces } from "./windowPlaces.js";

export type { ScoreCombination, WindowPlaces } from "./windowPlaces.js";

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
  return combineScores(checkScores("scores", scores, places), places, combine);
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
  return combineFlags(checkScores("flags", flags, places), places);
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
