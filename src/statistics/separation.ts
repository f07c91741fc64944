import { descendingOrder } from "./descending.js";

/** How labelled rows are separated by one threshold on their scores. */
export interface Separation {
  /** Rows with a score of at least this are flagged. */
  readonly score: number;
  /** Flagged rows that are anomalies, and those that are not. */
  readonly hits: number;
  readonly falseAlarms: number;
}

/** The same scores, where rows without one (NaN) have the lowest. */
export function lastWithoutScore(scores: ArrayLike<number>): Float64Array {
  return Float64Array.from(scores, (score) => (Number.isNaN(score) ? -Infinity : score));
}

/**
 * What each possible threshold gives, from the largest score to the smallest: the points of the ROC curve, and of the
 * curve of precision over recall. Equal scores are flagged together; rows without one (NaN) come last, together.
 *
 * @param labels 1 for an anomaly, else 0
 */
export function separations(given: ArrayLike<number>, labels: ArrayLike<number>): Separation[] {
  const scores = lastWithoutScore(given);
  const order = descendingOrder(scores);
  const points: Separation[] = [];
  let hits = 0;
  order.forEach((row, i) => {
    hits += labels[row]!;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[row]) return;
    points.push({ score: scores[row]!, hits, falseAlarms: i + 1 - hits });
  });
  return points;
}
