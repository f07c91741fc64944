import version from "#embedded/version";
import type { AnomalyEvaluation, DetectionRule } from "../../index.js";
import { separations } from "../../statistics/separation.js";
import { counted, plural, shown } from "../numberText.js";
import { type Fact, grid, NOTHING, note, section } from "../page.js";
import { element, escapeText } from "../svg.js";
import type { Comparison } from "./baseline.js";
import type { DetectionSubject, ReportedDetection } from "./detectionSubject.js";
import { percentOf } from "./words.js";

/** With more columns, their table is folded. */
const MOST_UNFOLDED = 30;

/** How the threshold was chosen. */
export function ruleText(rule: DetectionRule, noun: string): string {
  switch (rule.kind) {
    case "contamination":
      return `chosen so that ${Number((100 * rule.contamination).toPrecision(6))} % of the ${noun}s learned from are above it`;
    case "sigma":
      return `${rule.sigma} standard deviations above the mean score of the ${noun}s learned from`;
    case "max":
      return `the largest score of the ${noun}s learned from`;
    case "labels":
      return "the score at which F1 against the labels is largest";
    case "fence":
      return "three interquartile ranges above the upper quartile, or higher where more than a tenth would be above";
    default:
      return "chosen by hand";
  }
}

/** The largest F1, and between which scores its threshold is: the middle of both. */
function bestF1(scores: ArrayLike<number>, labels: Uint8Array): { f1: number; threshold: number } {
  const points = separations(scores, labels);
  const odd = points.at(-1)!.hits;
  let [f1, threshold] = [0, points[0]!.score];
  points.forEach(({ score, hits, falseAlarms }, i) => {
    const own = (2 * hits) / (odd + hits + falseAlarms);
    if (own <= f1) return;
    f1 = own;
    threshold = (score + (points[i + 1]?.score ?? 0)) / 2;
  });
  return { f1, threshold };
}

/** Both against the labels, side by side. */
export function comparisonTable(
  { results, labels, noun }: DetectionSubject,
  evaluation: AnomalyEvaluation,
  baseline: Comparison | undefined,
): string {
  const best = bestF1(results.scores, labels!);
  const names = {
    rocAuc: "ROC AUC",
    averagePrecision: "average precision",
    precision: "precision at the threshold",
    recall: "recall at the threshold",
    f1: "F1 at the threshold",
  };
  const columns = [
    { title: "measure" },
    { title: "detector", number: true as const },
    ...(baseline ? [{ title: "PCA", number: true as const }] : []),
  ];
  const lines = Object.entries(names).map(([key, name]) => {
    const value = (of: AnomalyEvaluation) => of[key as keyof typeof names].toFixed(3);
    return [name, value(evaluation), ...(baseline?.evaluation ? [value(baseline.evaluation)] : [])];
  });
  const how = baseline
    ? [
        `PCA flags as many ${noun}s as the detector: those that ${plural(baseline.components, "component")} reconstruct worst.`,
      ]
    : [];
  const notes = [
    ...how,
    `1 is best throughout. F1 would be ${best.f1.toFixed(3)} with the best threshold, ${shown(best.threshold)}.`,
  ];
  return section({
    name: "labels",
    title: "Against the labels",
    content: grid(columns, lines) + note(notes.join(" ")),
  });
}

/** What the detector is and how it was made. */
export function about(subject: DetectionSubject, baseline: Comparison | undefined): Fact[] {
  const { detection, samples, fitOn, separate, windows, about, noun } = subject;
  const { detector, history, rule, threshold } = detection;
  const given = windows ? `windows of ${counted(windows.size)} rows` : `${noun}s`;
  return [
    [
      "samples",
      `${counted(samples.rows)} ${given}, ${plural(samples.columns, subject.image ? "value" : "feature")} each`,
    ],
    ...(separate ? [["learned from", `${plural(fitOn.rows, `other ${noun}`)}`] as const] : []),
    [
      "detector",
      `${plural(membersOf(detector), "autoencoder")}${membersOf(detector) > 1 ? ", each" : ""} with a code of ${plural(detector.latentSize, "value")}`,
    ],
    ["training", trainingText(history, membersOf(detector))],
    ["threshold", `${shown(threshold)}: ${ruleText(rule, noun)}`],
    ...(baseline
      ? [
          [
            "PCA",
            `${plural(baseline.components, "component")} keep ${percentOf(baseline.kept, 1)} of the variance of the standardized features`,
          ] as const,
        ]
      : []),
    ...about,
    ["made with", `isthmus ${version}`],
  ];
}

/** Autoencoders of a detector. */
function membersOf(detector: ReportedDetection["detector"]): number {
  return "members" in detector ? detector.members : 1;
}

function trainingText(history: ReportedDetection["history"], members: number): string {
  if (!history || history.loss.length === 0) return "earlier; the saved detector does not tell how long";
  const steps = `${plural(history.loss.length, "step")}${members > 1 ? " for each autoencoder" : ""}`;
  if (history.seconds === undefined) return steps;
  return `${steps}, ${history.seconds.toFixed(1)} s${members > 1 ? " for all" : ""}`;
}

/** What was decided about each column. */
export function columnTable({ preprocessor }: DetectionSubject): string {
  if (!preprocessor) return "";
  const { decisions } = preprocessor;
  const columns = [
    { title: "column" },
    { title: "type" },
    { title: "features", number: true as const },
    { title: "missing", number: true as const },
    { title: "range" },
    { title: "what was done" },
  ];
  const lines = decisions.map(({ column, type, features, missing, range, action }) =>
    [column, type, features || NOTHING, missing || NOTHING, range || NOTHING, action].map((cell) =>
      escapeText(String(cell)),
    ),
  );
  const table = grid(columns, lines, { stacked: true });
  const used = decisions.filter(({ features }) => features > 0).length;
  const summary = `${used} of ${plural(decisions.length, "column")} are used`;
  const content =
    decisions.length > MOST_UNFOLDED ? element("details", {}, element("summary", {}, summary), table) : table;
  return section({ name: "columns", title: "What was made of the columns", content });
}
