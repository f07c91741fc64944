import { knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toValues } from "./values.js";
import type { Windows } from "./windows.js";

/** What windows are, as far as their points are concerned. */
export type WindowPlaces = Pick<Windows, "starts" | "size" | "rows">;

/** How the scores of all windows that contain a row become one. */
export type ScoreCombination = "mean" | "max" | "min";

/** Options of `pointScores`. */
export interface PointScoreOptions {
  /**
   * `"mean"` (default) and `"max"` of the windows that contain a row; `"min"` is above a threshold where all of them are,
   * as in Keras's example of anomalies in a series.
   */
  combine?: ScoreCombination;
}

/**
 * A score for each row of a series, from the scores of the windows that contain it.
 *
 * @example
 * const places = windows(new Matrix(Float64Array.of(1, 2, 3, 4), 4, 1), { size: 2 });
 * console.log(pointScores([0, 6, 3], places)); // [ 0, 3, 4.5, 3 ]
 *
 * @param scores one for each window, such as `detector.score(places.samples)`
 * @param places what `windows` gave
 * @returns in the order of time; NaN for a row that is in no window. `places.order.rows` has the rows of the table.
 * @throws {ShapeError} unless there is a score for each window
 * @throws {ArgumentError} for options out of range, and scores that are no numbers
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
 * Which rows of a series are anomalies: those of which all windows that contain them are flagged, as in Keras's example.
 *
 * @param flags 1 for each window that is an anomaly, such as `detector.predict(places.samples)`
 * @param places what `windows` gave
 * @returns in the order of time; 0 for a row that is in no window
 * @throws {ShapeError} unless there is a flag for each window
 * @throws {ArgumentError} for flags that are no numbers
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
