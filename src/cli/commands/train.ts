import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import { Command } from "commander";
import { printable } from "../../common/printable.js";
import { ArgumentError, Autoencoder } from "../../index.js";
import { saveCheckpoint, saveModel } from "../../node.js";
import { counted, plural } from "../../report/numberText.js";
import {
  describeModel,
  showLayers,
  showOptimizer,
  type TrainingFlags,
  trainingLength,
  withFullNames,
} from "../architecture.js";
import { loadArchitecture } from "../architectureFile.js";
import { emitColumns, kindText, reportColumns } from "../columnReport.js";
import { dataFile } from "../fileFormat.js";
import { Interruption } from "../interruption.js";
import { assertFits, openForModel } from "../openForModel.js";
import { type CalculationOptions, engineOptions, type ImageOptions, showEngine } from "../options.js";
import { checkModelEnding, checkOutputs } from "../outputs.js";
import { type LearningOptions, openData } from "../readData.js";
import { showReconstructions } from "../reconstructions.js";
import { type CheckpointOptions, checkCheckpointOptions, resumeModel } from "../resume.js";
import { withImageShape } from "../samplesSource.js";
import { historyMetadata } from "../savedHistory.js";
import type { Source } from "../source.js";
import { assertNoLearning } from "../tableOptions.js";
import { bold, dim, emit, say, type Terminal, terminal } from "../terminal.js";
import { described, fileSize, table } from "../text.js";
import { type CallbackFlags, callbackOptions, type Outcome, trainModel } from "../training.js";
import { addTrainingOptions } from "../trainingOptions.js";
import { subjectOf, writeReport } from "../writeReport.js";

interface TrainOptions
  extends TrainingFlags,
    LearningOptions,
    CalculationOptions,
    CallbackFlags,
    CheckpointOptions,
    ImageOptions {
  seed: number;
  /** A JSON file that describes the model. */
  architecture?: string;
  validationSplit?: number;
  out: string;
  report?: string;
  json?: true;
}

/** The size of MNIST's training set. */
const DIGITS = 60_000;

export const trainCommand = () =>
  addTrainingOptions(new Command("train").helpGroup("Train and use:")).action(train);

async function train(name: string, flags: TrainOptions, command: Command): Promise<void> {
  const given = withFullNames(flags);
  checkCheckpointOptions(given);
  await checkFiles(name, given);
  if (given.resume !== undefined) return resume(name, given.resume, given, command);
  const source = withImageShape(await openData(name, given, DIGITS), given.imageShape);
  const seedGiven = command.getOptionValueSource("seed") !== "default";
  const described =
    given.architecture === undefined
      ? describeModel(source, given)
      : await loadArchitecture(given.architecture, source, given, seedGiven ? given.seed : undefined);
  const model = await Autoencoder.create({
    ...described,
    ...(source.prepared && { preprocessor: source.prepared.preprocessor }),
    engine: engineOptions(given),
  });
  try {
    const length = trainingLength(source, given);
    await trainAndShow(model, source, { ...length, validationSplit: given.validationSplit ?? 0 }, given);
  } finally {
    await model.dispose();
  }
}

/** Resumes training from a checkpoint. */
async function resume(name: string, file: string, given: TrainOptions, command: Command): Promise<void> {
  const { seed, ...flags } = given;
  const seedGiven = command.getOptionValueSource("seed") !== "default";
  const model = await resumeModel(file, seedGiven ? given : flags, given);
  try {
    const before = model.trainingOptions;
    if (!before)
      throw new ArgumentError(`the model in ${file} was never trained, so there is nothing to resume`);
    const source = withImageShape(await openAgain(name, given, model), given.imageShape);
    assertFits(source, model);
    const { epochs, batchSize, validationSplit } = before;
    const plan = {
      epochs: given.epochs ?? epochs,
      batchSize: given.batchSize ?? batchSize,
      validationSplit: given.validationSplit ?? validationSplit,
    };
    await trainAndShow(model, source, plan, given);
  } finally {
    await model.dispose();
  }
}

/** Opens the data of a resumed training: what was learned about a table is in the checkpoint. */
async function openAgain(name: string, given: TrainOptions, model: Autoencoder): Promise<Source> {
  const { resize, ...options } = given;
  if (model.preprocessor === undefined) {
    return openData(name, { ...given, seed: model.description.seed }, DIGITS);
  }
  assertNoLearning(options, "--resume", "the checkpoint has settled it");
  return openForModel(name, options, model);
}

/** How to go through the data. */
interface TrainingPlan {
  readonly epochs: number;
  readonly batchSize: number;
  readonly validationSplit: number;
}

