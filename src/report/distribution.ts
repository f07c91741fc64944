import { barX, rectY, ruleX, ruleY } from "@observablehq/plot";
import { checkThresholdOptions, learnThreshold } from "../anomaly/threshold.js";
import { chart } from "./chart.js";
import type { Picture } from "./figure.js";
import { swatches } from "./legend.js";
import type { Measured } from "./measure.js";
import {
  counted,
  extentOf,
  histogram,
  logTicks,
  plural,
  roomBeside,
  roomFor,
  shown,
  tick,
  ticksAcross,
  ticksOf,
} from "./numberText.js";
import type { Subject } from "./subject.js";
import { type Drawing, stack } from "./svg.js";

/** The most features to draw. */
const MOST_FEATURES = 30;
const BINS = 48;
/** The most letters of a feature's name, and how wide one is, in pixels. */
const MOST_LETTERS = 22;
const LETTER = 6.5;
/** The axis is logarithmic if the largest error is more than this many times the smallest. */
const WIDE = 50;
/**
 * A saved threshold may be the score of one of these samples. The detector added the squares in another order, so the
 * last digits may differ.
 */
const ROUNDING = 1e-6;

/** What a histogram of scores shows. */
export interface ScoreHistogram {
  readonly scores: Float32Array;
  readonly threshold: number;
  /** Whether a score counts as above the threshold. */
  isAbove(score: number): boolean;
  /** What the scores are, and what has one. */
  readonly score: string;
  readonly samples: string;
}

/** A histogram of scores, with the threshold; those above it have another colour. */
export function scoreHistogram({ scores, threshold, isAbove, score, samples }: ScoreHistogram): Drawing {
  const range = extentOf([...scoresExtent(scores), threshold]);
  const logarithmic = range[0] > 0 && range[1] / range[0] > WIDE;
  const binsOf = (values: Float32Array, colour: string) =>
    histogram(values, BINS, range, logarithmic).map((bin) => ({ ...bin, colour }));
  const bins = [
    ...binsOf(
      scores.filter((value) => !isAbove(value)),
      "var(--first)",
    ),
    ...binsOf(scores.filter(isAbove), "var(--second)"),
  ].filter(({ count }) => count > 0);
  const body = chart({
    height: 300,
    marginTop: 30,
    marginLeft: roomFor(ticksOf(extentOf([0, ...bins.map(({ count }) => count)]))),
    marginRight: roomBeside(range),
    marginBottom: 42,
    x: {
      type: logarithmic ? "log" : "linear",
      domain: range,
      label: `${score}${logarithmic ? ", log scale" : ""}`,
      labelAnchor: "center",
      ticks: logarithmic ? logTicks(range) : ticksAcross(range),
      tickFormat: tick,
    },
    y: { type: "sqrt", label: `${samples}, square-root scale`, grid: true, ticks: 5, tickFormat: tick },
    marks: [
      rectY(bins, {
        x1: "from",
        x2: "to",
        y: "count",
        fill: { value: "colour", scale: null },
        inset: 0.5,
        title: ({ from, to, count }) =>
          `${shown(from)} to ${shown(to)}: ${plural(count, samples.replace(/s$/, ""))}`,
      }),
      ruleY([0]),
      ruleX([threshold], { stroke: "currentColor", strokeWidth: 2, strokeDasharray: "5 3" }),
    ],
  });
  return stack([
    swatches([
      { label: "up to the threshold", colour: "var(--first)", shape: "bar" },
      { label: "above", colour: "var(--second)", shape: "bar" },
      { label: `threshold ${shown(threshold)}`, colour: "currentColor", shape: "dashed" },
    ]),
    body,
  ]);
}

