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

/** Adds what `train` is told by. */
export function addTrainingOptions(command: Command): Command {
  command
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
    .addOption(new Option("--learning-rate <x>", "(default: 0.001)").argParser(notNegative))
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
  addImageOption(command);
  addDataOptions(command, {
    samples: "60,000 digits, 500 points",
    seed: 0,
    seeds: "weights, order and made data",
  });
  return addJsonOption(addCalculationOptions(command))
    .option("--out <file>", "where to save the model", "model.safetensors")
    .option("--report <file>", "where to write a report of the model, an HTML file with its pictures")
    .option("--checkpoint <file>", "where to save all that training needs to go on")
    .addOption(
      new Option("--every <n>", "epochs from one checkpoint to the next (default: 1)").argParser(
        positiveInteger,
      ),
    )
    .option("--resume <file>", "go on with the training of a checkpoint, which has the model's options")
    .addHelpText("after", HELP);
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

  isthmus train digits --report report.html
  isthmus train digits --epochs 50 --checkpoint run.safetensors
  isthmus train digits --resume run.safetensors --checkpoint run.safetensors
  isthmus train train-images-idx3-ubyte.gz --hidden 128,64 --epochs 50 --validation-split 0.1
  isthmus train digits --variational --batch-size 128
  isthmus train digits --optimizer adamw --schedule cosineDecay:decaySteps=1175 --warmup 100
  isthmus train spiral --json --report spiral.html`;
