import { type Command, Option } from "commander";
import { addOptimizationOptions, corruption, sparsity } from "./optimizationOptions.js";
import {
  addCalculationOptions,
  addDataOptions,
  addImageInputOptions,
  addImageOption,
  addJsonOption,
  DATA_HELP,
  dropoutRate,
  fraction,
  notNegative,
  positiveInteger,
  widths,
} from "./options.js";
import { KINDS } from "./readData.js";
import { addColumnOptions, addReadingOptions, addWindowOptions } from "./tableOptions.js";

/** Adds the arguments and options of `train`. */
export function addTrainingOptions(command: Command): Command {
  command
    .description("Train an autoencoder, save it, and show its reconstructions of held-out samples.")
    .argument("<data>", DATA_HELP);
  addInputOptions(command.optionsGroup("Data:"));
  addModelOptions(command.optionsGroup("Model:"));
  addKindOptions(command);
  addFitOptions(command.optionsGroup("Training:"));
  addOptimizationOptions(command);
  addCalculationOptions(command);
  return addJsonOption(command.optionsGroup("Output:"))
    .option("--out <file>", "where to save the model", "model.safetensors")
    .option("--report <file>", "where to write a report on the model: one HTML file with pictures")
    .option("--checkpoint <file>", "where to save checkpoints, from which training can resume")
    .addOption(
      new Option("--every <n>", "epochs between two checkpoints (default: 1)").argParser(positiveInteger),
    )
    .option("--log <file.csv>", "where to log each epoch as a row: losses, metrics, learning rate, seconds")
    .option("--tensorboard <folder>", "where to log each epoch for TensorBoard")
    .option("--resume <file>", "resume training from a checkpoint, with its options")
    .addHelpText("after", HELP);
}

/** Adds options that say what the data are. */
function addInputOptions(command: Command): void {
  command.addOption(
    new Option(
      "--kind <kind>",
      "what the data are (default: as they look; a table with --window is a series)",
    ).choices(KINDS),
  );
  addColumnOptions(command);
  addReadingOptions(addWindowOptions(command, "train on windows of n rows"));
  addImageInputOptions(addImageOption(command));
  addDataOptions(command, {
    samples: "60,000 digits, 500 points",
    seed: 0,
    seeds: "weights, order and built-in data",
  });
}

/** Adds options for the layers. */
function addModelOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--latent <n>",
        "width of the code (default: 32, or half as many as values in a sample)",
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option(
        "--hidden <n,n,…|none>",
        "widths of the encoder's hidden layers, which the decoder mirrors (default: by the kind of data)",
      ).argParser(widths),
    )
    .addOption(
      new Option(
        "--conv <n,n,…|none>",
        "filters of convolutions (3×3, stride 2) before the hidden layers, for images and series (default: none)",
      ).argParser(widths),
    )
    .option(
      "--activation <name>",
      "activation of the hidden layers and the code (default: relu; linear codes except for images)",
    )
    .option(
      "--architecture <file>",
      "JSON file with all layers and the loss, as inspect --architecture prints them",
    );
}

/** Adds options for the training. */
function addFitOptions(command: Command): void {
  command
    .addOption(
      new Option("--epochs <n>", "passes over the data (default: by the kind of data)").argParser(
        positiveInteger,
      ),
    )
    .addOption(
      new Option("--batch-size <n>", "samples per step (default: by the kind of data)").argParser(
        positiveInteger,
      ),
    )
    .option("--loss <name>", "loss to minimize (default: meanSquaredError; images binaryCrossentropy)")
    .option("--optimizer <name>", "optimizer (default: adam)")
    .addOption(new Option("--learning-rate <x>", "learning rate (default: 0.001)").argParser(notNegative))
    .option("--scaling <name>", "scaling of the columns: minMax or standard (default: standard; images none)")
    .addOption(
      new Option(
        "--validation-split <x>",
        "share of the samples to validate with, from the end of a file (default: 0)",
      ).argParser(fraction),
    )
    .addOption(
      new Option(
        "--patience <n>",
        "stop after n epochs without a better (validation) loss, and keep the best weights",
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option("--metrics <name,…>", "other losses to report as well").argParser((text) => text.split(",")),
    );
}

/** Adds options for denoising, sparse, tied and variational autoencoders. */
function addKindOptions(command: Command): void {
  command
    .addOption(
      new Option(
        "--corruption <kind:x>",
        "noise added to the input while training: gaussian:0.2, masking:0.3 or saltAndPepper:0.1 (default: none)",
      ).argParser(corruption),
    )
    .addOption(
      new Option(
        "--dropout <x>",
        "dropout rate after each hidden layer, 0 for none (default: 0; tables and series 0.1)",
      ).argParser(dropoutRate),
    )
    .addOption(
      new Option(
        "--sparsity <kind:x>",
        "penalty on the code: l1:1e-4, or kl:0.05:0.1 (target and weight) for a sigmoid code (default: none)",
      ).argParser(sparsity),
    )
    .option("--tied", "use the encoder's weights, transposed, in the decoder")
    .option("--variational", "train a variational autoencoder (default: 400 hidden units, code of 20)")
    .addOption(
      new Option("--beta <x>", "weight of the KL divergence in the loss (default: 1)").argParser(notNegative),
    )
    .addOption(
      new Option("--beta-warmup <n>", "steps during which beta grows from 0 (default: 0)").argParser(
        positiveInteger,
      ),
    );
}

const HELP = `
What the data are is guessed, printed, and changed by --kind. It decides the defaults:

  table    rows of named columns: categories, dates and missing values become numbers.
           Standardized; 64 hidden units with dropout; 100 epochs of batches of 64.
  series   a table with --window: rows in the order of time, cut into windows.
           Standardized; 128 hidden units with dropout; 50 epochs of batches of 64.
  images   PNG, JPEG, or arrays of bytes or values from 0 to 1. No hidden layer,
           binaryCrossentropy; 5 epochs of batches of 256, and up to 100 of few images.
  matrix   other arrays. Standardized unless all values lie from 0 to 1; 64 hidden
           units; 50 epochs of batches of 64. Two columns are points like the spiral's:
           128 and 64 hidden units; 250 epochs of batches of 25.

What was learned about a table or a series is saved with the model. encode, reconstruct,
evaluate, anomalies and report apply it to other files with the same columns.

The last 10 samples of a file are held out from training and shown afterwards. For
digits and spiral, new samples are made.

Ctrl-C stops after the current step and saves the model; a second Ctrl-C quits at once.

--resume needs the same data again; --epochs is then the total number of epochs. The
result has the same bits as training without a break.

  isthmus train digits --report report.html
  isthmus train digits --conv 16,32 --epochs 10
  isthmus train customers.csv --drop notes --types zip=category
  isthmus train sensors.csv --window 288 --stride 12
  isthmus train photos/ --resize 32x32 --grey
  isthmus train train-images-idx3-ubyte.gz --hidden 128,64 --epochs 50 --validation-split 0.1
  isthmus train digits --epochs 50 --checkpoint run.safetensors
  isthmus train digits --resume run.safetensors --checkpoint run.safetensors
  isthmus train digits --variational --batch-size 128
  isthmus train digits --optimizer adamw --schedule cosineDecay:decaySteps=1175 --warmup 100
  isthmus train spiral --json --report spiral.html`;
