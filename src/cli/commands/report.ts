import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { Command } from "commander";
import { hasLearntTable } from "../../anomaly/learntTable.js";
import { printable } from "../../common/printable.js";
import { ArgumentError, type Autoencoder, NonFiniteError, ShapeError } from "../../index.js";
import { loadSafetensors } from "../../node.js";
import type { ComparedModel, Subject } from "../../report/drawReport.js";
import { showLayers } from "../architecture.js";
import { prepare } from "../detectInput.js";
import { dataFile, isBuiltIn } from "../fileFormat.js";
import { loadColumn, openDetector, type ThresholdFlags } from "../openDetector.js";
import { openForModel } from "../openForModel.js";
import {
  addCalculationOptions,
  addImageOption,
  addJsonOption,
  addThresholdOptions,
  type CalculationOptions,
  DATA_HELP,
  type ImageOptions,
} from "../options.js";
import { checkOutputs } from "../outputs.js";
import { withImageShape } from "../samplesSource.js";
import { detectorEngine, openSaved, score } from "../savedDetector.js";
import { historyOf } from "../savedHistory.js";
import type { Examples, Source } from "../source.js";
import { openTable } from "../tableSource.js";
import { bold, emit, say, terminal } from "../terminal.js";
import { addUsedDataOptions, type UsedDataOptions } from "../usedData.js";
import { writeDetectionReport } from "../writeDetectionReport.js";
import { subjectOf, writeComparison, writePicture, writeReport } from "../writeReport.js";

interface ReportOptions extends UsedDataOptions, CalculationOptions, ImageOptions, ThresholdFlags {
  labels?: string;
  positions?: string;
  picture?: string;
  dark?: true;
  out?: string;
  json?: true;
}

export function reportCommand(): Command {
  const command = new Command("report")
    .helpGroup("See what was learned:")
    .description("Draw a report on a model and its results for some data: one HTML file, or one picture.")
    .usage("[options] <model...> <data>")
    .argument(
      "<model>",
      "a model or a checkpoint saved by train, or a detector saved by detect; of up to four models, a comparison",
    )
    .argument("<data...>", DATA_HELP)
    .option("--out <file>", "where to write: .html, or with --picture .svg or .png (default: report.html)")
    .option("--picture <name>", "write only this picture, such as loss or reconstructions")
    .option("--dark", "draw the picture on a dark background")
    .option("--labels <file>", "the class of each sample in a file (.npy or IDX), to colour codes by")
    .option(
      "--positions <file>",
      "the position of each point on its curve (.npy or IDX), for the rank correlation",
    );
  addThresholdOptions(addImageOption(command));
  return addJsonOption(addCalculationOptions(addUsedDataOptions(command)))
    .addHelpText("after", HELP)
    .action(report);
}

const HELP = `
Pictures of points (two columns): loss, reconstructions, errors, codes, points-by-code,
curve. Of images: loss, reconstructions, worst, codes, map, grid (codes with two
components), walk, samples (variational models), encoder, decoder; of convolutional models
filters and feature-maps instead of weights. Of other data: loss, errors, features, codes,
map. A detector of detect --save gets the page of detect --report.

  isthmus report model.safetensors digits
  isthmus report model.safetensors t10k-images-idx3-ubyte.gz --labels t10k-labels-idx1-ubyte.gz
  isthmus report model.safetensors spiral --picture curve --out curve.png
  isthmus report a.safetensors b.safetensors digits
  isthmus report detector.safetensors new.csv`;

async function report(first: string, more: readonly string[], options: ReportOptions): Promise<void> {
  const name = more.at(-1)!;
  if (more.length > 1) return compare([first, ...more.slice(0, -1)], name, options);
  return reportOne(first, name, options);
}

/** The report that compares models. */
async function compare(paths: readonly string[], name: string, options: ReportOptions): Promise<void> {
  if (options.picture !== undefined) {
    throw new ArgumentError("--picture draws one of one model; leave it out to compare models");
  }
  const out = checkOut(options);
  const models = Object.fromEntries(paths.map((path, i) => [`MODEL ${i + 1}`, path]));
  await checkOutputs({ "--out": out }, { ...models, DATA: dataFile(name), "--labels": options.labels });
  const opened: Autoencoder[] = [];
  try {
    const began = performance.now();
    const compared: ComparedModel[] = [];
    for (const path of paths) {
      const file = await loadSafetensors(path);
      if (hasLearntTable(file.metadata)) {
        throw new ArgumentError(`${path} is a detector of detect --save; only models can be compared`);
      }
      const { model } = (await openDetector(path, file, options)).detector;
      opened.push(model);
      const source = withImageShape(await openForModel(name, options, model), options.imageShape);
      const examples = await withColumns(source, isBuiltIn(name), options);
      const history = await historyOf(path, file, model.description);
      const subject = subjectOf(model, source, examples, {
        modelTitle: path,
        ...(history && { history }),
      });
      compared.push({ subject, layers: showLayers(model.description), bytes: (await stat(path)).size });
    }
    await writeComparison(out, compared);
    const samples = compared[0]!.subject.data.length / compared[0]!.subject.model.inputSize;
    announce(options, { samples, seconds: (performance.now() - began) / 1000, out });
  } finally {
    for (const model of opened) await model.dispose();
  }
}

