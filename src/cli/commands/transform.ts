import { Command } from "commander";
import { printable } from "../../common/printable.js";
import type { Autoencoder, Matrix, Samples } from "../../index.js";
import { loadModel } from "../../node.js";
import {
  addCalculationOptions,
  addDataOptions,
  addJsonOption,
  type CalculationOptions,
  DATA_HELP,
  type DataOptions,
  engineOptions,
  USED_DATA,
  USED_DIGITS,
} from "../options.js";
import { checkMatrixEnding, checkOutputs, saveMatrix } from "../outputs.js";
import { assertColumns, dataFile, openData } from "../readData.js";
import { bold, emit, say, terminal } from "../terminal.js";
import { shape } from "../text.js";

interface TransformOptions extends DataOptions, CalculationOptions {
  out: string;
  json?: true;
}

/** A command that sends samples through a model, or through half of it, and writes the result. */
interface Transform {
  readonly name: string;
  readonly description: string;
  readonly data: string;
  readonly example: string;
  /** Name of the result's columns in CSV, before the number. */
  readonly column: string;
  apply(model: Autoencoder, samples: Samples): Promise<Matrix>;
}

export const encodeCommand = () =>
  transformCommand({
    name: "encode",
    description: "Encode samples and write their codes (float32) as .npy or .csv.",
    column: "code",
    data: DATA_HELP,
    example: "isthmus encode model.safetensors t10k-images-idx3-ubyte.gz --out codes.npy",
    apply: (model, samples) => model.encode(samples),
  });

export const decodeCommand = () =>
  transformCommand({
    name: "decode",
    description: "Decode codes and write the samples (float32) as .npy or .csv.",
    column: "x",
    data: "codes: a .npy file written by encode",
    example: "isthmus decode model.safetensors codes.npy --out samples.npy",
    apply: (model, samples) => model.decode(samples),
  });

export const reconstructCommand = () =>
  transformCommand({
    name: "reconstruct",
    description: "Encode and decode samples and write the reconstructions (float32) as .npy or .csv.",
    column: "x",
    data: DATA_HELP,
    example: "isthmus reconstruct model.safetensors digits --samples 100 --out samples.npy",
    apply: (model, samples) => model.reconstruct(samples),
  });

function transformCommand(transform: Transform): Command {
  const command = new Command(transform.name)
    .description(transform.description)
    .argument("<model>", "a model saved by train")
    .argument("<data>", transform.data)
    .requiredOption(
      "--out <file>",
      `where to write the result: .npy, or .csv with columns ${transform.column}0, ${transform.column}1, …`,
    );
  return addJsonOption(addCalculationOptions(addDataOptions(command, USED_DATA)))
    .addHelpText("after", `\n  ${transform.example}`)
    .action((model: string, data: string, options: TransformOptions) => run(transform, model, data, options));
}

async function run(transform: Transform, modelPath: string, name: string, options: TransformOptions) {
  checkMatrixEnding("--out", options.out);
  await checkOutputs({ "--out": options.out }, { MODEL: modelPath, DATA: dataFile(name) });
  const source = await openData(name, options, USED_DIGITS);
  const model = await loadModel(modelPath, { engine: engineOptions(options) });
  try {
    if (transform.name === "decode") assertColumns(source, model.latentSize, "codes");
    else assertColumns(source, model.inputSize, "samples");
    const { data } = source.all();
    const began = performance.now();
    const result = await transform.apply(model, data);
    const seconds = (performance.now() - began) / 1000;
    await saveMatrix(options.out, result, transform.column);
    const { rows, columns } = result;
    if (options.json) emit({ event: "done", rows, columns, seconds, out: options.out });
    else say(`saved ${bold(printable(options.out), terminal())} ${shape(result.shape)}`);
  } finally {
    await model.dispose();
  }
}
