import { dirname, join } from "node:path";
import { Command } from "commander";
import { printable } from "../../common/printable.js";
import type { ExportedFile } from "../../exchange/exportedFile.js";
import type { ImportedModel, ImportOptions } from "../../exchange/importing.js";
import { inPath } from "../../files/inPath.js";
import { inFile } from "../../files/load.js";
import { type ActivationName, ArgumentError } from "../../index.js";
import { sizeOf } from "../../layers/shape.js";
import { saveBytes } from "../../node.js";
import { addJsonOption } from "../options.js";
import { checkModelEnding, checkOutputs } from "../outputs.js";
import { emit, say } from "../terminal.js";
import { shape, table } from "../text.js";

const LIST = "separated by commas";

/** What reads other tools' models; loaded when it is needed, since other commands do without. */
type ImportTools = typeof import("../../exchange/importing.js");

export function importCommand(): Command {
  const command = new Command("import")
    .helpGroup("Other tools:")
    .description(
      "Make a model of another tool's: Keras, TensorFlow.js, ONNX, or PyTorch weights as safetensors.",
    )
    .argument("<file>", "a .keras, .h5, .onnx, .safetensors or model.json file")
    .requiredOption("--out <path>", "the model to write")
    .option(
      "--code-layer <layer>",
      "the encoder's last layer, by number or name (default: the narrowest place)",
    )
    .option("--input-shape <sizes>", `shape of a sample, channels last, ${LIST}`, numbers)
    .option("--architecture <file>", "for HDF5 weights alone: model.to_json() of Keras, as a file")
    .option("--activation <names>", `for PyTorch: one name, or one for each layer, ${LIST}`, names)
    .option("--order <names>", `for PyTorch: modules as they calculate, ${LIST}`, names)
    .option("--strides <numbers>", `for PyTorch: stride of the convolutions, one or each, ${LIST}`, numbers)
    .option("--padding <numbers>", `for PyTorch: padding of the convolutions, one or each, ${LIST}`, numbers)
    .option("--output-padding <numbers>", `for PyTorch: of transposed convolutions, ${LIST}`, numbers);
  return addJsonOption(command).addHelpText("after", HELP).action(run);
}

const HELP = `
  isthmus import model.keras --out model.safetensors
  isthmus import tfjs/model.json --out model.safetensors
  isthmus import weights.safetensors --activation relu,relu,linear,relu,relu,sigmoid --out model.safetensors`;

