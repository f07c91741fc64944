import { show } from "../../common/check.js";
import { FormatError } from "../../common/errors.js";
import { cut, printable, quote } from "../../common/printable.js";
import type { Shape } from "../../layers/shape.js";
import { classToSnakeCase, counter } from "./kerasHalves.js";

/** A layer of a model of Keras, as its configuration has it. */
export interface TopologyLayer {
  readonly className: string;
  /** Its name, to be shown. */
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Where Keras 3 has it in a file of weights: `layers/sequential/layers/dense_1`. */
  readonly path: string;
  /** The names of the models that it is in, from the outside, and its own. */
  readonly names: readonly string[];
}

/** A model as its layers, one after another. */
export interface Topology {
  readonly layers: readonly TopologyLayer[];
  /** Shape of a sample; undefined if the configuration does not say it. */
  readonly inputShape: Shape | undefined;
  /** How many of the layers are in the first of two models that make up the whole; undefined without such. */
  readonly encoderDepth: number | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const MODELS = ["Sequential", "Functional", "Model"];
/** Models inside of each other. */
const DEEPEST = 16;

/**
 * The layers of a Sequential, or of a functional model that is a chain, with those of models inside of it.
 *
 * @param config what Keras keeps as `config.json`, or as `model_config`
 * @throws {FormatError} for anything else, by the name of the layer
 */
export function topologyOf(config: unknown): Topology {
  const root = fields(config, "the model's configuration");
  if (!MODELS.includes(root.class_name as string)) {
    throw new FormatError(
      `the model is of the class ${show(root.class_name)}, but only Sequential and functional models can be read: ` +
        "what a subclass calculates is in its code, not in its file",
    );
  }
  const layers: TopologyLayer[] = [];
  const parts: { begin: number; end: number }[] = [];
  let inputShape: Shape | undefined;
  const visit = (model: Fields, prefix: string, names: readonly string[], depth: number) => {
    if (depth > DEEPEST) throw new FormatError(`there are more than ${DEEPEST} models inside of each other`);
    const next = counter();
    const paths = new Map(
      listOf(model).map((layer) => [
        layer,
        `${prefix}layers/${next(classToSnakeCase(String(layer.class_name)))}`,
      ]),
    );
    const config = fields(model.config, "a model's configuration");
    inputShape ??= shapeIn(config.build_input_shape ?? (model.build_config as Fields | null)?.input_shape);
    for (const layer of chain(model)) {
      const begin = layers.length;
      const className = shown(layer.class_name);
      const own = fields(layer.config, `the configuration of ${quote(className)}`);
      const name = String(layer.name ?? own.name ?? className);
      inputShape ??= shapeIn(own.batch_shape ?? own.batch_input_shape);
      const path = paths.get(layer)!;
      const all = [...names, name];
      if (MODELS.includes(className)) {
        visit(layer, `${path}/`, all, depth + 1);
        if (depth === 0) parts.push({ begin, end: layers.length });
      } else if (className !== "InputLayer")
        layers.push({ className, name: shown(name), config: own, path, names: all });
    }
  };
  visit(root, "", [], 0);
  return { layers, inputShape, encoderDepth: depthOf(parts, layers) };
}

/** Text of a file that is safe to show. */
function shown(value: unknown): string {
  return cut(printable(String(value)));
}

/** Two models that make up the whole, but for what scales samples, are the encoder and the decoder. */
function depthOf(
  parts: readonly { begin: number; end: number }[],
  layers: readonly TopologyLayer[],
): number | undefined {
  const [encoder, decoder] = parts;
  if (parts.length !== 2) return undefined;
  const outside = layers.filter((_, index) => parts.every(({ begin, end }) => index < begin || index >= end));
  const whole =
    encoder!.end === decoder!.begin && outside.every(({ className }) => SCALERS.includes(className));
  return whole ? encoder!.end : undefined;
}

/** Layers that change the scale of each value. */
export const SCALERS: readonly string[] = ["Normalization", "Rescaling"];

function fields(value: unknown, what: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new FormatError(`${what} is ${show(value)}, not an object`);
}

function listOf(model: Fields): Fields[] {
  // In Keras 1 and early 2 a Sequential's configuration is the list itself.
  const { config } = model;
  const list = Array.isArray(config) ? config : fields(config, "a model's configuration").layers;
  if (!Array.isArray(list)) throw new FormatError(`a model's layers are ${show(list)}, not a list`);
  return list.map((layer) => fields(layer, "a layer"));
}

/** The sizes of a batch's shape without the batch; undefined if any is not known. */
function shapeIn(shape: unknown): Shape | undefined {
  const sizes = Array.isArray(shape) ? shape.slice(1) : [];
  return sizes.length > 0 && sizes.every((size) => Number.isSafeInteger(size) && size > 0)
    ? (sizes as number[])
    : undefined;
}

/** A model's layers in the order in which they calculate. */
function chain(model: Fields): Fields[] {
  const layers = listOf(model);
  if (model.class_name === "Sequential") return layers;
  const label = (layer: Fields) => `${quote(String(layer.name))} (${shown(layer.class_name)})`;
  /** The layer that takes the output of another one, by the name of that. */
  const after = new Map<string, Fields>();
  let first: Fields | undefined;
  for (const layer of layers) {
    const inputs = inputsOf(layer.inbound_nodes);
    if (inputs.length > 1) {
      throw new FormatError(
        `layer ${label(layer)} has ${inputs.length} inputs, but only a chain of layers can be represented`,
      );
    }
    const [input] = inputs;
    const other = input === undefined ? first : after.get(input);
    if (other) {
      throw new FormatError(
        input === undefined
          ? `the model has two inputs, ${label(other)} and ${label(layer)}; it must have one`
          : `the model branches: ${label(other)} and ${label(layer)} both take the output of ${quote(input)}`,
      );
    }
    if (input === undefined) first = layer;
    else after.set(input, layer);
  }
  const ordered: Fields[] = [];
  for (let layer = first; layer; layer = after.get(String(layer.name))) {
    ordered.push(layer);
    if (ordered.length > layers.length) throw new FormatError("the model's layers go in circles");
  }
  if (ordered.length < layers.length) {
    const left = layers.find((layer) => !ordered.includes(layer))!;
    throw new FormatError(`layer ${label(left)} is not connected with the model's input`);
  }
  return ordered;
}

/** Names of the layers whose outputs a layer takes, one for each. Keras 2 and 3 write them in different ways. */
function inputsOf(nodes: unknown): string[] {
  const found: string[] = [];
  const visit = (value: unknown, depth: number) => {
    if (depth > 32 || typeof value !== "object" || value === null) return;
    const { keras_history: history } = value as Fields;
    if (Array.isArray(history)) found.push(String(history[0]));
    // [name, node, tensor] of Keras 2, and TensorFlow.js.
    else if (Array.isArray(value) && typeof value[0] === "string" && typeof value[1] === "number")
      found.push(value[0]);
    else for (const inner of Object.values(value)) visit(inner, depth + 1);
  };
  visit(nodes, 0);
  return found;
}
