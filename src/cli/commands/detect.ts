import { Command, InvalidArgumentError, Option } from "commander";
import { evaluateScores } from "../../anomaly/ranking.js";
import { printable } from "../../common/printable.js";
import { TablePreprocessor } from "../../data/index.js";
import {
  type AnomalyEvaluation,
  type AnyMatrix,
  ArgumentError,
  type Detection,
  detectAnomalies,
  type EnsembleDetector,
} from "../../index.js";
import { loadEnsembleDetector, loadSafetensors, saveModel, saveTable } from "../../node.js";
import { counted, plural } from "../../report/numberText.js";
import { type DetectInput, openTable, prepare, type WindowChoice } from "../detectInput.js";
import { ofFlagged, type RowResults, rowResults, withResults } from "../detectResult.js";
import { Interruption } from "../interruption.js";
import {
  addCalculationOptions,
  addJsonOption,
  type CalculationOptions,
  engineOptions,
  fraction,
  notNegative,
  positiveInteger,
  seed,
} from "../options.js";
import { checkModelEnding, checkOutputs } from "../outputs.js";
import { addTableOptions, type TableOptions } from "../tableOptions.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { table as alignedTable } from "../text.js";

interface DetectOptions extends TableOptions, CalculationOptions {
  out?: string;
  fit?: string;
  model?: string;
  save?: string;
  contamination?: number;
  sigma?: number;
  threshold?: number | "fence" | "max" | "labels";
  members?: number;
  steps?: number;
  seed: number;
  json?: true;
}

/** Where a detector's file keeps what was learnt of the table. */
const TABLE_KEY = "isthmus.table";
/** How many of the oddest rows are printed. */
const SHOWN = 10;

const HELP = `
The rows of the table need no labels and no scaling. What was made of each column is
printed first; --columns, --drop and --types change it.

  isthmus detect sensors.csv --out flagged.csv
  isthmus detect sensors.csv --contamination 0.02 --save detector.safetensors
  isthmus detect new.csv --model detector.safetensors --out flagged.parquet
  isthmus detect today.csv --fit clean.csv --threshold max --out flagged.csv
  isthmus detect temperature.csv --window 288 --out flagged.csv
  cat rows.tsv | isthmus detect - --json`;

/** A score, or the name of a rule. */
function threshold(text: string): number | "fence" | "max" | "labels" {
  if (text === "fence" || text === "max" || text === "labels") return text;
  try {
    return notNegative(text);
  } catch {
    throw new InvalidArgumentError('It must be a score of at least 0, "fence", "max" or "labels".');
  }
}

export function detectCommand(): Command {
  const command = new Command("detect")
    .description("Find the odd rows of a table, and say why they are odd.")
    .argument("<data>", "CSV, TSV, JSON, Parquet, Arrow or NPZ, plain or gzipped; - for standard input")
    .option("--out <file>", "write the table with score, anomaly, rank and reason: .csv, .parquet or .arrow")
    .option("--fit <file>", "learn from the rows of this table instead, best without odd ones")
    .option("--model <file>", "score with a detector saved by --save instead of training one")
    .option("--save <file>", "save the detector, with what was learnt of the columns")
    .addOption(
      new Option("--contamination <x>", "share of the rows to flag, from 0 to 0.5").argParser(fraction),
    )
    .addOption(
      new Option("--sigma <k>", "flag scores more than k standard deviations above the mean")
        .argParser(notNegative)
        .conflicts("contamination"),
    )
    .addOption(
      new Option(
        "--threshold <score>",
        "flag scores above this; fence: rows that stand apart, max: above all rows of --fit, labels: best F1 (default: fence)",
      )
        .argParser(threshold)
        .conflicts(["contamination", "sigma"]),
    )
    .addOption(
      new Option("--members <n>", "autoencoders of the ensemble (default: 8)").argParser(positiveInteger),
    )
    .addOption(
      new Option("--steps <n>", "training steps of each (default: 200, and 1000 with --fit)").argParser(
        positiveInteger,
      ),
    )
    .addOption(new Option("--seed <n>", "seed of everything random").default(0).argParser(seed));
  return addJsonOption(addCalculationOptions(addTableOptions(command), "portable"))
    .addHelpText("after", HELP)
    .action(detect);
}

