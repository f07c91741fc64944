import { Command } from "commander";
import { printable } from "../../common/printable.js";
import { preprocessorOf, TablePreprocessor } from "../../data/index.js";
import type { Autoencoder, Matrix } from "../../index.js";
import { loadModel } from "../../node.js";
import { CODE, openCodes } from "../codeInput.js";
import { notesEvent, reportNotes } from "../columnReport.js";
import { dataFile } from "../fileFormat.js";
import type { Images } from "../imageFiles.js";
import { imageShapeOf, openForModel } from "../openForModel.js";
import {
  addCalculationOptions,
  addJsonOption,
  type CalculationOptions,
  DATA_HELP,
  engineOptions,
} from "../options.js";
import { codeTable, rebuiltTable } from "../preparedTable.js";
import { checkResult, type Result, saveResult } from "../results.js";
import type { Source } from "../source.js";
import { bold, emit, say, terminal } from "../terminal.js";
import { shape as shapeText } from "../text.js";
import { addUsedDataOptions, type UsedDataOptions } from "../usedData.js";

interface TransformOptions extends UsedDataOptions, CalculationOptions {
  out: string;
  json?: true;
}

/** A command that sends samples through a model, or through half of it, and writes the result. */
interface Transform {
  readonly name: string;
  readonly description: string;
  readonly data: string;
  readonly out: string;
  readonly examples: string;
  /** Whether the result can be images. */
  readonly images: boolean;
  open(name: string, options: UsedDataOptions, model: Autoencoder): Promise<Source>;
  apply(model: Autoencoder, data: Source): Promise<Result>;
}

const TO_TABLE = ".csv, .parquet or .arrow for a table; .npy or .npz for an array";

export const encodeCommand = () =>
  transformCommand({
    name: "encode",
    description: "Encode samples and write their codes.",
    data: DATA_HELP,
    out: `where to write the codes: ${TO_TABLE}`,
    examples: `
  isthmus encode model.safetensors t10k-images-idx3-ubyte.gz --out codes.npy
  isthmus encode model.safetensors customers.csv --out codes.csv`,
    images: false,
    open: openForModel,
    async apply(model, { prepared, all }) {
      const matrix = await model.encode(all().data);
      const table = prepared && (() => codeTable(prepared, matrix, CODE));
      return { matrix, name: "codes", shape: matrix.shape, table, column: CODE, images: undefined };
    },
  });

export const decodeCommand = () =>
  transformCommand({
    name: "decode",
    description: "Decode codes and write the samples.",
    data: "codes: a file written by encode",
    out: `where to write the samples: ${TO_TABLE}; for images, .png for a sheet of all, or a folder that ends in /`,
    examples: `
  isthmus decode model.safetensors codes.npy --out samples.npy
  isthmus decode model.safetensors codes.csv --out pictures/`,
    images: true,
    open: openCodes,
    async apply(model, { all }) {
      const matrix = await model.decode(all().data);
      const preprocessor = preprocessorOf(model);
      const table =
        preprocessor instanceof TablePreprocessor
          ? () =>
              rebuiltTable(
                { table: { rows: 0, columns: [] }, preprocessor, places: undefined, notes: [] },
                matrix,
              )
          : undefined;
      return { ...sampleResult(model, matrix, undefined), name: "samples", table };
    },
  });

export const reconstructCommand = () =>
  transformCommand({
    name: "reconstruct",
    description: "Encode and decode samples and write the reconstructions.",
    data: DATA_HELP,
    out: `where to write them: ${TO_TABLE}; for images, .png for a sheet of all, or a folder that ends in /`,
    examples: `
A table or a series comes back with its own columns, units and categories; an array
has what the model calculates with.

  isthmus reconstruct model.safetensors customers.csv --out expected.csv
  isthmus reconstruct model.safetensors photos/ --out rebuilt/
  isthmus reconstruct model.safetensors digits --samples 100 --out sheet.png`,
    images: true,
    open: openForModel,
    async apply(model, { prepared, names, all }) {
      const matrix = await model.reconstruct(all().data);
      const table = prepared && (() => rebuiltTable(prepared, matrix));
      return { ...sampleResult(model, matrix, names), name: "reconstructions", table };
    },
  });

/** Samples that a model returned. */
function sampleResult({ description, inputSize }: Autoencoder, matrix: Matrix, names: Source["names"]) {
  const { inputShape = [inputSize] } = description;
  const [height, width, channels] = imageShapeOf(description.inputShape, inputSize) ?? [];
  const images =
    channels === 1 || channels === 3
      ? ({
          data: matrix.data,
          rows: matrix.rows,
          height: height!,
          width: width!,
          channels,
          names,
        } satisfies Images)
      : undefined;
  return { matrix, shape: [matrix.rows, ...inputShape], column: "x", images };
}

function transformCommand(transform: Transform): Command {
  const command = new Command(transform.name)
    .helpGroup("Train and use:")
    .description(transform.description)
    .argument("<model>", "a model saved by train")
    .argument("<data>", transform.data)
    .requiredOption("--out <file>", transform.out);
  return addJsonOption(addCalculationOptions(addUsedDataOptions(command)))
    .addHelpText("after", transform.examples)
    .action((model: string, data: string, options: TransformOptions) => run(transform, model, data, options));
}

async function run(transform: Transform, modelPath: string, name: string, options: TransformOptions) {
  const { out } = options;
  await checkResult(out, { MODEL: modelPath, DATA: dataFile(name) }, transform.images);
  const model = await loadModel(modelPath, { engine: engineOptions(options) });
  try {
    const source = await transform.open(name, options, model);
    const began = performance.now();
    const result = await transform.apply(model, source);
    const seconds = (performance.now() - began) / 1000;
    const written = await saveResult(out, result);
    const { rows, columns } = result.matrix;
    if (options.json) emit({ event: "done", rows, columns, seconds, out, ...notesEvent(source) });
    else {
      reportNotes(source, terminal());
      say(`saved ${bold(printable(out), terminal())} ${shapeText(written)}`);
    }
  } finally {
    await model.dispose();
  }
}
