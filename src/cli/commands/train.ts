import { stat } from "node:fs/promises";
import { Command, Option } from "commander";
import { Autoencoder } from "../../index.js";
import { assertWritable, saveModel } from "../../node.js";
import {
  describeModel,
  showLayers,
  showOptimizer,
  type TrainingWishes,
  trainingLength,
} from "../architecture.js";
import { openData, type Source } from "../data.js";
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
import { bold, dim, emit, say, type Terminal, terminal } from "../terminal.js";
import { count, described, fileSize, plural, table } from "../text.js";
import { type Outcome, trainModel } from "../training.js";

interface TrainOptions extends TrainingWishes, DataOptions, CalculationOptions {
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

  isthmus train digits
  isthmus train train-images-idx3-ubyte.gz --hidden 128,64 --epochs 50 --validation-split 0.1
  isthmus train digits --variational --batch-size 128
  isthmus train digits --optimizer adamw --schedule cosineDecay:decaySteps=1175 --warmup 100
  isthmus train spiral --json`;

async function train(name: string, options: TrainOptions): Promise<void> {
  await assertWritable(options.out);
  const source = await openData(name, options, DIGITS);
  const model = await Autoencoder.create({
    ...describeModel(source.kind, source.columns, options),
    engine: engineOptions(options),
  });
  try {
    await trainAndShow(model, source, options);
  } finally {
    await model.dispose();
  }
}

async function trainAndShow(model: Autoencoder, source: Source, options: TrainOptions): Promise<void> {
  const screen = terminal();
  const json = options.json === true;
  const plan = { ...trainingLength(source.kind, options), validationSplit: options.validationSplit ?? 0 };
  if (!json) say(`${header(model, source, plan, options, screen)}\n`);
  const division = source.divide();
  const interruption = new Interruption();
  try {
    const reporting = { terminal: screen, json };
    const outcome = await trainModel(model, division.training.data, plan, interruption.signal, reporting);
    const out = await interruption.shield(() => save(model, outcome, options.out));
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
  { epochs, batchSize, validationSplit }: { epochs: number; batchSize: number; validationSplit: number },
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

/** Saves what there is; where no step was taken there is nothing that an older file should give way to. */
async function save(model: Autoencoder, { steps }: Outcome, path: string): Promise<string | null> {
  if (steps === 0) return null;
  await saveModel(path, model);
  return path;
}

function doneEvent({ loss, valLoss, seconds }: Outcome, out: string | null, interrupted: boolean) {
  return { event: "done", loss, valLoss, seconds, out, ...(interrupted && { interrupted }) };
}

async function savedLine(path: string, screen: Terminal): Promise<string> {
  return `\nsaved ${bold(path, screen)} (${fileSize((await stat(path)).size)})`;
}
