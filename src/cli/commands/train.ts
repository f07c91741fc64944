import { stat } from "node:fs/promises";
import { Command, Option } from "commander";
import { ArgumentError, Autoencoder } from "../../index.js";
import { assertWritable, saveCheckpoint, saveModel } from "../../node.js";
import {
  describeModel,
  showLayers,
  showOptimizer,
  type TrainingWishes,
  trainingLength,
} from "../architecture.js";
import { assertColumns, openData, type Source } from "../data.js";
import { Interruption } from "../interruption.js";
import {
  addCalculationOptions,
  addDataOptions,
  addJsonOption,
  addOptimizationOptions,
  type CalculationOptions,
  corruption,
  DATA_HELP,
  type DataOptions,
  engineOptions,
  fraction,
  notNegative,
  positiveInteger,
  positiveNumber,
  probability,
  showEngine,
  sparsity,
  widths,
} from "../options.js";
import { showReconstructions } from "../reconstructions.js";
import { type CheckpointOptions, checkCheckpointOptions, resumeModel } from "../resume.js";
import { bold, dim, emit, say, type Terminal, terminal } from "../terminal.js";
import { count, described, fileSize, plural, table } from "../text.js";
import { comforts, type Outcome, type TrainingComforts, trainModel } from "../training.js";

interface TrainOptions
  extends TrainingWishes,
    DataOptions,
    CalculationOptions,
    TrainingComforts,
    CheckpointOptions {
  seed: number;
  validationSplit?: number;
  out: string;
  json?: true;
}

/** As many as MNIST has. */
const DIGITS = 60_000;

export function trainCommand(): Command {
  const command = new Command("train")
    .description("Train an autoencoder, save it, and show what it makes of samples it has not seen.")
    .argument("<data>", DATA_HELP)
    .addOption(
      new Option("--latent <n>", "width of the code (default: 32; spiral 1)").argParser(positiveInteger),
    )
    .addOption(
      new Option(
        "--hidden <n,n,…|none>",
        "widths of the encoder's hidden layers, which the decoder mirrors (default: none; spiral 128,64)",
      ).argParser(widths),
    )
    .option(
      "--activation <name>",
      "of the hidden layers and the code (default: relu; spiral: decoder tanh, code linear)",
    )
    .addOption(
      new Option("--epochs <n>", "times to go through the data (default: 5; spiral 250)").argParser(
        positiveInteger,
      ),
    )
    .addOption(
      new Option("--batch-size <n>", "samples a step (default: 256; spiral 25)").argParser(positiveInteger),
    )
    .option("--loss <name>", "(default: binaryCrossentropy; spiral meanSquaredError)")
    .option("--optimizer <name>", "(default: adam)")
    .addOption(new Option("--learning-rate <x>", "(default: 0.001)").argParser(positiveNumber))
    .option("--scaling <name>", "of the samples: minMax or standard (default: none; spiral standard)")
    .addOption(
      new Option(
        "--validation-split <x>",
        "part of the samples to validate with, the last of a file (default: 0)",
      ).argParser(fraction),
    )
    .addOption(
      new Option(
        "--patience <n>",
        "stop after n epochs without a better loss, of validation if there is any, and keep the best weights",
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option("--metrics <name,…>", "losses to report beside the loss").argParser((text) =>
        text.split(","),
      ),
    );
  addOptimizationOptions(command);
  addKindOptions(command);
  addDataOptions(command, {
    samples: "60,000 digits, 500 points",
    seed: 0,
    seeds: "weights, order and made data",
  });
  return addJsonOption(addCalculationOptions(command))
    .option("--out <file>", "where to save the model", "model.safetensors")
    .option("--checkpoint <file>", "where to save all that training needs to go on")
    .addOption(
      new Option("--every <n>", "epochs from one checkpoint to the next (default: 1)").argParser(
        positiveInteger,
      ),
    )
    .option("--resume <file>", "go on with the training of a checkpoint, which has the model's options")
    .addHelpText("after", HELP)
    .action(train);
}

/** Adds what makes the model another than a plain autoencoder. */
function addKindOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--corruption <kind:x>",
        "noise on the input of each step: gaussian:0.2, masking:0.3 or saltAndPepper:0.1 (default: none)",
      ).argParser(corruption),
    )
    .addOption(
      new Option("--dropout <x>", "rate of dropout behind each hidden layer (default: none)").argParser(
        probability,
      ),
    )
    .addOption(
      new Option(
        "--sparsity <kind:x>",
        "penalty on the code: l1:1e-4, or kl or kl:0.05:0.1, target and weight, for a sigmoid code (default: none)",
      ).argParser(sparsity),
    )
    .option("--tied", "let the decoder have the encoder's weights, transposed")
    .option("--variational", "a gaussian code (default: hidden layer of 400, code of 20)")
    .addOption(
      new Option("--beta <x>", "weight of the code's divergence in the loss (default: 1)").argParser(
        notNegative,
      ),
    )
    .addOption(
      new Option("--beta-warmup <n>", "steps over which that weight grows from 0 (default: 0)").argParser(
        positiveInteger,
      ),
    );
}