/** A histogram of the samples' errors, with the threshold for anomalies. */
export function errorDistribution(subject: Subject, { rows, scores }: Measured): Picture {
  const { model, threshold: given = {} } = subject;
  const threshold = thresholdFor(given, scores);
  const isAbove = (score: number) => score > threshold * ("threshold" in given ? 1 + ROUNDING : 1);
  const above = scores.reduce((count, score) => count + (isAbove(score) ? 1 : 0), 0);
  const units = model.scaling ? " of scaled values" : "";
  const share = `${((100 * above) / rows).toFixed(1)} %`;
  return {
    name: "errors",
    title: "Reconstruction errors and the threshold",
    caption: `The error of each of ${plural(rows, "sample")}${units === "" ? "" : ", in the model's scaled units"}. ${counted(above)} (${share}) are above the threshold ${shown(threshold)}, ${ruleText(given)}.`,
    drawing: scoreHistogram({
      scores,
      threshold,
      isAbove,
      score: `mean squared error${units}`,
      samples: "samples",
    }),
  };
}

/** The saved threshold, or the one that a detector would learn from these scores. */
function thresholdFor(given: NonNullable<Subject["threshold"]>, scores: Float32Array): number {
  return "threshold" in given ? given.threshold : learnThreshold(scores, checkThresholdOptions(given));
}

/** The smallest and the largest score. */
function scoresExtent(scores: Float32Array): [number, number] {
  return [scores.reduce((a, b) => Math.min(a, b), Infinity), scores.reduce((a, b) => Math.max(a, b), 0)];
}

/** Where the threshold comes from. */
function ruleText(given: NonNullable<Subject["threshold"]>): string {
  if ("threshold" in given) return "saved with the model";
  if (given.sigma !== undefined) return `${given.sigma} standard deviations above the mean of these errors`;
  return `chosen so that ${Number((100 * (given.contamination ?? 0.01)).toPrecision(6))} % of these samples are flagged`;
}

const shortened = (name: string) =>
  name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS - 1)}…` : name;

/** Mean squared error of each feature. */
export function featureErrors(
  { model, featureNames }: Subject,
  { rows, columns, featureErrors }: Measured,
): Picture {
  const nameOf = (feature: number) => featureNames?.[feature] ?? `x${feature + 1}`;
  const all = Array.from(featureErrors, (error, feature) => ({ feature: nameOf(feature), error }));
  const drawn = all
    .toSorted((a, b) => b.error - a.error)
    .slice(0, MOST_FEATURES)
    .filter(({ error }) => Number.isFinite(error));
  const scaled = model.scaling !== undefined;
  const range = [0, extentOf([0, ...drawn.map(({ error }) => error)])[1]] as const;
  const longest = Math.max(0, ...drawn.map(({ feature }) => shortened(feature).length));
  const body = chart({
    height: 74 + 19 * drawn.length,
    marginLeft: 32 + LETTER * Math.max(3, longest),
    marginRight: roomBeside(range),
    marginTop: 10,
    marginBottom: 42,
    x: {
      label: `mean squared error${scaled ? " of the scaled feature" : ", in the feature's units squared"}`,
      labelAnchor: "center",
      domain: range,
      grid: true,
      ticks: ticksAcross(range),
      tickFormat: tick,
    },
    y: {
      domain: drawn.map(({ feature }) => feature),
      label: "feature",
      labelArrow: "none",
      tickSize: 0,
      tickFormat: shortened,
    },
    marks: [
      barX(drawn, {
        x: "error",
        y: "feature",
        fill: "var(--first)",
        insetTop: 1,
        insetBottom: 1,
        title: ({ feature, error }) => `${feature}: ${shown(error)}`,
      }),
      ruleX([0]),
    ],
  });
  const numbered = featureNames ? "" : "; x1 is the first column of the data";
  const which =
    drawn.length < columns
      ? `The ${drawn.length} of ${columns} features with the largest error`
      : "All features";
  return {
    name: "features",
    title: "Error of each feature",
    caption: `${which}, largest first${numbered}. Means over ${plural(rows, "sample")}${scaled ? ", in the model's scaled units" : ""}.`,
    drawing: body,
  };
}
