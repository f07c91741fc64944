import { evaluateFlags } from "../../anomaly/ranking.js";
import { requireOptions } from "../../common/check.js";
import type { Samples } from "../../data/samples.js";
import type { AnomalyEvaluation } from "../../index.js";
import { scoreHistogram } from "../distribution.js";
import { type Picture, toFigure } from "../figure.js";
import { lossCurve } from "../loss.js";
import { nameOfLoss } from "../lossName.js";
import { counted, plural, shown } from "../numberText.js";
import { facts, opening, toDocument } from "../page.js";
import { element, escapeText } from "../svg.js";
import { type Comparison, comparison } from "./baseline.js";
import { contributionPicture, contributions } from "./contributions.js";
import { precisionRecallCurve, rocCurve } from "./curves.js";
import {
  type DetectionReportOptions,
  type DetectionSubject,
  detectionSubject,
  type ReportedDetection,
} from "./detectionSubject.js";
import { about, columnTable, comparisonTable, ruleText } from "./detectionTables.js";
import { oddImages } from "./oddImages.js";
import { listedRows, listedStretches, oddRowTable, stretchTable } from "./oddRows.js";
import { seriesPicture } from "./seriesPicture.js";
import { findings, verdict } from "./verdict.js";
import { percentOf } from "./words.js";

/** About as many losses are drawn. */
const LOSSES = 50;

const STYLE = `
.facts{margin-bottom:1rem}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,25rem),1fr));margin-bottom:1rem}
.cards .facts{margin-bottom:0}
.rows .grid :is(th,td){width:1%;min-width:2.2rem;padding-right:.7rem}
.rows .grid :is(th,td):last-child{width:auto;min-width:9rem;padding-right:0}
.rows .grid :is(th,td){overflow-wrap:break-word}
.rows .grid tbody th:not(.number){min-width:clamp(6rem,20vw,9rem)}
.why{list-style:none;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem 1.5rem}
.why li{min-width:min(15rem,100%)}
.share{color:var(--muted);white-space:nowrap}
.columns .grid th,.columns .grid td{overflow-wrap:break-word;min-width:4rem}
.columns .grid td:last-child{min-width:14rem}
@media (min-width:48rem){.rows .grid :is(th,td):not(:last-child){white-space:nowrap}}
@media (max-width:40rem){.facts .grid.stacked :is(th,td):nth-child(n){min-width:0;width:auto;padding:0}}
summary{cursor:pointer;margin:.5rem 0}`;

/**
 * Draws a report on a detection as one self-contained HTML document: what is odd and why, the scores and the threshold,
 * for a series its course over time, how the detector compares with the labels and with principal component analysis,
 * and how it was made.
 *
 * @example
 * ```ts
 * import { detectAnomalies } from "isthmus";
 * import { readTable, TablePreprocessor } from "isthmus/data";
 * import { detectionReport } from "isthmus/report";
 *
 * const rows = Array.from({ length: 99 }, (_, i) => `${Math.sin(i)},${i === 42 ? 9 : Math.sin(i) + 1}`);
 * const table = await readTable(`inflow,outflow\n${rows.join("\n")}\n`);
 * const preprocessor = TablePreprocessor.fit(table);
 * const samples = preprocessor.transform(table);
 * const detection = await detectAnomalies(samples, { columns: preprocessor.columns.map(({ name }) => name), steps: 20 });
 * const html = await detectionReport(detection, samples, { table, preprocessor });
 * console.log(html.includes("row 43")); // true
 * await detection.detector.dispose();
 * ```
 *
 * @param detection the result of `detectAnomalies`, whose detector has not been disposed
 * @param samples what was scored, as given to `detectAnomalies`
 * @throws {ArgumentError} {ShapeError} {NonFiniteError} for parts that do not belong together
 */
