import { printable } from "../../common/printable.js";
import type { AnomalyEvaluation, RowReasons } from "../../index.js";
import { lossTrend } from "../lossTrend.js";
import { counted, plural } from "../numberText.js";
import { type Comparison, MOST_FEATURES } from "./baseline.js";
import type { Contribution } from "./contributions.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { rowNamesOf } from "./oddRows.js";
import { oddStretches, spanText, whenText } from "./stretches.js";
import { listed, percentOf, plainCell, reasonWords, scoreText } from "./words.js";

/** A column is named if it has at least this part of the oddness. */
const NAMED = 0.15;
const MOST_NAMED = 3;

/** What a person wants to know first, in a sentence. */
export function verdict(
  subject: DetectionSubject,
  columns: readonly Contribution[],
  oddest: { readonly row: number; readonly reasons: RowReasons | undefined },
): string {
  const { rows, odd, detection, results, noun } = subject;
  const all = plural(rows, noun);
  const top = rowName(subject, oddest.row);
  if (odd.length === 0) {
    const score = scoreText(results.scores[oddest.row]!);
    const limit = scoreText(detection.threshold);
    return subject.windows
      ? `None of ${all} is odd; the oddest is ${top}, with a score of ${score}.`
      : `None of ${all} is odd: the oddest, ${top}, has a score of ${score}, and the threshold is ${limit}.`;
  }
  if (odd.length === rows && rows > 1) {
    return `All ${all} are above the threshold of ${scoreText(detection.threshold)}, so it tells nothing apart: choose a higher one.`;
  }
  const verb = odd.length === 1 ? "is" : "are";
  const [first] = oddest.reasons ? reasonWords(subject, oddest.row, oddest.reasons.reasons) : [];
  const because = first
    ? `, because ${printable(first.column)} ${subject.windows ? "averages" : "is"} ${printable(first.value)}, expected ${printable(first.expected)}`
    : "";
  const share = percentOf(odd.length, rows);
  const named = columns.filter((column) => column.share >= NAMED).slice(0, MOST_NAMED);
  const mostly =
    named.length > 0 && subject.columns.length > 1 && odd.length > 1
      ? `, mostly because of ${listed(named.map(({ column }) => printable(column)))}`
      : "";
  if (subject.windows) {
    const stretches = oddStretches(subject.results);
    const where =
      stretches.length === 1
        ? `, from ${spanText(subject.order, stretches[0]!)}`
        : `, in ${plural(stretches.length, "stretch", "stretches")}${mostly}; the oddest is ${spanText(subject.order, stretches.find(({ first, last }) => first <= oddest.row && oddest.row <= last)!)}`;
    return `${counted(odd.length)} of ${all} ${verb} odd (${share})${where}${because}.`;
  }
  return odd.length === 1
    ? `1 of ${all} is odd (${share}): ${top}${because}.`
    : `${counted(odd.length)} of ${all} ${verb} odd (${share})${mostly}; the oddest is ${top}${because}.`;
}

/** A row by its number, and by its time or its name if it has one. */
function rowName(subject: DetectionSubject, row: number): string {
  const { order, noun } = subject;
  if (order) return `${whenText(order, row)} (row ${row + 1})`;
  const names = rowNamesOf(subject);
  const cell = names?.values[row];
  const name =
    cell === undefined || cell === null ? "" : ` (${printable(names!.title)} ${printable(plainCell(cell))})`;
  return `${noun} ${row + 1}${name}`;
}

/** Further findings, a sentence each. */
export function findings(
  subject: DetectionSubject,
  evaluation: AnomalyEvaluation | undefined,
  baseline: Comparison | undefined,
): string[] {
  return [
    ...(evaluation ? [labelled(subject, evaluation)] : []),
    ...flaggedWindows(subject),
    baselineText(subject, evaluation, baseline),
    ...longer(subject),
  ];
}

