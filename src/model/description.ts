import { integer, knownKeys, show } from "../check.js";
import { ArgumentError, ShapeError } from "../errors.js";
import { checkLayer, type Layer } from "./layers.js";
import { type Loss, toLoss } from "./losses.js";
import { type Optimizer, type OptimizerName, toOptimizer } from "./optimizers.js";
import { checkSeed, type Seed } from "./seed.js";

/** What an autoencoder is, as the caller says it. */
export interface AutoencoderDescription {
  /** Width of a sample. */
  inputSize: number;
  /** Layers from the sample to the code; at least one. The last one's units are the width of the code. */
  encoder: readonly Layer[];
  /** Layers from the code back to the sample; at least one. The last one has `inputSize` units. */
  decoder: readonly Layer[];
  /** Default `"meanSquaredError"`. */
  loss?: Loss;
  /** Default `"adam"`. */
  optimizer?: Optimizer | OptimizerName;
  /** What weights and the order of samples are drawn from; default 0. The same seed gives the same model. */
  seed?: Seed;
}

/** The same with all defaults filled in and everything checked. */
export interface CheckedDescription {
  readonly inputSize: number;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly seed: Seed;
}

export const DESCRIPTION_KEYS = ["inputSize", "encoder", "decoder", "loss", "optimizer", "seed"] as const;

/**
 * @throws {ArgumentError} for unknown names and values out of range
 * @throws {ShapeError} when the decoder does not end at the width of the input
 */
export function checkDescription(description: AutoencoderDescription): CheckedDescription {
  if (typeof description !== "object" || description === null) {
    throw new ArgumentError(`the description of the model must be an object, not ${show(description)}`);
  }
  knownKeys("the model", description, DESCRIPTION_KEYS);
  const inputSize = integer("inputSize", description.inputSize);
  const encoder = checkLayers("encoder", description.encoder);
  const decoder = checkLayers("decoder", description.decoder);
  const width = decoder.at(-1)!.units;
  if (width !== inputSize) {
    throw new ShapeError(
      `the decoder's last layer has ${width} units, but it must have as many as inputSize, ${inputSize}`,
    );
  }
  return {
    inputSize,
    encoder,
    decoder,
    loss: toLoss(description.loss ?? "meanSquaredError"),
    optimizer: toOptimizer(description.optimizer ?? "adam"),
    seed: checkSeed("seed", description.seed ?? 0),
  };
}

function checkLayers(name: string, layers: unknown): Layer[] {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new ArgumentError(`${name} must be an array of at least one layer, not ${show(layers)}`);
  }
  return layers.map((layer, index) => checkLayer(`${name}[${index}]`, layer));
}

/** Name and shape of one array of parameters. */
export interface ParameterShape {
  /** As in PyTorch: `encoder.0.weight`, `decoder.1.bias`. */
  readonly name: string;
  /** [out, in] or [out]. */
  readonly shape: readonly number[];
}

/** The parameters of a model, in the order of its layers; known before any memory is taken for them. */
export function parameterShapes({ inputSize, encoder, decoder }: CheckedDescription): ParameterShape[] {
  let inputs = inputSize;
  const shapes = (part: string) => (layer: Layer, index: number) => {
    const { units, bias } = layer;
    const weight = { name: `${part}.${index}.weight`, shape: [units, inputs] };
    inputs = units;
    return bias ? [weight, { name: `${part}.${index}.bias`, shape: [units] }] : [weight];
  };
  return [...encoder.flatMap(shapes("encoder")), ...decoder.flatMap(shapes("decoder"))];
}
