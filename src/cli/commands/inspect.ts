import { stat } from "node:fs/promises";
import { Command } from "commander";
import type { Autoencoder, Layer } from "../../index.js";
import { loadModel, loadSafetensors } from "../../node.js";
import { addJsonOption } from "../options.js";
import { bold, dim, emit, say, terminal } from "../terminal.js";
import { count, described, fileSize, table } from "../text.js";

/** Where the model's description stands; it is shown as layers, loss, optimizer and seed. */
const DESCRIPTION = "isthmus";

export function inspectCommand(): Command {
  const command = new Command("inspect")
    .description("Print what a saved model is: layers, parameters, loss, optimizer, seed and metadata.")
    .argument("<model>", "a model that train saved");
  return addJsonOption(command).addHelpText("after", "\n  isthmus inspect model.safetensors").action(inspect);
}

/** One layer, as it is printed. */
interface LayerLine {
  readonly name: string;
  readonly kind: string;
  readonly shape: readonly [inputs: number, outputs: number];
  readonly activation: string;
  readonly initializer: string;
  readonly bias: boolean;
  readonly parameters: number;
}

async function inspect(path: string, options: { json?: true }): Promise<void> {
  const { metadata } = await loadSafetensors(path);
  const model = await loadModel(path);
  try {
    const { size } = await stat(path);
    const others = Object.entries(metadata).filter(([key]) => key !== DESCRIPTION);
    const layers = layerLines(model);
    if (options.json) emit(modelEvent(model, layers, size, Object.fromEntries(others)));
    else print(path, size, model, layers, others);
  } finally {
    await model.dispose();
  }
}

function layerLines({ description: { inputSize, encoder, decoder } }: Autoencoder): LayerLine[] {
  let inputs = inputSize;
  const line = (half: string) => (layer: Layer, index: number) => {
    const { kind, units, activation, initializer, bias } = layer;
    const parameters = inputs * units + (bias ? units : 0);
    const shape = [inputs, units] as const;
    inputs = units;
    return { name: `${half}.${index}`, kind, shape, activation, initializer, bias, parameters };
  };
  return [...encoder.map(line("encoder")), ...decoder.map(line("decoder"))];
}

function modelEvent(
  model: Autoencoder,
  layers: LayerLine[],
  bytes: number,
  metadata: Record<string, string>,
) {
  const { inputSize, loss, optimizer, seed } = model.description;
  const { latentSize, parameterCount } = model;
  return {
    event: "model",
    bytes,
    inputSize,
    latentSize,
    parameterCount,
    layers,
    loss,
    optimizer,
    seed,
    metadata,
  };
}

function print(
  path: string,
  size: number,
  model: Autoencoder,
  layers: readonly LayerLine[],
  metadata: readonly (readonly [string, string])[],
): void {
  const screen = terminal();
  const { loss, optimizer, seed } = model.description;
  say(`${bold(path, screen)} (${fileSize(size)})\n`);
  const head = ["layer", "kind", "shape", "activation", "initializer", "parameters"];
  const body = layers.map(({ name, kind, shape, activation, initializer, bias, parameters }) => [
    name,
    bias ? kind : `${kind}, no bias`,
    shape.join(" → "),
    activation,
    initializer,
    count(parameters),
  ]);
  const total = ["total", "", "", "", "", count(model.parameterCount)];
  const [first, ...rest] = table([head, ...body, total], [head.length - 1]).split("\n");
  say([dim(first!, screen), ...rest].join("\n"));
  const facts = [
    ["loss", described(loss)],
    ["optimizer", described(optimizer)],
    ["seed", String(seed)],
    ...metadata.map(([key, value]) => [`metadata ${key}`, value]),
  ];
  const width = Math.max(...facts.map(([label]) => label!.length));
  say(`\n${table(facts.map(([label, text]) => [dim(label!.padEnd(width), screen), text!]))}`);
}
