import { Command } from "commander";
import { printable } from "../../common/printable.js";
import type { AnomalyDetector, AnomalyEvaluation } from "../../index.js";
import { loadSafetensors, saveModel, saveNpy, saveText } from "../../node.js";
import { counted, plural } from "../../report/numberText.js";
import { descendingOrder } from "../../statistics/descending.js";
import { loadColumn, openDetector, type ThresholdFlags } from "../openDetector.js";
import {
  addCalculationOptions,
  addDataOptions,
  addJsonOption,
  addThresholdOptions,
  type CalculationOptions,
  DATA_HELP,
  type DataOptions,
  USED_DATA,
  USED_DIGITS,
} from "../options.js";
import { checkMatrixEnding, checkModelEnding, checkOutputs } from "../outputs.js";
import { assertColumns, dataFile, openData, type Rows, type Source } from "../readData.js";
import { historyMetadata, historyOf } from "../savedHistory.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { loss as showLoss, table } from "../text.js";

interface AnomaliesOptions extends DataOptions, CalculationOptions, ThresholdFlags {
  labels?: string;
  out: string;
  save?: string;
  json?: true;
}

/** The scores, and what follows from them. */
interface Findings {
  readonly scores: Float32Array;
  readonly flags: Uint8Array;
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
    .description("Score samples by their reconstruction error, and flag the anomalies.")
    .argument("<model>", "a model saved by train, or by --save of this command")
    .argument("<data>", DATA_HELP)
    .option(
      "--labels <file>",
      "evaluate against labels (.npy or IDX): 1 for an anomaly, 0 for a normal sample",
    )
    .option("--save <file>", "save the model with the threshold, to use on other data")
    .requiredOption("--out <file>", "where to write scores and flags: .csv, or .npy with two columns");
  addThresholdOptions(command);
  return addJsonOption(addCalculationOptions(addDataOptions(command, USED_DATA)))
    .addHelpText("after", HELP)
    .action(anomalies);
}

const HELP = `
The command learns the threshold from the samples, unless the model was saved with one
and you give neither --contamination nor --sigma.

  isthmus anomalies model.safetensors normal.npy --sigma 3 --save detector.safetensors --out a.csv
  isthmus anomalies detector.safetensors new.npy --labels truth.npy --out b.csv`;

async function anomalies(modelPath: string, name: string, options: AnomaliesOptions): Promise<void> {
  const { labels: labelsPath, out, save } = options;
  checkMatrixEnding("--out", out);
  if (save !== undefined) checkModelEnding("--save", save);
  const inputs = { MODEL: modelPath, DATA: dataFile(name), "--labels": labelsPath };
  await checkOutputs({ "--out": out, "--save": save }, inputs);
  const labels = labelsPath === undefined ? undefined : await loadColumn(labelsPath, "label");
  const source = await openData(name, options, USED_DIGITS);
  const file = await loadSafetensors(modelPath);
  const { detector, fitted } = await openDetector(modelPath, file, options);
  try {
    const { model } = detector;
    assertColumns(source, model.inputSize, "samples");
    // A report on the saved model will need it.
    const history = save === undefined ? undefined : await historyOf(modelPath, file, model.description);
    const began = performance.now();
    const findings = await find(detector, fitted, source.all(), labels, options);
    const seconds = (performance.now() - began) / 1000;
    await saveScores(out, findings);
    if (save !== undefined) await saveModel(save, detector, history && historyMetadata(history));
    if (options.json) emit(doneEvent(findings, seconds, out, save));
    else print(findings, source, out, save);
  } finally {
    await detector.model.dispose();
  }
}

/** Finds the anomalies; the samples go through the model once. */
async function find(
  detector: AnomalyDetector,
  fitted: boolean,
  { data }: Rows,
  labels: Uint8Array | Float32Array | Float64Array | undefined,
  { contamination, sigma }: AnomaliesOptions,
): Promise<Findings> {
  let rule = "saved with the model";
  let scores: Float32Array;
  if (fitted) scores = await detector.score(data);
  else {
    const share = contamination ?? 0.01;
    scores = await detector.fitScore(data, sigma === undefined ? { contamination: share } : { sigma });
    rule = sigma === undefined ? `contamination ${share}` : `mean + ${sigma}·σ`;
  }
  const { threshold } = detector;
  const evaluation = labels && detector.evaluateScores(scores, labels);
  const flags = Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
  const found = flags.reduce((sum, flag) => sum + flag, 0);
  return { scores, flags, anomalies: found, threshold, rule, evaluation };
}

async function saveScores(path: string, { scores, flags }: Findings): Promise<void> {
  if (/\.csv$/i.test(path)) {
    // All digits, so that comparing with the threshold gives the same flags.
    const lines = Array.from(scores, (score, i) => `${score},${flags[i]}`);
    await saveText(path, `score,anomaly\n${lines.join("\n")}\n`);
    return;
  }
  const data = new Float32Array(2 * scores.length);
  scores.forEach((score, i) => {
    data[2 * i] = score;
    data[2 * i + 1] = flags[i]!;
  });
  await saveNpy(path, { shape: [scores.length, 2], data });
}

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

function print(findings: Findings, { title }: Source, out: string, save: string | undefined): void {
  const { scores, anomalies: found, threshold, rule, evaluation } = findings;
  const screen = terminal();
  const share = ((100 * found) / scores.length).toFixed(1);
  const worst = Array.from(descendingOrder(scores).subarray(0, WORST));
  const lines = [
    ["data", printable(title)],
    ["threshold", `${showLoss(threshold)} (${rule})`],
    ["anomalies", `${counted(found)} of ${plural(scores.length, "sample")} (${share} %)`],
    ["highest", worst.map((i) => `row ${i}: ${showLoss(scores[i]!)}`).join(", ")],
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