export async function detectionReport(
  detection: ReportedDetection,
  samples: Samples,
  options: DetectionReportOptions = {},
): Promise<string> {
  requireOptions("detectionReport", options);
  const subject = detectionSubject(detection, samples, options);
  const listed = listedRows(subject);
  const oddest = subject.odd[0] ?? subject.results.rank.indexOf(1);
  const stretches = listedStretches(subject);
  const peaks = stretches.map(({ peak }) => peak);
  const reasons = await subject.explain([...new Set([oddest, ...listed, ...peaks])]);
  const evaluation = evaluationOf(subject);
  const baseline = comparison(subject);
  const columns = contributions(subject);
  const series = seriesPicture(subject, columns);
  const found = findings(subject, evaluation, baseline);
  return toDocument(
    subject.title,
    [
      element("h1", {}, escapeText(subject.title)),
      ...opening(verdict(subject, columns, { row: oddest, reasons: reasons.get(oddest) }), found),
      ...(series ? [toFigure(series)] : []),
      subject.windows ? stretchTable(subject, stretches, reasons) : oddRowTable(subject, listed, reasons),
      element(
        "div",
        { class: "cards" },
        ...(subject.image ? [toFigure(await oddImages(subject, listed))] : []),
        ...pictures(subject, evaluation, baseline).map((picture) => toFigure(picture)),
        ...(evaluation ? [comparisonTable(subject, evaluation, baseline)] : []),
      ),
      facts("about", "How it was made", about(subject, baseline), subject.notes),
      columnTable(subject),
    ],
    STYLE,
  );
}

/** How the scores and flags of the rows agree with the labels. */
function evaluationOf({ results, labels, detection }: DetectionSubject): AnomalyEvaluation | undefined {
  return labels && evaluateFlags(results.scores, results.flags, labels, detection.threshold);
}

function pictures(
  subject: DetectionSubject,
  evaluation: AnomalyEvaluation | undefined,
  baseline: Comparison | undefined,
): Picture[] {
  const { labels, detection } = subject;
  const curves = labels && evaluation && { labels, evaluation, baseline };
  const bars = contributionPicture(subject, contributions(subject));
  const losses = detection.history?.loss ?? [];
  return [
    ...(bars ? [bars] : []),
    scorePicture(subject),
    ...(curves ? [rocCurve(subject, curves), precisionRecallCurve(subject, curves)] : []),
    ...(losses.length > 1 ? [lossPicture(losses, lossText(subject))] : []),
  ];
}

function lossText({ detection: { detector } }: DetectionSubject): string {
  return "model" in detector ? nameOfLoss(detector.model) : "mean absolute error of standardized values";
}

function scorePicture({ detection, windows, noun: own, image }: DetectionSubject): Picture {
  const { scores, flags, threshold, rule } = detection;
  const above = flags.reduce((sum, flag) => sum + flag, 0);
  const noun = windows ? "window" : own;
  const usual = image ? "the larger, the odder" : "about 1 is usual, more is odder";
  return {
    name: "scores",
    title: "Scores and the threshold",
    caption: `How many ${noun}s have which score: ${usual}. ${counted(above)} of ${plural(scores.length, noun)} (${percentOf(above, scores.length)}) are above the threshold ${shown(threshold)}: ${ruleText(rule, own)}.`,
    drawing: scoreHistogram({
      scores,
      threshold,
      isAbove: (score) => score > threshold,
      score: "score",
      samples: `${noun}s`,
    }),
  };
}

/** The losses of the steps, several together where there are many. */
function lossPicture(losses: readonly number[], what: string): Picture {
  const size = Math.max(1, Math.floor(losses.length / LOSSES));
  const means = Array.from({ length: Math.floor(losses.length / size) }, (_, i) => {
    const own = losses.slice(i * size, (i + 1) * size);
    return own.reduce((sum, loss) => sum + loss, 0) / size;
  });
  const history = { loss: means, valLoss: [], reconstructionLoss: [], klLoss: [] };
  return lossCurve(history, what, { name: "step", size });
}
