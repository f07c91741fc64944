import { stat } from "node:fs/promises";
import { Command } from "commander";
import { cut, printable } from "../../common/printable.js";
import { inPath } from "../../files/inPath.js";
import { inspectModel, type ModelSummary } from "../../index.js";
import { loadSafetensors } from "../../node.js";
import { counted } from "../../report/numberText.js";
import { addJsonOption } from "../options.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { described, fileSize, longest, table } from "../text.js";

/** Metadata key of the model's description, which is printed as layers, loss, optimizer and seed. */
const DESCRIPTION = "isthmus";

export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("Describe a saved model: layers, parameters, loss, optimizer, seed and metadata.")
    .argument("<model>", "a model saved by train");
  return addJsonOption(command).addHelpText("after", "\n  isthmus inspect model.safetensors").action(inspect);
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

async function inspect(path: string, options: { json?: true }): Promise<void> {
  const file = await loadSafetensors(path);
  const model = await inPath(path, () => inspectModel(file));
  const { size } = await stat(path);
  const others = Object.entries(file.metadata).filter(([key]) => key !== DESCRIPTION);
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

/** A width, or the lengths of several dimensions. */
function widthOf(shape: readonly number[]): number | string {
  return shape.length === 1 ? shape[0]! : shape.join(" × ");
}

function modelEvent(
  { description, latentSize, parameterCount }: ModelSummary,
  layers: LayerLine[],
  bytes: number,
  metadata: Record<string, string>,
) {
  const { inputSize, latent, corruption, sparsity, loss, optimizer, scaling, seed } = description;
  return {
    event: "model",
    bytes,
    inputSize,
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
    metadata,
  };
}

/** Shortens long texts such as a history; `--json` prints them whole. */
function shortened(text: string): string {
  const begun = cut(text);
  return begun === text ? printable(text) : `${printable(begun)} (${counted(text.length)} characters)`;
}

function print(
  path: string,
  size: number,
  { description, parameterCount }: ModelSummary,
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
    ...metadata.map(([key, value]) => [`metadata ${shortened(key)}`, shortened(value)]),
  ];
  const width = longest(facts.map(([label]) => label!));
  say(`\n${table(facts.map(([label, text]) => [dim(label!.padEnd(width), screen), text!]))}`);
}