async function trainAndShow(
  model: Autoencoder,
  source: Source,
  plan: TrainingPlan,
  options: TrainOptions,
): Promise<void> {
  const screen = terminal();
  const json = options.json === true;
  if (json) emitColumns(source);
  else {
    reportColumns(source, screen);
    say(`${header(model, source, plan, options, screen)}\n`);
  }
  const split = source.split();
  const interruption = new Interruption();
  try {
    const reporting = { terminal: screen, json };
    const outcome = await trainModel(
      model,
      split.training.data,
      { ...plan, ...callbackOptions(options, plan.validationSplit > 0) },
      interruption.signal,
      reporting,
    );
    const out = await interruption.shield(() => save(model, outcome, options));
    const interrupted = interruption.exitCode !== undefined;
    interruption.release();
    const reported = await writeReportOf(model, source, outcome, plan, options);
    if (json) emit(doneEvent(outcome, out, interrupted, reported));
    else if (interrupted) say(`\ninterrupted after ${plural(outcome.steps, "step")}`);
    else if (!outcome.diverged) await showReconstructions(model, source, split, screen);
    if (!json) say(out === null ? "no step was taken, so nothing is saved" : await savedLine(out, screen));
    if (!json && reported !== null) say(await reportLine(reported, screen));
    if (outcome.diverged) throw outcome.diverged;
    process.exitCode = interruption.exitCode ?? 0;
  } finally {
    interruption.release();
  }
}

/** Says what will be trained, on what, and how. */
function header(
  model: Autoencoder,
  source: Source,
  { epochs, batchSize, validationSplit }: TrainingPlan,
  { math, kind }: CalculationOptions & Pick<LearningOptions, "kind">,
  screen: Terminal,
): string {
  const { description, engine } = model;
  const rows = [
    [
      "data",
      printable(source.title) + (validationSplit > 0 ? `, ${validationSplit} of them for validation` : ""),
    ],
    ...(source.file === undefined ? [] : [["kind", kindText(source, kind !== undefined)]]),
    ["model", `${showLayers(description)}, ${plural(model.parameterCount, "parameter")}`],
    ["loss", described(description.loss)],
    ...(description.scaling === undefined ? [] : [["scaling", description.scaling]]),
    [
      "optimizer",
      `${showOptimizer(description.optimizer)}, batches of ${counted(batchSize)}, ${plural(epochs, "epoch")}`,
    ],
    ["engine", `${showEngine(engine)}, ${math ?? "fast"} math`],
  ];
  return table(rows.map(([name, text]) => [dim(name!.padEnd(9), screen), text!]));
}

/** Saves the model. If no step was taken, an older file stays as it is. */
async function save(
  model: Autoencoder,
  { loss, ended }: Outcome,
  { out, checkpoint }: TrainOptions,
): Promise<string | null> {
  if (loss === null) return null;
  await saveModel(out, model, historyMetadata(model.history));
  // If training ended by itself, the last epoch is already in the checkpoint.
  if (checkpoint !== undefined && !ended) await saveCheckpoint(checkpoint, model);
  return out;
}

/** Writes the report, if there is one to write. Returns its path. */
async function writeReportOf(
  model: Autoencoder,
  source: Source,
  { loss, diverged }: Outcome,
  { validationSplit }: TrainingPlan,
  { out, report }: TrainOptions,
): Promise<string | null> {
  if (report === undefined || loss === null || diverged) return null;
  const { history } = model;
  const notes = { modelTitle: basename(out), history };
  await writeReport(report, subjectOf(model, source, source.examples(validationSplit), notes));
  return report;
}

function doneEvent(
  { loss, valLoss, seconds }: Outcome,
  out: string | null,
  interrupted: boolean,
  report: string | null,
) {
  const more = { ...(report !== null && { report }), ...(interrupted && { interrupted }) };
  return { event: "done", loss, valLoss, seconds, out, ...more };
}

async function reportLine(path: string, screen: Terminal): Promise<string> {
  const { size } = await stat(path);
  return `report in ${bold(printable(path), screen)} (${fileSize(size)}); open ${pathToFileURL(path).href} in a browser`;
}

/** Runs before any work, so that nothing is trained that cannot be saved. */
async function checkFiles(name: string, options: TrainOptions): Promise<void> {
  const { out, checkpoint, report, log, resume, architecture } = options;
  checkModelEnding("--out", out);
  if (checkpoint !== undefined) checkModelEnding("--checkpoint", checkpoint);
  if (report !== undefined && !/\.html?$/i.test(report))
    throw new ArgumentError(`--report ${JSON.stringify(report)} must end in .html`);
  if (log !== undefined && !/\.csv$/i.test(log))
    throw new ArgumentError(`--log ${JSON.stringify(log)} must end in .csv`);
  const outputs = { "--out": out, "--checkpoint": checkpoint, "--report": report, "--log": log };
  await checkOutputs(outputs, {
    DATA: dataFile(name),
    "--resume": resume,
    "--architecture": architecture,
  });
}

async function savedLine(path: string, screen: Terminal): Promise<string> {
  return `\nsaved ${bold(printable(path), screen)} (${fileSize((await stat(path)).size)})`;
}
