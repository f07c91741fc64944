import { knownKeys, number } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** How a threshold follows from the errors of the samples that a detector is fitted on; one of the two. */
export interface ThresholdOptions {
  /**
   * The share of those samples that are taken for anomalies, from 0 to 0.5; default 0.01, unless there is a `sigma`.
   * Of n samples, the threshold is the (n − ⌊contamination·n⌋)-th smallest error, the quantile without interpolation
   * (definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages", 1996; NumPy's `inverted_cdf`): so
   * that, of different errors, just ⌊contamination·n⌋ are above it.
   */
  contamination?: number;
  /** Standard deviations (of the population) above the mean error at which the threshold is; at least 0. */
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
  if (contamination !== undefined) throw new ArgumentError("contamination and sigma exclude each other");
  number("sigma", sigma, "a finite number of at least 0", (x) => x >= 0);
  return { kind: "sigma", sigma };
}

/** The threshold above which an error is an anomaly's. */
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

/** ⌊x⌋ for a product that may have been rounded to just below a whole number: 0.29·100 is 28.999…996. */
function wholeBelow(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x - nearest) <= 1e-9 ? nearest : Math.floor(x);
}
