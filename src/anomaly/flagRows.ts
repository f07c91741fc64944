import type { Rows } from "../data/samples.js";
import { descendingOrder, ranksIn } from "../statistics/descending.js";
import { type DetectionRule, detectionThreshold } from "./detectionThreshold.js";
import { evaluateScores } from "./ranking.js";
import { flagsOf } from "./threshold.js";

/** The scores of a detection. */
export interface Scored {
  readonly rule: DetectionRule;
  readonly scores: Float32Array;
  /** Scores of the rows that the detector learned from. */
  readonly fitted: Float32Array;
  readonly labels: Uint8Array | undefined;
}

/** What follows from scores: the threshold, flags, ranks, and which rows are flagged, the oddest first. */
export function flagRows({ rule, scores, fitted, labels }: Scored) {
  const threshold = detectionThreshold(rule, fitted, labels && { scores, labels });
  const flags = flagsOf(scores, threshold);
  const order = descendingOrder(scores);
  const flagged = order.subarray(
    0,
    flags.reduce((sum, flag) => sum + flag, 0),
  );
  const evaluation = labels && evaluateScores(scores, labels, threshold);
  return { results: { scores, flags, rank: ranksIn(order), threshold, rule, evaluation }, flagged };
}

/** Some of the rows, in the given order. */
export function rowsAt({ name, data, columns }: Rows, order: Uint32Array): Rows {
  const values = data.slice(0, order.length * columns);
  order.forEach((row, i) => {
    values.set(data.subarray(row * columns, (row + 1) * columns), i * columns);
  });
  return { name, data: values, rows: order.length, columns };
}
