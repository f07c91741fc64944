import { Command } from "commander";
import { printable } from "../../common/printable.js";
import type { AnomalyDetector, AnomalyEvaluation } from "../../index.js";
import { loadSafetensors, saveModel } from "../../node.js";
import { counted, plural } from "../../report/numberText.js";
import { descendingOrder } from "../../statistics/descending.js";
import { notesEvent, reportNotes } from "../columnReport.js";
import { dataFile } from "../fileFormat.js";
import { loadColumn, openDetector, type ThresholdFlags } from "../openDetector.js";
import { openForModel } from "../openForModel.js";
import {
  addCalculationOptions,
  addJsonOption,
  addThresholdOptions,
  type CalculationOptions,
  DATA_HELP,
} from "../options.js";
import { checkModelEnding, checkOutputs } from "../outputs.js";
import {
  checkScoresEnding,
  evaluate,
  type RowScores,
  rowName,
  rowScores,
  saveRowScores,
} from "../rowScores.js";
import { historyMetadata, historyOf } from "../savedHistory.js";
import type { Source } from "../source.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { loss as showLoss, table } from "../text.js";
import { addUsedDataOptions, type UsedDataOptions } from "../usedData.js";

interface AnomaliesOptions extends UsedDataOptions, CalculationOptions, ThresholdFlags {
  labels?: string;
  out: string;
  save?: string;
  json?: true;
}

/** The scores, and what follows from them. */
interface Findings extends RowScores {
  readonly anomalies: number;
  readonly threshold: number;
  /** Says where the threshold comes from. */
  readonly rule: string;
  readonly evaluation: AnomalyEvaluation | undefined;
}

/** How many of the highest scores are printed. */
const WORST = 5;

export function anomaliesCommand(): Command {
  const command = new Command("anomalies")
    .helpGroup("Find what is odd:")
    .description("Score samples by their reconstruction error, and flag the anomalies.")
    .argument("<model>", "a model saved by train, or by --save of this command")
    .argument("<data>", DATA_HELP)
    .option(
      "--labels <file>",
      "evaluate against labels (.npy or IDX): 1 for an anomaly, 0 for a normal sample",
    )
    .option("--save <file>", "save the model with the threshold, to use on other data")
    .requiredOption(
      "--out <file>",
      "where to write scores and flags: .csv, .parquet or .arrow; .npy with two columns",
    );
  addThresholdOptions(command);
  return addJsonOption(addCalculationOptions(addUsedDataOptions(command)))
    .addHelpText("after", HELP)
    .action(anomalies);
}

const HELP = `
The command learns the threshold from the samples, unless the model was saved with one
and you give neither --contamination nor --sigma. Rows of a series are scored by the
windows that have them, and flagged if all of those are odd.

  isthmus anomalies model.safetensors normal.npy --sigma 3 --save detector.safetensors --out a.csv
  isthmus anomalies detector.safetensors new.npy --labels truth.npy --out b.csv
  isthmus anomalies model.safetensors customers.csv --out scores.csv`;

async function anomalies(modelPath: string, name: string, options: AnomaliesOptions): Promise<void> {
  const { labels: labelsPath, out, save } = options;
  checkScoresEnding("--out", out);
  if (save !== undefined) checkModelEnding("--save", save);
  const inputs = { MODEL: modelPath, DATA: dataFile(name), "--labels": labelsPath };
  await checkOutputs({ "--out": out, "--save": save }, inputs);
  const labels = labelsPath === undefined ? undefined : await loadColumn(labelsPath, "label");
  const file = await loadSafetensors(modelPath);
  const { detector, fitted } = await openDetector(modelPath, file, options);
  try {
    const { model } = detector;
    const source = await openForModel(name, options, model);
    // A report on the saved model will need it.
    const history = save === undefined ? undefined : await historyOf(modelPath, file, model.description);
    const began = performance.now();
    const findings = await find(detector, fitted, source, labels, options);
    const seconds = (performance.now() - began) / 1000;
    await saveRowScores(out, findings, source);
    if (save !== undefined) await saveModel(save, detector, history && historyMetadata(history));
    if (options.json) emit({ ...doneEvent(findings, seconds, out, save), ...notesEvent(source) });
    else print(findings, source, out, save);
  } finally {
    await detector.model.dispose();
  }
}

/** Finds the anomalies; the samples go through the model once. */
async function find(
  detector: AnomalyDetector,
  fitted: boolean,
  source: Source,
  given: Uint8Array | Float32Array | Float64Array | undefined,
  { contamination, sigma }: AnomaliesOptions,
): Promise<Findings> {
  const { data, labels: own } = source.all();
  let rule = "saved with the model";
  let scores: Float32Array;
  if (fitted) scores = await detector.score(data);
  else {
    const share = contamination ?? 0.01;
    scores = await detector.fitScore(data, sigma === undefined ? { contamination: share } : { sigma });
    rule = sigma === undefined ? `contamination ${share}` : `mean + ${sigma}·σ`;
  }
  const { threshold } = detector;
  const rows = rowScores(source, scores, threshold);
  // A table can have a column of labels; digits have classes, which are no labels of anomalies.
  const labels = given ?? (source.prepared && bothKinds(own) ? own : undefined);
  const evaluation = labels && evaluate(source, detector, rows, labels);
  const found = rows.flags.reduce((sum, flag) => sum + flag, 0);
  return { ...rows, anomalies: found, threshold, rule, evaluation };
}

const bothKinds = (labels: ArrayLike<number> | undefined) =>
  labels !== undefined && [0, 1].every((kind) => Array.prototype.includes.call(labels, kind));

function doneEvent(findings: Findings, seconds: number, out: string, save: string | undefined) {
  const { scores, anomalies: found, threshold, evaluation } = findings;
  return {
    event: "done",
    samples: scores.length,
    anomalies: found,
    threshold,
    ...evaluation,
    seconds,
    out,
    ...(save !== undefined && { save }),
  };
}

function print(findings: Findings, source: Source, out: string, save: string | undefined): void {
  const { scores, anomalies: found, threshold, rule, evaluation } = findings;
  const screen = terminal();
  reportNotes(source, screen);
  const share = ((100 * found) / scores.length).toFixed(1);
  const worst = Array.from(descendingOrder(scores).subarray(0, WORST));
  const what = source.prepared ? "row" : "sample";
  const lines = [
    ["data", printable(source.title)],
    ["threshold", `${showLoss(threshold)} (${rule})`],
    ["anomalies", `${counted(found)} of ${plural(scores.length, what)} (${share} %)`],
    ["highest", worst.map((i) => `${printable(rowName(source, i))}: ${showLoss(scores[i]!)}`).join(", ")],
  ];
  if (evaluation) {
    const { rocAuc, precision, recall, f1 } = evaluation;
    lines.push(["ROC-AUC", rocAuc.toFixed(4)]);
    lines.push(["precision", precision.toFixed(4)], ["recall", recall.toFixed(4)], ["F1", f1.toFixed(4)]);
  }
  say(table(lines.map(([label, text]) => [dim(label!.padEnd(9), screen), text!])));
  say(
    `\nsaved ${bold(printable(out), screen)}${save === undefined ? "" : ` and ${bold(printable(save), screen)}`}`,
  );
}