const HELP = `
A file of bytes, or of values from 0 to 1, gets the defaults of digits, and one of
two columns those of the spiral; for other numbers there are one hidden layer of 64,
a linear code and output, and meanSquaredError.

The last 10 samples of a file are not trained on, but shown afterwards; for digits
and the spiral new ones are made.

Ctrl-C stops after the running step and saves the model; a second one quits at once.

With --resume the same data have to be given; --epochs is how many there are in all. It
ends at the same bits as training that was not stopped.

  isthmus train digits
  isthmus train digits --epochs 50 --checkpoint run.safetensors
  isthmus train digits --resume run.safetensors --checkpoint run.safetensors
  isthmus train train-images-idx3-ubyte.gz --hidden 128,64 --epochs 50 --validation-split 0.1
  isthmus train digits --variational --batch-size 128
  isthmus train digits --optimizer adamw --schedule cosineDecay:decaySteps=1175 --warmup 100
  isthmus train spiral --json`;

async function train(name: string, given: TrainOptions, command: Command): Promise<void> {
  checkCheckpointOptions(given);
  await assertWritable(given.out);
  if (given.checkpoint !== undefined) await assertWritable(given.checkpoint);
  if (given.resume !== undefined) return resume(name, given.resume, given, command);
  const source = await openData(name, given, DIGITS);
  const model = await Autoencoder.create({
    ...describeModel(source.kind, source.columns, given),
    engine: engineOptions(given),
  });
  try {
    const length = trainingLength(source.kind, given);
    await trainAndShow(model, source, { ...length, validationSplit: given.validationSplit ?? 0 }, given);
  } finally {
    await model.dispose();
  }
}

/** Goes on with the training of a checkpoint. */
async function resume(name: string, file: string, given: TrainOptions, command: Command): Promise<void> {
  const { seed, ...wishes } = given;
  const seedGiven = command.getOptionValueSource("seed") !== "default";
  const model = await resumeModel(file, seedGiven ? given : wishes, given);
  try {
    const before = model.trainingOptions;
    if (!before)
      throw new ArgumentError(`${file} is of a model that was not trained; there is nothing to resume`);
    const source = await openData(name, { ...given, seed: model.description.seed }, DIGITS);
    assertColumns(source, model.inputSize, "samples");
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

/** How training goes through the data. */
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
  if (!json) say(`${header(model, source, plan, options, screen)}\n`);
  const division = source.divide();
  const interruption = new Interruption();
  try {
    const reporting = { terminal: screen, json };
    const outcome = await trainModel(
      model,
      division.training.data,
      { ...plan, ...comforts(options, plan.validationSplit > 0) },
      interruption.signal,
      reporting,
    );
    const out = await interruption.shield(() => save(model, outcome, options));
    const interrupted = interruption.exitCode !== undefined;
    interruption.release();
    if (json) emit(doneEvent(outcome, out, interrupted));
    else if (interrupted) say(`\ninterrupted after ${plural(outcome.steps, "step")}`);
    else if (!outcome.diverged) await showReconstructions(model, source, division, screen);
    if (!json) say(out === null ? "no step was taken, so nothing is saved" : await savedLine(out, screen));
    if (outcome.diverged) throw outcome.diverged;
    process.exitCode = interruption.exitCode ?? 0;
  } finally {
    interruption.release();
  }
}

/** What will be trained on what, and how. */
function header(
  model: Autoencoder,
  source: Source,
  { epochs, batchSize, validationSplit }: TrainingPlan,
  { math }: CalculationOptions,
  screen: Terminal,
): string {
  const { description, engine } = model;
  const rows = [
    ["data", source.title + (validationSplit > 0 ? `, ${validationSplit} of them for validation` : "")],
    ["model", `${showLayers(description)}, ${plural(model.parameterCount, "parameter")}`],
    ["loss", described(description.loss)],
    ...(description.scaling === undefined ? [] : [["scaling", description.scaling]]),
    [
      "optimizer",
      `${showOptimizer(description.optimizer)}, batches of ${count(batchSize)}, ${plural(epochs, "epoch")}`,
    ],
    ["engine", `${showEngine(engine)}, ${math ?? "fast"} math`],
  ];
  return table(rows.map(([name, text]) => [dim(name!.padEnd(9), screen), text!]));
}

/** Saves what there is; where nothing was trained there is nothing that an older file should give way to. */
async function save(
  model: Autoencoder,
  { loss, ended }: Outcome,
  { out, checkpoint }: TrainOptions,
): Promise<string | null> {
  if (loss === null) return null;
  await saveModel(out, model);
  // Where training ended by itself, its last epoch has been saved, with the weights to go on from.
  if (checkpoint !== undefined && !ended) await saveCheckpoint(checkpoint, model);
  return out;
}

function doneEvent({ loss, valLoss, seconds }: Outcome, out: string | null, interrupted: boolean) {
  return { event: "done", loss, valLoss, seconds, out, ...(interrupted && { interrupted }) };
}

async function savedLine(path: string, screen: Terminal): Promise<string> {
  return `\nsaved ${bold(path, screen)} (${fileSize((await stat(path)).size)})`;
}
