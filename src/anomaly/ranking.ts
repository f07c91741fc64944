import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { toValues } from "../data/values.js";
import { averageRanks } from "../statistics/ranks.js";
import { lastWithoutScore, separations } from "../statistics/separation.js";
import { flagsOf } from "./threshold.js";

/** Labels of samples: 1 or true for an anomaly, 0 or false for a normal sample. */
export type Labels = ArrayLike<number | boolean>;

/** How well scores and a threshold separate anomalies from normal samples. */
export interface AnomalyEvaluation {
  /** Area under the ROC curve: the probability that an anomaly scores higher than a normal sample. */
  readonly rocAuc: number;
  /**
   * Area under the curve of precision over recall, as a sum of steps: the mean of the precisions at the score of each
   * anomaly. Unlike `rocAuc` it falls to the share of anomalies where scores say nothing.
   */
  readonly averagePrecision: number;
  /** Share of anomalies among the flagged samples; 0 if there are none. */
  readonly precision: number;
  /** Share of flagged samples among the anomalies. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 if both are 0. */
  readonly f1: number;
  /** Samples with a score above this are flagged. */
  readonly threshold: number;
}

/**
 * Copies labels to bytes.
 *
 * @throws {ArgumentError} unless each is 0, 1, false or true
 */
export function readLabels(labels: Labels): Uint8Array {
  if (!Array.isArray(labels) && !toValues(labels)) {
    throw new ArgumentError(`labels must be an array of 0 and 1, not ${show(labels)}`);
  }
  return Uint8Array.from(labels, (label, index) => {
    if (label === 1 || label === true) return 1;
    if (label === 0 || label === false) return 0;
    throw new ArgumentError(`labels[${index}] must be 0 or 1, not ${show(label)}`);
  });
}

/**
 * Returns the same scores after a check.
 *
 * @throws {ArgumentError} unless they are numbers of at least 0 in a `Float32Array`
 */
export function checkScores(scores: Float32Array): Float32Array {
  if (objectTag(scores) !== "Float32Array")
    throw new ArgumentError(`scores must be a Float32Array, not ${show(scores)}`);
  const unfit = scores.findIndex((score) => !(score >= 0));
  if (unfit < 0) return scores;
  throw new ArgumentError(`scores[${unfit}] must be a number of at least 0, not ${scores[unfit]}`);
}

/**
 * Returns the same labels after a check.
 *
 * @throws {ShapeError} unless there is one label for each of `rows` samples
 * @throws {ArgumentError} unless there are both anomalies and normal samples
 */
export function checkLabels(checked: Uint8Array, rows: number): Uint8Array {
  if (checked.length !== rows) {
    throw new ShapeError(`there are ${checked.length} labels for ${rows} samples; each sample needs one`);
  }
  if (!comparable(checked)) {
    throw new ArgumentError(
      `all labels are ${checked[0]}, but evaluating needs both anomalies (1) and normal samples (0)`,
    );
  }
  return checked;
}

/** The same labels if there are both anomalies and normal samples among them, as evaluating needs; otherwise undefined. */
export function comparable(labels: Uint8Array | undefined): Uint8Array | undefined {
  return labels?.includes(1) && labels.includes(0) ? labels : undefined;
}

/** Compares scores with checked labels. */
export function evaluateScores(
  scores: Float32Array,
  labels: Uint8Array,
  threshold: number,
): AnomalyEvaluation {
  return evaluateFlags(scores, flagsOf(scores, threshold), labels, threshold);
}

/**
 * The same for rows that are flagged by another rule, as points of a series are by their windows.
 *
 * @param scores NaN counts as the lowest score: of rows that no window covers, the detector says nothing
 */
export function evaluateFlags(
  scores: ArrayLike<number>,
  flags: Uint8Array,
  labels: Uint8Array,
  threshold: number,
): AnomalyEvaluation {
  let [hits, falseAlarms, anomalies] = [0, 0, 0];
  labels.forEach((label, i) => {
    anomalies += label;
    hits += flags[i]! * label;
    falseAlarms += flags[i]! * (1 - label);
  });
  return {
    rocAuc: rocAuc(scores, labels),
    averagePrecision: averagePrecision(scores, labels),
    precision: hits === 0 ? 0 : hits / (hits + falseAlarms),
    recall: hits / anomalies,
    f1: (2 * hits) / (anomalies + hits + falseAlarms),
    threshold,
  };
}

/**
 * The area under the ROC curve from ranks: Mann and Whitney's U divided by the number of pairs. This is exact; a pair of
 * equal scores counts half.
 */
function rocAuc(scores: ArrayLike<number>, labels: Uint8Array): number {
  const ranks = averageRanks(lastWithoutScore(scores));
  let [rankSum, anomalies] = [0, 0];
  labels.forEach((label, i) => {
    rankSum += label * ranks[i]!;
    anomalies += label;
  });
  return (rankSum - (anomalies * (anomalies + 1)) / 2) / (anomalies * (labels.length - anomalies));
}

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ over the different scores in descending order, as scikit-learn defines it. */
function averagePrecision(scores: ArrayLike<number>, labels: Uint8Array): number {
  let [sum, before] = [0, 0];
  for (const { hits, falseAlarms } of separations(scores, labels)) {
    sum += ((hits - before) * hits) / (hits + falseAlarms);
    before = hits;
  }
  return sum / before;
}