async function detect(name: string, options: DetectOptions): Promise<void> {
  const { out, save, model, fit, json } = options;
  if (model !== undefined) assertNoTraining(options);
  if (out !== undefined && !/\.(csv|parquet|arrow|feather)$/i.test(out)) {
    throw new ArgumentError(`--out ${JSON.stringify(out)} must end in .csv, .parquet, .arrow or .feather`);
  }
  if (save !== undefined) checkModelEnding("--save", save);
  await checkOutputs(
    { "--out": out, "--save": save },
    { DATA: name === "-" ? undefined : name, "--fit": fit, "--model": model },
  );
  const began = performance.now();
  const given = await openTable(name, options);
  const saved = model === undefined ? undefined : await openSaved(model, options);
  const fitted = fit === undefined ? undefined : prepare(await openTable(fit, options), options);
  const learnt = saved ?? fitted;
  const input = prepare(given, options, learnt);
  if (!json) printColumns(input, saved !== undefined);
  const found = saved ? await score(saved.detector, input) : await train(input, fitted?.samples, options);
  try {
    const results = rowResults(input, found);
    const seconds = (performance.now() - began) / 1000;
    if (out !== undefined) await saveTable(out, withResults(input.table, results));
    if (save !== undefined)
      await saveModel(save, found.detector, { metadata: { [TABLE_KEY]: tableText(input) } });
    const evaluation = evaluationOf(input, results, found.threshold, input.places !== undefined);
    if (json) emitAll(input, found, results, evaluation, seconds, options);
    else print(input, found, results, evaluation, seconds, options);
  } finally {
    await found.detector.dispose();
  }
}

/** What one sample's results come from. */
type Found = Pick<Detection, "scores" | "flags" | "reasons" | "threshold" | "detector"> & {
  readonly rule: string;
};

async function train(
  input: DetectInput,
  clean: AnyMatrix | undefined,
  options: DetectOptions,
): Promise<Found> {
  const { contamination, sigma, threshold, members, steps, seed } = options;
  if (threshold === "labels" && (!input.labels || input.places)) {
    throw new ArgumentError(
      "--threshold labels needs a label column: give --label-column; a series cannot have one",
    );
  }
  const interruption = new Interruption();
  const { labels, columns, samples } = input;
  const both = labels?.includes(0) && labels.includes(1);
  const { math, ...engine } = engineOptions(options);
  const detection = await detectAnomalies(samples, {
    columns,
    ...(both && !input.places && { labels }),
    ...(clean && { fitOn: clean }),
    ...(contamination !== undefined && { contamination }),
    ...(sigma !== undefined && { sigma }),
    ...(threshold !== undefined && { threshold }),
    ...(members !== undefined && { members }),
    ...(steps !== undefined && { steps }),
    seed,
    // The same rows are flagged on every machine, unless somebody asks for speed.
    engine: { ...engine, math: math ?? "portable" },
    signal: interruption.signal,
  });
  return { ...detection, rule: ruleText(options) };
}

function ruleText({ contamination, sigma, threshold = "fence" }: DetectOptions): string {
  if (contamination !== undefined) return `contamination ${contamination}`;
  if (sigma !== undefined) return `mean + ${sigma}·σ`;
  if (typeof threshold === "number") return "given";
  return { fence: "rows that stand apart", max: "largest of the rows learned from", labels: "best F1" }[
    threshold
  ];
}

async function score(detector: EnsembleDetector, { samples, columns }: DetectInput): Promise<Found> {
  const scores = await detector.score(samples);
  const { threshold } = detector;
  const flags = Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
  const numbers = Array.from(flags.keys()).filter((row) => flags[row] === 1);
  const flagged = numbers.map((row) => samples.row(row));
  const explained = flagged.length === 0 ? [] : await detector.explain(flagged);
  return {
    scores,
    flags,
    reasons: ofFlagged(explained, numbers, columns),
    threshold,
    detector,
    rule: "saved with the detector",
  };
}

/** Options that a saved detector has settled. */
function assertNoTraining(options: DetectOptions): void {
  const { fit, contamination, sigma, threshold, members, steps, window, stride } = options;
  const { columns, drop, types, missing, decimal } = options;
  const given = { fit, contamination, sigma, threshold, members, steps, window, stride };
  const settled = { ...given, columns, drop, types, missing, decimal };
  const [one] = Object.entries(settled).filter(([, value]) => value !== undefined);
  if (one)
    throw new ArgumentError(`--${one[0]} and --model cannot be used together: the detector has settled it`);
}

/** What the file of a detector keeps of the table that it was trained on. */
interface SavedTable {
  readonly preprocessor: unknown;
  readonly window?: WindowChoice;
}

function tableText({ preprocessor, places, window }: DetectInput): string {
  const saved: SavedTable = { preprocessor: preprocessor.toJSON(), ...(places && window && { window }) };
  return JSON.stringify(saved);
}

async function openSaved(path: string, options: DetectOptions) {
  const { metadata } = await loadSafetensors(path);
  const text = metadata[TABLE_KEY];
  if (text === undefined) {
    throw new ArgumentError(`--model ${JSON.stringify(path)} was not saved by detect --save`);
  }
  const { preprocessor, window } = JSON.parse(text) as SavedTable;
  const { math, ...engine } = engineOptions(options);
  const detector = await loadEnsembleDetector(path, { engine: { ...engine, math: math ?? "portable" } });
  return { detector, preprocessor: TablePreprocessor.fromJSON(preprocessor), window };
}

