import { dot, line, ruleY } from "@observablehq/plot";
import type { AnomalyEvaluation } from "../../index.js";
import { type Separation, separations } from "../../statistics/separation.js";
import { chart } from "../chart.js";
import type { Picture } from "../figure.js";
import { type Swatch, swatches } from "../legend.js";
import { plural, shown } from "../numberText.js";
import { type Drawing, stack } from "../svg.js";
import type { Comparison } from "./baseline.js";
import type { DetectionSubject } from "./detectionSubject.js";

/** A point of a curve, both from 0 to 1. */
type Point = readonly [x: number, y: number];

/** Points closer together than this cannot be told apart. */
const NEAR = 0.003;

/** What the curves of a detector and of its baseline are drawn from. */
export interface Curves {
  readonly labels: Uint8Array;
  readonly evaluation: AnomalyEvaluation;
  readonly baseline: Comparison | undefined;
}

/** Recall over the false alarms that it costs. */
export function rocCurve(
  { results, noun }: DetectionSubject,
  { labels, evaluation, baseline }: Curves,
): Picture {
  const odd = count(labels);
  const normal = labels.length - odd;
  const points = (scores: ArrayLike<number>): Point[] => [
    [0, 0],
    ...separations(scores, labels).map(({ hits, falseAlarms }): Point => [falseAlarms / normal, hits / odd]),
  ];
  const flagged = at(results.flags, labels);
  const mark: Point = [flagged.falseAlarms / normal, flagged.hits / odd];
  const auc = (value: number) => `area ${value.toFixed(3)}`;
  return {
    name: "roc",
    title: "ROC curve",
    caption: `A random odd ${noun} scores higher than a random normal one with a probability of ${shown(evaluation.rocAuc)} (ROC AUC; 0.5 is chance). At the threshold, ${flagged.hits} of ${plural(odd, `odd ${noun}`)} are found, with ${plural(flagged.falseAlarms, "false alarm")} among ${plural(normal, `normal ${noun}`)}.`,
    drawing: curves({
      x: `false alarms, share of the normal ${noun}s`,
      y: `recall, share of the odd ${noun}s`,
      mark,
      series: [
        { label: `detector, ${auc(evaluation.rocAuc)}`, points: points(results.scores) },
        ...(baseline?.evaluation
          ? [{ label: `PCA, ${auc(baseline.evaluation.rocAuc)}`, points: points(baseline.scores) }]
          : []),
      ],
      chance: [
        [0, 0],
        [1, 1],
      ],
    }),
  };
}

/** Precision over recall. */
export function precisionRecallCurve(
  { results, noun }: DetectionSubject,
  { labels, evaluation, baseline }: Curves,
): Picture {
  const odd = count(labels);
  const share = odd / labels.length;
  const points = (scores: ArrayLike<number>): Point[] => {
    const [first, ...rest] = separations(scores, labels).map(
      ({ hits, falseAlarms }): Point => [hits / odd, hits / (hits + falseAlarms)],
    );
    return [[0, first![1]], first!, ...rest];
  };
  const { precision, recall } = evaluation;
  const flagged = at(results.flags, labels);
  const area = (value: number) => `mean ${value.toFixed(3)}`;
  return {
    name: "precision-recall",
    title: "Precision and recall",
    caption: `The average precision is ${shown(evaluation.averagePrecision)}; chance would have ${shown(share)}, the share of odd ${noun}s. At the threshold, precision is ${shown(precision)} and recall ${shown(recall)}: ${flagged.hits} of ${plural(flagged.hits + flagged.falseAlarms, `flagged ${noun}`)} are odd.`,
    drawing: curves({
      x: `recall, share of the odd ${noun}s`,
      y: `precision, share of the flagged ${noun}s`,
      mark: [recall, precision],
      series: [
        { label: `detector, ${area(evaluation.averagePrecision)}`, points: points(results.scores) },
        ...(baseline?.evaluation
          ? [{ label: `PCA, ${area(baseline.evaluation.averagePrecision)}`, points: points(baseline.scores) }]
          : []),
      ],
      chance: [
        [0, share],
        [1, share],
      ],
      steps: true,
    }),
  };
}

interface Plan {
  readonly x: string;
  readonly y: string;
  readonly series: readonly { readonly label: string; readonly points: readonly Point[] }[];
  /** Where the threshold is. */
  readonly mark: Point;
  /** What a detector that knows nothing has. */
  readonly chance: readonly Point[];
  readonly steps?: true;
}

function curves({ x, y, series, mark, chance, steps }: Plan): Drawing {
  const looks: Omit<Swatch, "label">[] = [
    { colour: "var(--first)", shape: "line" },
    { colour: "var(--second)", shape: "dashed" },
  ];
  const axis = { domain: [0, 1], ticks: 5, labelAnchor: "center" as const, labelArrow: "none" as const };
  const curve = steps ? ("step-before" as const) : ("linear" as const);
  const body = chart({
    height: 340,
    marginLeft: 56,
    marginBottom: 44,
    marginTop: 12,
    x: { ...axis, label: x },
    y: { ...axis, label: y, grid: true },
    marks: [
      line(chance, {
        x: "0",
        y: "1",
        stroke: "var(--muted)",
        strokeDasharray: "1 4",
        strokeLinecap: "round",
      }),
      ...series
        .map(({ points }, i) =>
          line(thinned(points), {
            x: "0",
            y: "1",
            stroke: looks[i]!.colour,
            strokeWidth: 2,
            curve,
            ...(looks[i]!.shape === "dashed" && { strokeDasharray: "5 3" }),
          }),
        )
        .reverse(),
      ruleY([0]),
      dot([mark], { x: "0", y: "1", r: 5, fill: "currentColor", stroke: "var(--paper)", clip: false }),
    ],
  });
  const legend: Swatch[] = [
    ...series.map(({ label }, i) => ({ label, ...looks[i]! })),
    { label: "the threshold", colour: "currentColor", shape: "dot" },
    { label: "chance", colour: "var(--muted)", shape: "dashed" },
  ];
  return stack([swatches(legend), body]);
}

/** Without points that nobody could tell from the one before. */
function thinned(points: readonly Point[]): Point[] {
  const kept: Point[] = [];
  points.forEach((point, i) => {
    const before = kept.at(-1);
    const far = !before || Math.abs(point[0] - before[0]) > NEAR || Math.abs(point[1] - before[1]) > NEAR;
    if (far || i === points.length - 1) kept.push(point);
  });
  return kept;
}

/** How the flagged rows are separated from the others. */
function at(flags: Uint8Array, labels: Uint8Array): Omit<Separation, "score"> {
  const hits = labels.reduce((sum, label, row) => sum + label * flags[row]!, 0);
  return { hits, falseAlarms: count(flags) - hits };
}

function count(labels: Uint8Array): number {
  return labels.reduce((sum, label) => sum + label, 0);
}
