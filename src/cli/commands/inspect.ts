import { stat } from "node:fs/promises";
import { Command } from "commander";
import { cut, printable } from "../../common/printable.js";
import { preprocessorOf, SeriesPreprocessor } from "../../data/index.js";
import { inPath } from "../../files/inPath.js";
import { inspectModel, type ModelSummary } from "../../index.js";
import { loadSafetensors } from "../../node.js";
import { counted } from "../../report/numberText.js";
import { PREPROCESSOR_KEY } from "../../saving/preprocessorText.js";
import { addJsonOption } from "../options.js";
import { timesText } from "../samplesSource.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { described, fileSize, longest, table } from "../text.js";

/** Metadata keys of what is printed in other words: the layers, loss, optimizer and seed, and what was learned of the data. */
const OWN = ["isthmus", PREPROCESSOR_KEY];

export function inspectCommand(): Command {
  const command = new Command("inspect")
    .helpGroup("See what was learned:")
    .description("Describe a saved model: layers, parameters, loss, optimizer, seed and metadata.")
    .argument("<model>", "a model saved by train")
    .option("--architecture", "print only the layers and the loss as JSON, for train --architecture");
  return addJsonOption(command).addHelpText("after", HELP).action(inspect);
}

const HELP = `
  isthmus inspect model.safetensors
  isthmus inspect model.safetensors --architecture > architecture.json`;

interface InspectOptions {
  architecture?: true;
  json?: true;
}

/** One printed layer. */
interface LayerLine {
  readonly name: string;
  readonly kind: string;
  readonly shape: readonly [inputs: number | string, outputs: number | string];
  readonly activation: string;
  readonly initializer: string;
  readonly bias: boolean;
  readonly parameters: number;
}

async function inspect(path: string, options: InspectOptions): Promise<void> {
  const file = await loadSafetensors(path);
  const model = await inPath(path, () => inspectModel(file));
  if (options.architecture) {
    say(JSON.stringify(model.description, null, 2));
    return;
  }
  const { size } = await stat(path);
  const others = Object.entries(file.metadata).filter(([key]) => !OWN.includes(key));
  const layers = layerLines(model);
  if (options.json) emit(modelEvent(model, layers, size, Object.fromEntries(others)));
  else print(path, size, model, layers, others);
}

function layerLines({ layers }: ModelSummary): LayerLine[] {
  return layers.map(({ name, layer, inputShape, outputShape, tied, parameterCount: parameters }) => {
    const shape = [widthOf(inputShape), widthOf(outputShape)] as const;
    const line = { name, shape, activation: "", initializer: "", bias: true, parameters };
    switch (layer.kind) {
      case "dense": {
        const { kind, activation, initializer, bias } = layer;
        return { ...line, kind: tied ? `${kind}, tied` : kind, activation, initializer, bias };
      }
      // Mean and log σ² come from one linear layer of twice the code's width.
      case "gaussian":
        return { ...line, kind: layer.kind, activation: "linear", initializer: "glorotUniform" };
      case "conv1d":
      case "conv2d":
      case "conv1dTranspose":
      case "conv2dTranspose": {
        const { kind, activation, initializer, bias } = layer;
        const name = `${kind} ${sizeText(layer.kernelSize)}, strides ${sizeText(layer.strides)}, ${layer.padding}`;
        return { ...line, kind: tied ? `${name}, tied` : name, activation, initializer, bias };
      }
      case "activation":
        return { ...line, kind: layer.kind, activation: layer.activation };
      case "dropout":
      case "spatialDropout":
        return { ...line, kind: `${layer.kind} ${layer.rate}` };
      case "gaussianNoise":
        return { ...line, kind: `${layer.kind} ${layer.deviation}` };
      default:
        return { ...line, kind: layer.kind };
    }
  });
}

/** `3×3`, or `3`. */
const sizeText = (size: number | readonly number[]) => (typeof size === "number" ? size : timesText(size));

/** A width, or the lengths of several dimensions. */
function widthOf(shape: readonly number[]): number | string {
  return shape.length === 1 ? shape[0]! : shape.join(" × ");
}

function modelEvent(
  { description, latentSize, parameterCount, preprocessor }: ModelSummary,
  layers: LayerLine[],
  bytes: number,
  metadata: Record<string, string>,
) {
  const { inputSize, inputShape, latent, corruption, sparsity, loss, optimizer, scaling, seed } = description;
  return {
    event: "model",
    bytes,
    inputSize,
    ...(inputShape && { inputShape }),
    latentSize,
    parameterCount,
    layers,
    ...(latent && { latent }),
    ...(corruption && { corruption }),
    ...(sparsity && { sparsity }),
    loss,
    optimizer,
    ...(scaling !== undefined && { scaling }),
    seed,
    ...(preprocessor && { preprocessor }),
    metadata,
  };
}

/** Shortens long texts such as a history; `--json` prints them whole. */
function shortened(text: string): string {
  const begun = cut(text);
  return begun === text ? printable(text) : `${printable(begun)} (${counted(text.length)} characters)`;
}

/** How the model's series are cut. */
function seriesFacts(preprocessor: ModelSummary["preprocessor"]): string[][] {
  const learned = preprocessorOf({ preprocessor });
  if (!(learned instanceof SeriesPreprocessor)) return [];
  const order =
    learned.timeColumn === undefined ? "in their order" : `ordered by ${printable(learned.timeColumn)}`;
  return [["windows", `${counted(learned.size)} rows ${order}, stride ${counted(learned.stride)}`]];
}

function print(
  path: string,
  size: number,
  { description, parameterCount, preprocessor }: ModelSummary,
  layers: readonly LayerLine[],
  metadata: readonly (readonly [string, string])[],
): void {
  const screen = terminal();
  const { latent, corruption, sparsity, loss, optimizer, scaling, seed } = description;
  say(`${bold(printable(path), screen)} (${fileSize(size)})\n`);
  const head = ["layer", "kind", "shape", "activation", "initializer", "parameters"];
  const body = layers.map(({ name, kind, shape, activation, initializer, bias, parameters }) => [
    name,
    bias ? kind : `${kind}, no bias`,
    shape.join(" → "),
    activation,
    initializer,
    counted(parameters),
  ]);
  const total = ["total", "", "", "", "", counted(parameterCount)];
  const [first, ...rest] = table([head, ...body, total], [head.length - 1]).split("\n");
  say([dim(first!, screen), ...rest].join("\n"));
  const kinds = { latent, corruption, sparsity };
  const facts = [
    ...Object.entries(kinds).flatMap(([label, part]) => (part ? [[label, described(part)]] : [])),
    ["loss", described(loss)],
    ["optimizer", described(optimizer)],
    ...(scaling === undefined ? [] : [["scaling", scaling]]),
    ["seed", String(seed)],
    ...seriesFacts(preprocessor),
    ...metadata.map(([key, value]) => [`metadata ${shortened(key)}`, shortened(value)]),
  ];
  const width = longest(facts.map(([label]) => label!));
  say(`\n${table(facts.map(([label, text]) => [dim(label!.padEnd(width), screen), text!]))}`);
  const learned = preprocessorOf({ preprocessor });
  if (learned) say(`\n${learned.summary()}`);
}