/** One number or several. */
function numbers(text: string): number[] {
  const list = text.split(",").map((part) => (/^\d{1,9}$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (list.every(Number.isInteger)) return list;
  throw new ArgumentError(`${JSON.stringify(text)} must be integers, ${LIST}`);
}

const names = (text: string): string[] => text.split(",").map((part) => part.trim());

interface ImportFlags {
  out: string;
  codeLayer?: string;
  inputShape?: number[];
  architecture?: string;
  activation?: string[];
  order?: string[];
  strides?: number[];
  padding?: number[];
  outputPadding?: number[];
  json?: true;
}

async function run(path: string, flags: ImportFlags): Promise<void> {
  const { out, json, architecture } = flags;
  checkModelEnding("--out", out);
  await checkOutputs({ "--out": out }, { model: path, architecture });
  const options = await optionsOf(flags);
  const { buildImported, readModel } = await import("../../exchange/importing.js");
  const imported = await inFile(path, async (file) => {
    const source = path.toLowerCase().endsWith(".json") ? await withShards(path, file) : file;
    return withFlags(readModel, source, options);
  });
  await saveBytes(out, await savedBytes(buildImported, imported));
  if (json) emit(eventOf(imported, out));
  else print(imported, out);
}

/** What asks for an option, or says that it may be given, names it as the command has it. */
function withFlags(
  read: ImportTools["readModel"],
  ...[source, options]: Required<Parameters<ImportTools["readModel"]>>
): ImportedModel {
  try {
    const model = read(source, options);
    return { ...model, notes: model.notes.map(flagged) };
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    throw new ArgumentError(flagged(error.message), { cause: error });
  }
}

function flagged(text: string): string {
  return text.replace(
    /(?<=^|; |give |give it as |says? |another )(codeLayer|inputShape|architecture|activation|order|strides|padding|outputPadding)\b/g,
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
}

async function savedBytes(
  buildImported: ImportTools["buildImported"],
  imported: ImportedModel,
): Promise<Uint8Array> {
  const model = await buildImported(imported, { engine: { threads: 1 } });
  try {
    return model.toSafetensors();
  } finally {
    await model.dispose();
  }
}

async function optionsOf(flags: ImportFlags): Promise<ImportOptions> {
  const { codeLayer, inputShape, architecture, order, strides, padding, outputPadding } = flags;
  const single = (list: number[] | undefined) => (list?.length === 1 ? list[0]! : list);
  const activation = flags.activation as ActivationName[] | undefined;
  return {
    ...(codeLayer !== undefined && { codeLayer: /^\d+$/.test(codeLayer) ? Number(codeLayer) : codeLayer }),
    ...(inputShape && { inputShape }),
    ...(architecture !== undefined && {
      architecture: await inFile(architecture, (bytes) => new TextDecoder().decode(bytes)),
    }),
    ...(activation && { activation: activation.length === 1 ? activation[0]! : activation }),
    ...(order && { order }),
    ...(strides && { strides: single(strides) }),
    ...(padding && { padding: single(padding) }),
    ...(outputPadding && { outputPadding: single(outputPadding) }),
  };
}

/** model.json with the files beside it that it names. Names that lead elsewhere are left to be missed. */
async function withShards(path: string, json: Uint8Array): Promise<ExportedFile[]> {
  const files: ExportedFile[] = [{ name: "model.json", bytes: json }];
  for (const name of new Set(shardNames(json))) {
    if (!/^[\w.-]+$/.test(name)) continue;
    const beside = join(dirname(path), name);
    files.push({ name, bytes: await inPath(beside, () => inFile(beside, (bytes) => bytes)) });
  }
  return files;
}

/** What the manifest names; nothing if it is damaged, which `readModel` reports. */
function shardNames(json: Uint8Array): string[] {
  try {
    const { weightsManifest } = JSON.parse(new TextDecoder().decode(json)) as {
      weightsManifest: { paths: unknown[] }[];
    };
    return weightsManifest.flatMap(({ paths }) => paths.filter((path) => typeof path === "string"));
  } catch {
    return [];
  }
}

interface LayerLine {
  readonly half: "encoder" | "decoder";
  readonly name: string;
  readonly kind: string;
  readonly activation: string;
  readonly outputShape: readonly number[];
  readonly parameters: number;
}

function linesOf({ layers, encoderDepth }: ImportedModel): LayerLine[] {
  return layers.map(({ name, layer, weights, outputShape }, index) => ({
    half: index < encoderDepth ? "encoder" : "decoder",
    name,
    kind: layer.kind,
    activation: "activation" in layer ? layer.activation : "",
    outputShape,
    parameters: [...weights.values()].reduce((sum, weight) => sum + sizeOf(weight.shape), 0),
  }));
}

function eventOf(model: ImportedModel, out: string): Record<string, unknown> {
  const { format, inputShape, notes, scaling } = model;
  return {
    event: "import",
    out,
    format,
    inputShape,
    scaled: scaling !== undefined,
    layers: linesOf(model),
    notes,
  };
}

function print(model: ImportedModel, out: string): void {
  const { format, inputShape, scaling, notes } = model;
  say(`${format}, samples of ${shape(inputShape)}${scaling ? ", scaled (standard)" : ""}`);
  say();
  const rows = linesOf(model).map(({ half, name, kind, activation, outputShape, parameters }, index) => [
    String(index + 1),
    half,
    kind,
    activation,
    shape(outputShape),
    String(parameters),
    printable(name),
  ]);
  const head = ["", "half", "layer", "activation", "output", "parameters", "in the file"];
  say(table([head, ...rows], [0, 5]));
  say();
  for (const note of notes) say(printable(note));
  say(`Saved ${printable(out)}`);
}
