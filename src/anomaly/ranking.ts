import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toValues } from "../data/values.js";
import { averageRanks } from "../statistics/ranks.js";

/** Which samples are anomalies: 1 or true for one, 0 or false for a normal sample. */
export type Labels = ArrayLike<number | boolean>;

/** How well scores and a threshold tell anomalies from normal samples. */
export interface AnomalyEvaluation {
  /** Area under the receiver operating characteristic: how often an anomaly scores higher than a normal sample. */
  readonly rocAuc: number;
  /**
   * Area under the curve of precision over recall, as a sum of steps: the mean of the precisions at the score of each
   * anomaly. Unlike `rocAuc` it falls to the share of anomalies where scores say nothing.
   */
  readonly averagePrecision: number;
  /** Of the samples above the threshold, the share that are anomalies; 0 where there are none. */
  readonly precision: number;
  /** Of the anomalies, the share above the threshold. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 where both are 0. */
  readonly f1: number;
  /** The score above which a sample is flagged, as precision, recall and F1 take it. */
  readonly threshold: number;
}

/**
 * Labels as bytes, a copy.
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
 * The same labels.
 *
 * @throws {ShapeError} unless there is one for each of `rows` samples
 * @throws {ArgumentError} unless there are both anomalies and normal samples
 */
export function checkLabels(checked: Uint8Array, rows: number): Uint8Array {
  if (checked.length !== rows) {
    throw new ShapeError(`there are ${checked.length} labels for ${rows} samples; each sample needs one`);
  }
  if (!checked.includes(1) || !checked.includes(0)) {
    throw new ArgumentError(
      `labels are all ${checked[0]}, but both anomalies (1) and normal samples (0) are needed to evaluate`,
    );
  }
  return checked;
}

/** Compares scores with labels that have been checked. */
export function evaluateScores(
  scores: Float32Array,
  labels: Uint8Array,
  threshold: number,
): AnomalyEvaluation {
  let [hits, falseAlarms, anomalies] = [0, 0, 0];
  labels.forEach((label, i) => {
    anomalies += label;
    if (scores[i]! > threshold) {
      hits += label;
      falseAlarms += 1 - label;
    }
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
 * The area under the ROC curve by its ranks (Mann and Whitney's U divided by the number of pairs), which is exact, and
 * counts a pair of equal scores as half.
 */
function rocAuc(scores: Float32Array, labels: Uint8Array): number {
  const ranks = averageRanks(scores);
  let [rankSum, anomalies] = [0, 0];
  labels.forEach((label, i) => {
    rankSum += label * ranks[i]!;
    anomalies += label;
  });
  return (rankSum - (anomalies * (anomalies + 1)) / 2) / (anomalies * (labels.length - anomalies));
}

/** Σ (recallₙ − recallₙ₋₁) · precisionₙ over the different scores in descending order, as scikit-learn defines it. */
function averagePrecision(scores: Float32Array, labels: Uint8Array): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  let [sum, hits, fresh, seen] = [0, 0, 0, 0];
  order.forEach((row, i) => {
    seen++;
    fresh += labels[row]!;
    const next = order[i + 1];
    if (next !== undefined && scores[next] === scores[row]) return;
    hits += fresh;
    sum += (fresh * hits) / seen;
    fresh = 0;
  });
  return sum / hits;
}
