import { knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { checkThresholdOptions, type ThresholdRule, thresholdOf } from "./threshold.js";

/** How the threshold of `detectAnomalies` is chosen; at most one of the three. */
export interface DetectionThreshold {
  /** The share of the rows that the detector learns from which is taken for anomalies, from 0 to 0.5. */
  contamination?: number;
  /** Standard deviations above the mean score of those rows at which the threshold is; at least 0. */
  sigma?: number;
  /**
   * A score of your own; `"max"`, the largest score of the rows that the detector learns from, for `fitOn` data without
   * anomalies; `"labels"`, the score at which F1 is largest on `labels`; or `"fence"` (default), three interquartile
   * ranges above the upper quartile of the scores: Tukey's outer fence ("Exploratory Data Analysis", 1977). It flags
   * rows that stand apart, a tenth at most, and about one in a hundred of normally distributed rows.
   */
  threshold?: number | "fence" | "max" | "labels";
}

/** How a threshold was chosen. */
export type DetectionRule = ThresholdRule | NamedRule | GivenThreshold;

/** A threshold that follows from scores by a rule without a number. */
export interface NamedRule {
  /** Which rule it is; see `threshold` of `detectAnomalies`. */
  readonly kind: (typeof NAMED_RULES)[number];
}

/** A threshold that was given as a number. */
export interface GivenThreshold {
  /** That it was given. */
  readonly kind: "threshold";
  /** The score above which a row is an anomaly. */
  readonly threshold: number;
}

/** The rules without a number. */
export const NAMED_RULES = ["fence", "max", "labels"] as const;

/** Of Tukey's outer fence, in interquartile ranges. */
const FENCE = 3;
/** The share of rows that the fence flags at most: where most rows are alike, quartiles say nothing of the others. */
const MOST_FLAGGED = 0.1;

/** @throws {ArgumentError} for values out of range, and for more than one of the options */
export function checkDetectionThreshold({
  contamination,
  sigma,
  threshold,
}: DetectionThreshold): DetectionRule {
  const given = Object.entries({ contamination, sigma, threshold }).filter(
    ([, value]) => value !== undefined,
  );
  if (given.length > 1) {
    throw new ArgumentError(
      `${given.map(([name]) => name).join(" and ")} exclude each other; give one of them`,
    );
  }
  if (contamination !== undefined) return checkThresholdOptions({ contamination });
  if (sigma !== undefined) return checkThresholdOptions({ sigma });
  if (typeof threshold === "number")
    return { kind: "threshold", threshold: checkScore("threshold", threshold) };
  return { kind: oneOf("threshold", threshold ?? "fence", NAMED_RULES) };
}

/** @throws {ArgumentError} unless `value` can be a score */
export function checkScore(name: string, value: unknown): number {
  return number(name, value, "a number of at least 0", (x) => x >= 0);
}

/**
 * The threshold above which a score is an anomaly's.
 *
 * @param fitted scores of the rows that the detector learned from
 * @param labelled scores of labelled rows, and their labels; needed for the rule "labels" alone
 */
export function detectionThreshold(
  rule: DetectionRule,
  fitted: Float32Array,
  labelled?: { scores: Float32Array; labels: Uint8Array },
): number {
  switch (rule.kind) {
    case "threshold":
      return rule.threshold;
    case "max":
      return fitted.reduce((most, score) => (score > most ? score : most), 0);
    case "labels":
      return bestThreshold(labelled!.scores, labelled!.labels);
    case "fence":
      return fenceOf(fitted);
    default:
      return thresholdOf(fitted, rule);
  }
}

/** Tukey's outer fence, or the score above which a tenth of the rows is: the larger of the two. */
function fenceOf(scores: Float32Array): number {
  const sorted = scores.toSorted();
  const [lower, upper] = [quantile(sorted, 0.25), quantile(sorted, 0.75)];
  const fence = Math.fround(upper + FENCE * (upper - lower));
  const most = Math.max(1, Math.floor(MOST_FLAGGED * sorted.length));
  return Math.max(fence, sorted[sorted.length - 1 - most] ?? 0);
}

/** Between two values, as far as the quantile is (definition 7 of Hyndman and Fan, NumPy's default). */
function quantile(sorted: Float32Array, share: number): number {
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const [a, b] = [sorted[low]!, sorted[Math.min(low + 1, sorted.length - 1)]!];
  return a + (at - low) * (b - a);
}

/** The score above which F1 is largest; of several, the largest. */
function bestThreshold(scores: Float32Array, labels: Uint8Array): number {
  const order = Uint32Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]!);
  const anomalies = labels.reduce((sum, label) => sum + label, 0);
  let [best, threshold, hits] = [0, scores[order[0]!]!, 0];
  order.forEach((row, i) => {
    hits += labels[row]!;
    const next = order[i + 1];
    if (next === undefined || scores[next] === scores[row]) return;
    const f1 = (2 * hits) / (anomalies + i + 1);
    if (f1 > best) [best, threshold] = [f1, scores[next]!];
  });
  return threshold;
}

/** A rule as a file has it, and back. @throws {ArgumentError} {FormatError} when it is none */
export function readRule(rule: unknown): DetectionRule {
  if (typeof rule !== "object" || rule === null)
    throw new FormatError(`rule must be an object, not ${show(rule)}`);
  const { kind, ...options } = rule as { kind?: unknown };
  knownKeys("the threshold", options, ["contamination", "sigma", "threshold"]);
  const named = kind === "fence" || kind === "max" || kind === "labels" ? { threshold: kind } : options;
  return checkDetectionThreshold(named as DetectionThreshold);
}
