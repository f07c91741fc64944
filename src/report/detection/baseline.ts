import { evaluateFlags } from "../../anomaly/ranking.js";
import { scaleRows } from "../../anomaly/ratios.js";
import { pointScores } from "../../data/pointScores.js";
import { partOf, partsOf, type Rows } from "../../data/samples.js";
import { ColumnStatistics } from "../../data/scaling.js";
import type { AnomalyEvaluation } from "../../index.js";
import { descendingOrder } from "../../statistics/descending.js";
import { principalAxes } from "../../statistics/principalAxes.js";
import { spearman } from "../../statistics/spearman.js";
import { evenly } from "../numberText.js";
import type { DetectionSubject } from "./detectionSubject.js";

/** How principal component analysis judges the same rows. */
export interface Comparison {
  /** The score of each row: the root mean square of what the components leave of its standardized values. */
  readonly scores: ArrayLike<number>;
  /** Number of components: as many as a code of the detector has values. */
  readonly components: number;
  /** The part of the variance that they keep, 0 to 1. */
  readonly kept: number;
  /** How many rows are both flagged and among as many rows with the largest scores. */
  readonly agreed: number;
  /** Three rows with the largest scores. */
  readonly oddest: readonly number[];
  /** Spearman's correlation of both scores; NaN where all of one are equal. */
  readonly correlation: number;
  /** Against the labels, if there are any; as many rows are flagged as the detector flags. */
  readonly evaluation: AnomalyEvaluation | undefined;
}

/** With more features, the components would take minutes. */
export const MOST_FEATURES = 1024;
/** Multiplications that the covariances may take, and values to copy. */
const [MOST_WORK, MOST_VALUES] = [2e9, 1 << 24];

/** What PCA with the same code size makes of the rows. Undefined for too many features, and for too few to compress. */
export function comparison(subject: DetectionSubject): Comparison | undefined {
  const { samples, fitOn, windows, results, odd, labels, detection } = subject;
  const width = samples.columns;
  const components = Math.min(detection.detector.latentSize, width);
  if (width > MOST_FEATURES || components >= width || fitOn.rows < 2) return undefined;
  const scaling = scalingOf(fitOn);
  const most = Math.floor(Math.min(MOST_WORK / width ** 2, MOST_VALUES / width));
  const learnt = evenly(fitOn.rows, Math.max(2, most));
  const values = new Float32Array(learnt.length * width);
  learnt.forEach((row, i) => {
    scaleRows(partOf(fitOn, row, 1), scaling, values.subarray(i * width, (i + 1) * width));
  });
  const { means, axes, variances, total } = principalAxes(values, width, components);
  const scaled = new Float32Array(width);
  const own = Float64Array.from({ length: samples.rows }, (_, row) => {
    scaleRows(partOf(samples, row, 1), scaling, scaled);
    return residual(scaled, means, axes);
  });
  const scores = windows ? pointScores(own, windows) : own;
  const flags = new Uint8Array(scores.length);
  const order = descendingOrder(scores);
  for (const row of order.subarray(0, odd.length)) flags[row] = 1;
  return {
    scores,
    components,
    kept: total > 0 ? variances.reduce((sum, variance) => sum + variance, 0) / total : 0,
    agreed: odd.reduce((sum, row) => sum + flags[row]!, 0),
    oddest: [...order.subarray(0, 3)],
    correlation: correlationOf(scores, results.scores),
    evaluation: labels && evaluateFlags(scores, flags, labels, Number.NaN),
  };
}

/** Of rows that have a score: those of a series that are in no window have none. */
function correlationOf(scores: ArrayLike<number>, others: ArrayLike<number>): number {
  const rows = Array.from(scores, (_, row) => row).filter((row) => !Number.isNaN(others[row]));
  if (rows.length < 2) return Number.NaN;
  return spearman(
    rows.map((row) => scores[row]!),
    rows.map((row) => others[row]!),
  );
}

function scalingOf(rows: Rows) {
  const statistics = new ColumnStatistics(rows.columns);
  for (const { part } of partsOf(rows)) statistics.add(part);
  return statistics.parameters("standard");
}

/** The root mean square of what is left of a row after its projection. */
function residual(row: ArrayLike<number>, means: Float64Array, axes: Float64Array): number {
  const width = row.length;
  const left = means.map((mean, j) => row[j]! - mean);
  for (let axis = 0; axis < axes.length; axis += width) {
    let along = 0;
    for (let j = 0; j < width; j++) along += left[j]! * axes[axis + j]!;
    for (let j = 0; j < width; j++) left[j]! -= along * axes[axis + j]!;
  }
  return Math.sqrt(left.reduce((sum, value) => sum + value * value, 0) / width);
}