/** How scores agree with the label column, if there is one with both kinds of rows. */
function evaluationOf(
  { labels }: DetectInput,
  { scores, flags }: RowResults,
  threshold: number,
  windowed: boolean,
): AnomalyEvaluation | undefined {
  if (!labels || !(labels.includes(0) && labels.includes(1))) return undefined;
  const byScore = evaluateScores(Float32Array.from(scores), labels, threshold);
  if (!windowed) return byScore;
  // Points of a series are flagged by their windows, not by a threshold of their own.
  const { precision, recall, f1 } = evaluateScores(Float32Array.from(flags), labels, 0.5);
  return { ...byScore, precision, recall, f1 };
}

function printColumns({ preprocessor, notes, labels }: DetectInput, saved: boolean): void {
  const screen = terminal();
  for (const note of notes) say(dim(printable(note), screen));
  if (!saved) say(preprocessor.summary().split("\n").map(printable).join("\n"));
  if (labels) {
    const odd = labels.reduce((sum, label) => sum + label, 0);
    const name = JSON.stringify(preprocessor.labelColumn);
    say(
      dim(
        `Column ${printable(name)} holds labels (${counted(odd)} odd rows); nothing is learned from it.`,
        screen,
      ),
    );
  }
  say();
}

/** Flagged rows, the oddest first. */
function oddest({ flags, rank }: RowResults): number[] {
  return Array.from(flags.keys())
    .filter((row) => flags[row] === 1)
    .sort((a, b) => rank[a]! - rank[b]!);
}

function print(
  { table, places }: DetectInput,
  { threshold, rule }: Found,
  results: RowResults,
  evaluation: AnomalyEvaluation | undefined,
  seconds: number,
  { out, save }: DetectOptions,
): void {
  const screen = terminal();
  const rows = oddest(results);
  const share = ((100 * rows.length) / table.rows).toFixed(1);
  const of = plural(table.rows, "row");
  say(bold(`${counted(rows.length)} of ${of} ${rows.length === 1 ? "is" : "are"} odd (${share} %).`, screen));
  const shown = rows
    .slice(0, SHOWN)
    .map((row) => [
      lineName(table, row),
      results.scores[row]!.toPrecision(3),
      printable(results.reasons.get(row) ?? ""),
    ]);
  if (shown.length > 0) {
    const [head, ...body] = alignedTable([["row", "score", "why"], ...shown], [0, 1]).split("\n");
    say([dim(head!, screen), ...body].join("\n"));
  }
  if (rows.length > SHOWN) say(dim(`… and ${counted(rows.length - SHOWN)} more`, screen));
  say();
  const what = places ? `${plural(places.starts.length, "window")} of ${places.size} rows; ` : "";
  say(dim(`${what}threshold ${threshold.toPrecision(4)} (${rule}), ${seconds.toFixed(1)} s`, screen));
  if (evaluation) {
    const { rocAuc, averagePrecision, precision, recall, f1 } = evaluation;
    const figures = { "ROC AUC": rocAuc, "average precision": averagePrecision, precision, recall, F1: f1 };
    const texts = Object.entries(figures).map(([label, value]) => `${label} ${value.toFixed(3)}`);
    say(`against the labels: ${texts.join(", ")}`);
  }
  const files = [out, save].flatMap((path) => (path === undefined ? [] : [bold(printable(path), screen)]));
  if (files.length > 0) say(`saved ${files.join(" and ")}`);
}

/** Rows count from 1, and texts have lines: both are said where they differ by more than a header. */
function lineName({ lines }: DetectInput["table"], row: number): string {
  const line = lines?.[row];
  return line === undefined ? String(row + 1) : `${row + 1} (line ${line})`;
}

function emitAll(
  { table, preprocessor, notes, places }: DetectInput,
  { threshold }: Found,
  results: RowResults,
  evaluation: AnomalyEvaluation | undefined,
  seconds: number,
  { out, save }: DetectOptions,
): void {
  emit({ event: "columns", decisions: preprocessor.decisions, notes });
  const rows = oddest(results);
  for (const row of rows) {
    const reason = results.reasons.get(row) ?? "";
    emit({ event: "anomaly", row, score: results.scores[row], rank: results.rank[row], reason });
  }
  emit({
    event: "done",
    rows: table.rows,
    ...(places && { windows: places.starts.length }),
    anomalies: rows.length,
    threshold,
    ...(evaluation && { ...evaluation }),
    seconds,
    ...(out !== undefined && { out }),
    ...(save !== undefined && { save }),
  });
}
