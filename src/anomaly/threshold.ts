import { knownKeys, number } from "../common/check.js";
import { ArgumentError, NonFiniteError } from "../common/errors.js";

/** How to choose the threshold from the scores of the fitted samples. Give at most one of the two. */
export interface ThresholdOptions {
  /**
   * The share of these samples to flag as anomalies, from 0 to 0.5; default 0.01, unless there is a `sigma`.
   * The threshold is the (n − ⌊contamination·n⌋)-th smallest of n scores, so exactly ⌊contamination·n⌋ are above it if all
   * scores differ. This is the quantile without interpolation: definition 1 of Hyndman and Fan, "Sample Quantiles in
   * Statistical Packages", 1996; NumPy's `inverted_cdf`.
   */
  contamination?: number;
  /** The threshold is this many standard deviations (of the population) above the mean score; at least 0. */
  sigma?: number;
}

/** The same with one of the two decided. */
export type ThresholdRule = ContaminationRule | SigmaRule;

/** A threshold that a share of the scores is above. */
export interface ContaminationRule {
  /** Which rule it is. */
  readonly kind: "contamination";
  /** That share, from 0 to 0.5. */
  readonly contamination: number;
}

/** A threshold by mean and standard deviation of the scores. */
export interface SigmaRule {
  /** Which rule it is. */
  readonly kind: "sigma";
  /** Standard deviations above the mean. */
  readonly sigma: number;
}

const DEFAULT_CONTAMINATION = 0.01;

/** @throws {ArgumentError} for unknown options, both options at once, and values out of range */
export function checkThresholdOptions(options: ThresholdOptions): ThresholdRule {
  knownKeys("the detector", options, ["contamination", "sigma"]);
  const { contamination, sigma } = options;
  if (sigma === undefined) {
    const share = contamination ?? DEFAULT_CONTAMINATION;
    number("contamination", share, "a number from 0 to 0.5", (x) => x >= 0 && x <= 0.5);
    return { kind: "contamination", contamination: share };
  }
  if (contamination !== undefined) throw new ArgumentError("contamination and sigma cannot be used together");
  number("sigma", sigma, "a finite number of at least 0", (x) => x >= 0);
  return { kind: "sigma", sigma };
}

/**
 * Computes the threshold above which a score counts as an anomaly.
 *
 * @throws {NonFiniteError} if the threshold would not be finite
 */
export function learnThreshold(scores: Float32Array, rule: ThresholdRule): number {
  const threshold = thresholdOf(scores, rule);
  if (Number.isFinite(threshold)) return threshold;
  const row = scores.findIndex((score) => !Number.isFinite(score));
  const why = row < 0 ? "sigma is too large" : `the reconstruction error of row ${row} is ${scores[row]}`;
  throw new NonFiniteError(
    `the threshold would be ${threshold}, because ${why}; fit the detector on samples closer to the training data`,
  );
}

/** The same, which may be infinite. */
export function thresholdOf(errors: Float32Array, rule: ThresholdRule): number {
  if (rule.kind === "contamination") {
    const above = wholeBelow(rule.contamination * errors.length);
    return errors.toSorted()[errors.length - 1 - above]!;
  }
  let sum = 0;
  for (const error of errors) sum += error;
  const mean = sum / errors.length;
  let squares = 0;
  for (const error of errors) squares += (error - mean) ** 2;
  return mean + rule.sigma * Math.sqrt(squares / errors.length);
}

/** ⌊x⌋ for a product that may be rounded to just below a whole number: 0.29·100 is 28.999…996. */
function wholeBelow(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x - nearest) <= 1e-9 ? nearest : Math.floor(x);
}

/** 1 for each score above the threshold. */
export function flagsOf(scores: ArrayLike<number>, threshold: number): Uint8Array {
  return Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
}