async function reportOne(modelPath: string, name: string, options: ReportOptions): Promise<void> {
  const out = checkOut(options);
  const { labels, positions } = options;
  const inputs = { MODEL: modelPath, DATA: dataFile(name), "--labels": labels, "--positions": positions };
  await checkOutputs({ "--out": out }, inputs);
  const file = await loadSafetensors(modelPath);
  if (hasLearntTable(file.metadata)) return reportDetection(modelPath, name, out, options);
  const { detector, fitted } = await openDetector(modelPath, file, options);
  const { model } = detector;
  try {
    const source = withImageShape(await openForModel(name, options, model), options.imageShape);
    const examples = await withColumns(source, isBuiltIn(name), options);
    const history = await historyOf(modelPath, file, model.description);
    const began = performance.now();
    const { imageShape } = options;
    const subject: Subject = {
      ...subjectOf(model, source, examples, {
        modelTitle: basename(modelPath),
        ...(history && { history }),
        threshold: fitted ? { threshold: detector.threshold } : thresholdRule(options),
      }),
      ...(imageShape !== undefined && { image: imageShape === "none" ? null : imageShape }),
    };
    if (options.picture === undefined) await writeReport(out, subject);
    else await writePicture(out, subject, options.picture, options.dark === true);
    const seconds = (performance.now() - began) / 1000;
    announce(options, { samples: examples.rows, seconds, out });
  } finally {
    await model.dispose();
  }
}

/** The report on what a detector of `detect --save` finds in a table. */
async function reportDetection(
  modelPath: string,
  name: string,
  out: string,
  options: ReportOptions,
): Promise<void> {
  const { labels, positions, picture, imageShape, contamination, sigma, samples, noise } = options;
  const given = {
    labels,
    positions,
    picture,
    "image-shape": imageShape,
    contamination,
    sigma,
    samples,
    noise,
  };
  const [unused] = Object.entries(given).filter(([, value]) => value !== undefined);
  if (unused) throw new ArgumentError(`--${unused[0]} is not for a detector of detect --save`);
  if (isBuiltIn(name)) throw new ArgumentError(`${name} is no table; a detector of detect --save needs one`);
  const began = performance.now();
  const { maxUnpacked } = options;
  const table = await openTable(name, maxUnpacked === undefined ? {} : { maxUnpacked });
  const saved = await openSaved("MODEL", modelPath, detectorEngine(options));
  try {
    const input = prepare(table, {}, saved);
    const found = await score(saved, input);
    await writeDetectionReport(out, input, found, { name, fitted: undefined, model: modelPath });
    const seconds = (performance.now() - began) / 1000;
    announce(options, { samples: input.samples.rows, seconds, out });
  } finally {
    await saved.detector.dispose();
  }
}

/** Says where the report is. */
function announce({ json }: ReportOptions, done: { samples: number; seconds: number; out: string }): void {
  if (json) emit({ event: "done", ...done });
  else say(`saved ${bold(printable(done.out), terminal())}`);
}

/** Checks where to write. */
function checkOut({
  picture,
  out = picture === undefined ? "report.html" : undefined,
  dark,
}: ReportOptions): string {
  if (picture === undefined) {
    if (dark)
      throw new ArgumentError("--dark only works with --picture; a report follows its reader's settings");
    if (/\.html?$/i.test(out!)) return out!;
    throw new ArgumentError(
      `--out ${JSON.stringify(out)} must end in .html; use --picture to write .svg or .png`,
    );
  }
  if (out === undefined) throw new ArgumentError("--picture needs --out FILE.svg or --out FILE.png");
  if (/\.(svg|png)$/i.test(out)) return out;
  throw new ArgumentError(
    `--out ${JSON.stringify(out)} must end in .svg or .png, because --picture is given`,
  );
}

/** All samples, with labels and positions from files. */
async function withColumns(
  source: Source,
  made: boolean,
  { labels, positions }: ReportOptions,
): Promise<Examples> {
  const given = Object.entries({ labels, positions }).filter(([, path]) => path !== undefined);
  if (made && given.length > 0) {
    throw new ArgumentError(`--${given[0]![0]} is only for files; digits and spiral have their own`);
  }
  const examples = source.all();
  const columns = given.map(async ([option, path]) => {
    const column = await loadColumn(path!, option.slice(0, -1));
    if (column.length !== examples.rows) {
      throw new ShapeError(`${path} has ${column.length} ${option}, but there are ${examples.rows} samples`);
    }
    const bad = column.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw new NonFiniteError(`row ${bad} of ${path} is ${column[bad]}; all ${option} must be finite`);
    return [option, column] as const;
  });
  return { ...examples, ...Object.fromEntries(await Promise.all(columns)) };
}

function thresholdRule({ contamination, sigma }: ThresholdFlags): NonNullable<Subject["threshold"]> {
  if (sigma !== undefined) return { sigma };
  return contamination === undefined ? {} : { contamination };
}
