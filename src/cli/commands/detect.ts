import { Command, InvalidArgumentError, Option } from "commander";
import type { DetectionTable } from "../../anomaly/detectionTable.js";
import { comparable, evaluateFlags } from "../../anomaly/ranking.js";
import { type RowResults, rowResults, withResults } from "../../anomaly/rowResults.js";
import type { Table } from "../../data/index.js";
import { type AnomalyEvaluation, type AnyMatrix, ArgumentError, detectAnomalies } from "../../index.js";
import { loadSamples, saveTable } from "../../node.js";
import { prepare } from "../detectInput.js";
import { assertNoTraining, type DetectOptions, detectionOptions, ruleText } from "../detectOptions.js";
import { columnsEvent, emitAll, print, printColumns, printedRows } from "../detectOutput.js";
import { dataShapeOf } from "../fileFormat.js";
import { detectInImages } from "../imageDetection.js";
import { assertNamedColumns } from "../learntColumns.js";
import { tableOfArray } from "../numberTable.js";
import {
  addCalculationOptions,
  addImageInputOptions,
  addJsonOption,
  fraction,
  notNegative,
  positiveInteger,
  seed,
} from "../options.js";
import { checkModelEnding, checkOutputs } from "../outputs.js";
import { detectorEngine, type Found, openSaved, saveDetector, score } from "../savedDetector.js";
import { addTableOptions, unpackingLimit } from "../tableOptions.js";
import { fileName, openTable, openTableOrArray } from "../tableSource.js";
import { writeDetectionReport } from "../writeDetectionReport.js";

const HELP = `
The rows of the table need no labels and no scaling. What was made of each column is
printed first; --columns, --drop and --types change it. In images, the command says where
they are odd; photos are made small, and --resize changes that.

  isthmus detect sensors.csv --out flagged.csv
  isthmus detect sensors.csv --report report.html
  isthmus detect sensors.csv --contamination 0.02 --save detector.safetensors
  isthmus detect new.csv --model detector.safetensors --out flagged.parquet
  isthmus detect today.csv --fit clean.csv --threshold max --out flagged.csv
  isthmus detect temperature.csv --window 288 --out flagged.csv
  isthmus detect photos/ --out flagged.csv --report report.html
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
    .helpGroup("Find what is odd:")
    .description("Find the odd rows of a table, or odd images, and say why they are odd.")
    .argument(
      "<data>",
      "CSV, TSV, JSON, Parquet, Arrow or NPZ, plain or gzipped, - for standard input; or PNG, JPEG, a folder of them, NPY or IDX",
    )
    .option("--out <file>", "write the table with score, anomaly, rank and reason: .csv, .parquet or .arrow")
    .option("--report <file>", "write a page about what was found and why: .html")
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
  return addJsonOption(addCalculationOptions(addImageInputOptions(addTableOptions(command)), "portable"))
    .addHelpText("after", HELP)
    .action(detect);
}

async function detect(name: string, options: DetectOptions): Promise<void> {
  const { out, save, model, fit, report } = options;
  if (model !== undefined) assertNoTraining(options);
  if (out !== undefined && !/\.(csv|parquet|arrow|feather)$/i.test(out)) {
    throw new ArgumentError(`--out ${JSON.stringify(out)} must end in .csv, .parquet, .arrow or .feather`);
  }
  if (save !== undefined) checkModelEnding("--save", save);
  if (report !== undefined && !/\.html?$/i.test(report)) {
    throw new ArgumentError(`--report ${JSON.stringify(report)} must end in .html`);
  }
  await checkOutputs(
    { "--out": out, "--save": save, "--report": report },
    { DATA: name === "-" ? undefined : name, "--fit": fit, "--model": model },
  );
  const shape = name === "-" ? "table" : await dataShapeOf(name);
  if (shape === "images") return detectInImages(name, options);
  if (shape !== "arrays" || isNpz(name)) return detectInTable(name, options);
  const array = await loadSamples(name, unpackingLimit(options));
  if (array.shape.length > 2) return detectInImages(name, options, array);
  return detectInTable(name, options, tableOfArray(name, array));
}

async function detectInTable(name: string, options: DetectOptions, array?: Table): Promise<void> {
  const { out, save, model, fit, report, json } = options;
  assertNoImageOptions(options);
  const began = performance.now();
  const given = array ?? (await openRows(name, options));
  const saved = model === undefined ? undefined : await openSaved("--model", model, detectorEngine(options));
  const fitted = fit === undefined ? undefined : prepare(await openRows(fit, options), options);
  const learnt = saved ?? fitted;
  if (learnt) {
    const needed = learnt.preprocessor.columns.map((column) => column.name);
    assertNamedColumns(
      fileName(name),
      given,
      needed,
      saved ? "the detector needs" : "the table of --fit has",
    );
  }
  const input = prepare(given, options, learnt);
  if (!json) printColumns(input, saved !== undefined);
  const found = saved ? await score(saved, input) : await train(input, fitted?.samples, options);
  try {
    const results = rowResults(found, input.places);
    const seconds = (performance.now() - began) / 1000;
    if (out !== undefined) await saveTable(out, withResults(input.table, results));
    if (save !== undefined) await saveDetector(save, found, input);
    if (report !== undefined) await writeDetectionReport(report, input, found, { name, fitted, model });
    const evaluation = evaluationOf(input, results, found.threshold);
    if (json) emitAll(columnsEvent(input), printedRows(input), found, results, evaluation, seconds, options);
    else print(printedRows(input), found, results, evaluation, seconds, options);
  } finally {
    await found.detector.dispose();
  }
}

/** The arrays of NPZ files have names, so they are the columns of a table. */
const isNpz = (name: string) => /\.npz$/i.test(name);

function openRows(name: string, options: DetectOptions): Promise<Table> {
  return isNpz(name) ? openTable(name, options) : openTableOrArray(name, options);
}

/** @throws {ArgumentError} for options that only images have */
function assertNoImageOptions({ resize, grey }: DetectOptions): void {
  if (resize || grey)
    throw new ArgumentError(`${resize ? "--resize" : "--grey"} is for images, not for tables`);
}

async function train(
  input: DetectionTable,
  clean: AnyMatrix | undefined,
  options: DetectOptions,
): Promise<Found> {
  const { threshold, members, seed } = options;
  if (threshold === "labels" && (!input.labels || input.places)) {
    throw new ArgumentError(
      "--threshold labels needs a label column: give --label-column; a series cannot have one",
    );
  }
  const { labels, columns, samples } = input;
  const known = input.places ? undefined : comparable(labels);
  const detection = await detectAnomalies(samples, {
    columns,
    ...(known && { labels: known }),
    ...(clean && { fitOn: clean }),
    ...detectionOptions(options),
    ...(members !== undefined && { members }),
    engine: detectorEngine(options),
  });
  return { ...detection, seed, ruleText: ruleText(options, "row") };
}

/** How scores agree with the label column, if there is one with both kinds of rows. */
function evaluationOf(
  { labels }: DetectionTable,
  { scores, flags }: RowResults,
  threshold: number,
): AnomalyEvaluation | undefined {
  const known = comparable(labels);
  return known && evaluateFlags(scores, flags, known, threshold);
}
