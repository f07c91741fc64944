import { type Command, Option } from "commander";
import {
  addCalculationOptions,
  addDataOptions,
  addImageOption,
  addJsonOption,
  addOptimizationOptions,
  corruption,
  DATA_HELP,
  fraction,
  notNegative,
  positiveInteger,
  probability,
  sparsity,
  widths,
} from "./options.js";

/** Adds the arguments and options of `train`. */
export function addTrainingOptions(command: Command): Command {
  command
    .description("Train an autoencoder, save it, and show its reconstructions of held-out samples.")
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
      "activation of the hidden layers and the code (default: relu; spiral: decoder tanh, code linear)",
    )
    .addOption(
      new Option("--epochs <n>", "passes over the data (default: 5; spiral 250)").argParser(positiveInteger),
    )
    .addOption(
      new Option("--batch-size <n>", "samples per step (default: 256; spiral 25)").argParser(positiveInteger),
    )
    .option("--loss <name>", "loss to minimize (default: binaryCrossentropy; spiral meanSquaredError)")
    .option("--optimizer <name>", "optimizer (default: adam)")
    .addOption(new Option("--learning-rate <x>", "learning rate (default: 0.001)").argParser(notNegative))
    .option("--scaling <name>", "scaling of the columns: minMax or standard (default: none; spiral standard)")
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
  addOptimizationOptions(command);
  addKindOptions(command);
  addImageOption(command);
  addDataOptions(command, {
    samples: "60,000 digits, 500 points",
    seed: 0,
    seeds: "weights, order and built-in data",
  });
  return addJsonOption(addCalculationOptions(command))
    .option("--out <file>", "where to save the model", "model.safetensors")
    .option("--report <file>", "where to write a report on the model: one HTML file with pictures")
    .option("--checkpoint <file>", "where to save checkpoints, from which training can resume")
    .addOption(
      new Option("--every <n>", "epochs between two checkpoints (default: 1)").argParser(positiveInteger),
    )
    .option("--resume <file>", "resume training from a checkpoint, with its options")
    .addHelpText("after", HELP);
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
      new Option("--dropout <x>", "dropout rate after each hidden layer (default: none)").argParser(
        probability,
      ),
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
Files of bytes or of values from 0 to 1 get the defaults of digits; files with two
columns get those of the spiral. Other files get one hidden layer of 64 units, a linear
code and output, and meanSquaredError.

The last 10 samples of a file are held out from training and shown afterwards. For
digits and spiral, new samples are made.

Ctrl-C stops after the current step and saves the model; a second Ctrl-C quits at once.

--resume needs the same data again; --epochs is then the total number of epochs. The
result has the same bits as training without a break.

  isthmus train digits --report report.html
  isthmus train digits --epochs 50 --checkpoint run.safetensors
  isthmus train digits --resume run.safetensors --checkpoint run.safetensors
  isthmus train train-images-idx3-ubyte.gz --hidden 128,64 --epochs 50 --validation-split 0.1
  isthmus train digits --variational --batch-size 128
  isthmus train digits --optimizer adamw --schedule cosineDecay:decaySteps=1175 --warmup 100
  isthmus train spiral --json --report spiral.html`;