function labelled({ results, labels, odd, noun }: DetectionSubject, evaluation: AnomalyEvaluation): string {
  const known = labels!.reduce((sum, label) => sum + label, 0);
  const hits = labels!.reduce((sum, label, row) => sum + label * results.flags[row]!, 0);
  const others = odd.length - hits;
  return `${hits === 0 ? "None" : counted(hits)} of the ${plural(known, noun)} labelled odd ${hits < 2 ? "is" : "are"} flagged, and ${others === 0 ? "no other" : plural(others, "other")} (ROC AUC ${evaluation.rocAuc.toFixed(3)}; nothing was learned from the labels).`;
}

/** Windows above the threshold that make no row odd. */
function flaggedWindows({ windows, odd, detection: { flags } }: DetectionSubject): string[] {
  const flagged = flags.reduce((sum, flag) => sum + flag, 0);
  if (!windows || flagged === 0 || odd.length > 0) return [];
  return [
    `${plural(flagged, "window")} of ${counted(flags.length)} ${flagged === 1 ? "is" : "are"} above the threshold, but no row has only such windows around it.`,
  ];
}

/** Differences of ROC AUC within this are nothing to speak of. */
const SAME_AUC = 0.01;

/** What a linear method makes of the same rows, and what that means. */
function baselineText(
  { odd, rows, columns, samples, windows, noun }: DetectionSubject,
  evaluation: AnomalyEvaluation | undefined,
  baseline: Comparison | undefined,
): string {
  if (!baseline) {
    const why =
      samples.columns > MOST_FEATURES
        ? `${counted(samples.columns)} values are too many for it`
        : `${plural(columns.length, "column")} cannot be compressed`;
    return `There is no comparison with PCA: ${why}.`;
  }
  const method = `PCA with ${plural(baseline.components, "component")}, a linear method,`;
  if (evaluation && baseline.evaluation) {
    const difference = evaluation.rocAuc - baseline.evaluation.rocAuc;
    const meaning =
      difference > SAME_AUC
        ? "what the detector learned beyond straight lines helps"
        : difference < -SAME_AUC
          ? "PCA is the better detector here"
          : "a linear method would do as well here";
    return `${method} has a ROC AUC of ${baseline.evaluation.rocAuc.toFixed(3)}: ${meaning}.`;
  }
  // Of very many rows, any method finds some.
  if (odd.length === 0 || 2 * odd.length > rows) {
    return `${method} orders the ${noun}s ${orderText(baseline.correlation)}.`;
  }
  const share = baseline.agreed / odd.length;
  const agreed =
    baseline.agreed === odd.length ? "all" : baseline.agreed === 0 ? "none" : counted(baseline.agreed);
  const others = windows
    ? ""
    : `; its oddest are ${noun}s ${listed(baseline.oddest.map((row) => String(row + 1)))}`;
  const meaning =
    share >= 0.8
      ? `the two agree, so these ${noun}s stand out even for a simple method`
      : share >= 0.4
        ? `they agree in part, so the ${noun}s that only one of them finds deserve a look`
        : `they disagree, so look at what it finds as well${others}`;
  return `${method} has ${agreed} of the ${plural(odd.length, `odd ${noun}`)} among its own ${counted(odd.length)} oddest: ${meaning}.`;
}

function orderText(correlation: number): string {
  if (Number.isNaN(correlation)) return "in no way at all";
  const words =
    correlation > 0.8 ? "much the same" : correlation > 0.4 ? "somewhat alike" : "quite differently";
  return `${words} (rank correlation ${correlation.toFixed(2)})`;
}

/** Whether the loss was still falling when training ended. */
function longer({ detection: { history }, separate, noun }: DetectionSubject): string[] {
  const trend = lossTrend(history?.loss ?? [], 0);
  if (trend?.direction !== "falling") return [];
  const fall = 1 - (1 - trend.change) ** trend.count;
  if (fall < 0.01) return [];
  const text = `the loss was still falling by ${Math.round(100 * fall)} % over the last ${plural(trend.count, "step")} of ${counted(history!.loss.length)}`;
  return separate
    ? [`Train longer: ${text}.`]
    : [
        `Training is short on purpose, since longer training would learn the odd ${noun}s, too: ${text}. With normal ${noun}s alone to learn from, train longer.`,
      ];
}
