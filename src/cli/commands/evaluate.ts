import { Command } from "commander";
import { printable } from "../../common/printable.js";
import type { Autoencoder, Samples } from "../../index.js";
import { loadModel } from "../../node.js";
import { notesEvent, reportNotes } from "../columnReport.js";
import { openForModel } from "../openForModel.js";
import {
  addCalculationOptions,
  addJsonOption,
  type CalculationOptions,
  DATA_HELP,
  engineOptions,
} from "../options.js";
import { dim, emit, say, terminal } from "../terminal.js";
import { described, loss as showLoss, table } from "../text.js";
import { addUsedDataOptions, type UsedDataOptions } from "../usedData.js";

interface EvaluateOptions extends UsedDataOptions, CalculationOptions {
  json?: true;
}

export function evaluateCommand(): Command {
  const command = new Command("evaluate")
    .helpGroup("Train and use:")
    .description("Print the loss and the mean squared error of the reconstructions.")
    .argument("<model>", "a model saved by train")
    .argument("<data>", DATA_HELP);
  return addJsonOption(addCalculationOptions(addUsedDataOptions(command)))
    .addHelpText("after", HELP)
    .action(evaluate);
}

const HELP = `
  isthmus evaluate model.safetensors t10k-images-idx3-ubyte.gz
  isthmus evaluate model.safetensors customers.csv`;

async function evaluate(modelPath: string, name: string, options: EvaluateOptions): Promise<void> {
  const model = await loadModel(modelPath, { engine: engineOptions(options) });
  try {
    const source = await openForModel(name, options, model);
    const { data, rows } = source.all();
    const began = performance.now();
    const { loss, metrics, ...parts } = await model.evaluate(data, { metrics: ["meanSquaredError"] });
    const seconds = (performance.now() - began) / 1000;
    // A variational model's loss is of codes drawn at random; reconstructions come from their means.
    const meanSquaredError = model.description.latent
      ? await squaredErrorOf(model, data)
      : metrics!.meanSquaredError!;
    if (options.json) {
      emit({
        event: "done",
        loss,
        ...parts,
        meanSquaredError,
        samples: rows,
        seconds,
        ...notesEvent(source),
      });
      return;
    }
    const screen = terminal();
    reportNotes(source, screen);
    const { loss: kind, scaling } = model.description;
    const lines = [
      ["data", printable(source.title)],
      [
        "loss",
        `${showLoss(loss)} (${described(kind)}${scaling === undefined ? "" : `, ${scaling} scaling`})`,
      ],
      ...Object.entries(parts).map(([name, value]) => [name, showLoss(value)]),
      ["mean squared error", showLoss(meanSquaredError)],
    ];
    say(table(lines.map(([label, text]) => [dim(label!.padEnd(18), screen), text!])));
  } finally {
    await model.dispose();
  }
}

/** The mean squared error, in the model's scaled units. */
async function squaredErrorOf(model: Autoencoder, data: Samples): Promise<number> {
  const errors = await model.reconstructionError(data);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}
