import { boolean, canonical, type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { SCALING_NAMES, type ScalingName } from "../data/scaling.js";
import { type Corruption, toCorruption } from "../layers/corruption.js";
import type { DenseLayer } from "../layers/dense.js";
import { type GaussianLatent, toLatent } from "../layers/gaussian.js";
import { checkLayer, type Layer } from "../layers/layers.js";
import type { ParameterShape } from "../layers/parameter.js";
import { type KlSparsity, toSparsity } from "../layers/penalties.js";
import { checkShape, type Shape, shapeText, sizeOf } from "../layers/shape.js";
import { checkSeed, type Seed } from "../math/seed.js";
import { type Optimizer, type OptimizerName, toOptimizer } from "../optimizers/optimizers.js";
import { type Loss, type LossAlias, toLoss } from "./losses.js";
import { codeLayer, ownParameters, type Stack, toStack } from "./stack.js";

/** What an autoencoder looks like, as given by the user. */
export interface AutoencoderDescription {
  /** Number of values in a sample. Give this or `inputShape`. */
  inputSize?: number;
  /** Shape of a sample with more than one dimension, channels last: [28, 28, 1]. */
  inputShape?: Shape;
  /**
   * Layers from the sample to the code; at least one. The last layer's units are the width of the code, unless there is
   * a `latent`.
   */
  encoder: readonly Layer[];
  /** Layers from the code back to the sample; at least one. The last layer's output must have the shape of a sample. */
  decoder: readonly Layer[];
  /** Makes the model variational: follows the encoder and produces the code; default none. */
  latent?: GaussianLatent;
  /** Noise on the input of each training step, never on its target; default none. */
  corruption?: Corruption;
  /** Penalty on the code's activations, added to the training loss; default none. */
  sparsity?: KlSparsity;
  /**
   * Whether the decoder uses the encoder's weights, transposed; default false. The decoder must mirror the encoder: the
   * same widths in reverse, and for each convolution a transposed one with the same kernel. Biases are its own. Its
   * initializers are ignored, and a `kernelPenalty` may only be on the encoder's layer.
   */
  tied?: boolean;
  /** A name, also in Keras's snake_case, `"mse"`, `"mae"`, `"bce"`, or `huber({ … })`; default `"meanSquaredError"`. */
  loss?: Loss | LossAlias;
  /** A name, in any case, or an object such as `adam(0.01)`; default `"adam"`. */
  optimizer?: Optimizer | OptimizerName;
  /**
   * How samples are scaled before the first layer and unscaled after the last; default: not at all. `"minMax"` maps
   * each column from its minimum and maximum to [0, 1]; `"standard"` gives each column mean 0 and (population) standard
   * deviation 1. A column of equal values becomes 0. The scaling is learned from the samples of the first `fit`,
   * without those held out by `validationSplit`, and then stays fixed. Samples beyond the learned range fall outside
   * [0, 1]. Losses and errors are in scaled units. Bytes count as value / 255 here too, and their reconstructions are
   * in those units, 0 to 1.
   */
  scaling?: ScalingName;
  /** Seed for the weights and the order of samples; default 0. The same seed gives the same model. */
  seed?: Seed;
}

/** A description that has been checked, with all defaults filled in. */
export interface CheckedDescription {
  /** Number of values in a sample. */
  readonly inputSize: number;
  /** Undefined if samples have one dimension. */
  readonly inputShape?: Shape;
  readonly encoder: readonly Layer[];
  readonly decoder: readonly Layer[];
  readonly latent?: GaussianLatent;
  readonly corruption?: Corruption;
  readonly sparsity?: KlSparsity;
  readonly tied?: true;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  /** Undefined if samples are not scaled. */
  readonly scaling?: ScalingName;
  readonly seed: Seed;
}

const DESCRIPTION_KEYS = [
  "inputSize",
  "inputShape",
  "encoder",
  "decoder",
  "latent",
  "corruption",
  "sparsity",
  "tied",
  "loss",
  "optimizer",
  "scaling",
  "seed",
] as const;

const HINTS: Hints = {
  inputdim: "the width of a sample is inputSize",
  inputs: "the width of a sample is inputSize",
  latentdim: "the width of the code is that of the encoder's last layer, such as dense(32)",
  latentsize: "the width of the code is that of the encoder's last layer, such as dense(32)",
  learningrate: "the learning rate is the optimizer's: adam(0.01)",
  lr: "the learning rate is the optimizer's: adam(0.01)",
  epochs: "epochs is an option of fit",
  batchsize: "batchSize is an option of fit",
  metrics: "metrics is an option of fit",
  threads: "threads is one of engine: { threads: 4 }",
};

/**
 * @throws {ArgumentError} for unknown names and values out of range
 * @throws {ShapeError} if the decoder's output does not match the input, or tied halves do not mirror each other
 */
export function checkDescription(description: AutoencoderDescription): CheckedDescription {
  if (typeof description !== "object" || description === null) {
    throw new ArgumentError(`the description of the model must be an object, not ${show(description)}`);
  }
  knownKeys("the model", description, DESCRIPTION_KEYS, HINTS);
  const inputShape = checkInput(description);
  const encoder = checkLayers("encoder", description.encoder);
  const decoder = checkLayers("decoder", description.decoder);
  const latent = toLatent(description.latent);
  const corruption = toCorruption(description.corruption);
  const sparsity = toSparsity(description.sparsity);
  const tied = boolean("tied", description.tied ?? false);
  if (tied && latent) {
    throw new ArgumentError("tied and latent exclude each other: a gaussian latent has no mirror image");
  }
  const layers = { encoder, decoder, ...(latent && { latent }), ...(tied && { tied }) };
  const stack = toStack({ inputShape, ...layers });
  checkHalves(stack);
  checkOutput(stack);
  if (sparsity) checkSparseCode(stack, latent !== undefined);
  const loss = toLoss(description.loss ?? "meanSquaredError");
  return {
    inputSize: sizeOf(inputShape),
    ...(inputShape.length > 1 && { inputShape }),
    ...layers,
    ...(corruption && { corruption }),
    ...(sparsity && { sparsity }),
    loss,
    optimizer: toOptimizer(description.optimizer ?? "adam"),
    ...checkScaling(description.scaling, loss),
    seed: checkSeed("seed", description.seed ?? 0),
  };
}

const SCALING_HABITS = {
  hints: {
    minmaxscaler: 'did you mean "minMax"?',
    standardscaler: 'did you mean "standard"?',
    none: "leave scaling out to take samples as they are",
  },
};

function checkScaling(scaling: unknown, loss: Loss): Pick<CheckedDescription, "scaling"> {
  if (scaling === undefined) return {};
  const name = canonical("scaling", scaling, SCALING_NAMES, SCALING_HABITS);
  if (name === "standard" && loss === "binaryCrossentropy") {
    throw new ArgumentError(
      'scaling "standard" gives values outside [0, 1], which binaryCrossentropy cannot rebuild; ' +
        'use scaling "minMax" or meanSquaredError',
    );
  }
  return { scaling: name };
}

function checkLayers(name: string, layers: unknown): Layer[] {
  if (!Array.isArray(layers) || layers.length === 0) {
    throw new ArgumentError(`${name} must be an array of at least one layer, not ${show(layers)}`);
  }
  return layers.map((layer, index) => checkLayer(`${name}[${index}]`, layer));
}

/** The shape of a sample, from either option. */
function checkInput({ inputSize, inputShape }: AutoencoderDescription): Shape {
  if (inputShape === undefined && inputSize === undefined) {
    throw new ArgumentError("inputSize or inputShape is missing: inputSize: 784, or inputShape: [28, 28, 1]");
  }
  if (inputShape === undefined) return [integer("inputSize", inputSize)];
  const shape = checkShape("inputShape", inputShape);
  if (inputSize !== undefined && integer("inputSize", inputSize) !== sizeOf(shape)) {
    throw new ShapeError(
      `inputShape ${shapeText(shape)} has ${sizeOf(shape)} values, but inputSize is ${inputSize}; give one of them`,
    );
  }
  return shape;
}

/** Each half must compute something. */
function checkHalves({ layers, encoderDepth }: Stack): void {
  const halves = { encoder: layers.slice(0, encoderDepth), decoder: layers.slice(encoderDepth) };
  for (const [name, half] of Object.entries(halves)) {
    if (codeLayer(half)) continue;
    throw new ArgumentError(`${name} must have a layer that calculates something, such as dense(32, "relu")`);
  }
}

/** Which layers at the end of a decoder would give the shape of a sample. */
function ending(outputShape: Shape, inputShape: Shape): string {
  const [size, channels] = [sizeOf(inputShape), inputShape.at(-1)!];
  const shaping = inputShape.length === 1 ? "flatten()" : `reshape(${shapeText(inputShape)})`;
  if (sizeOf(outputShape) === size) return `put ${shaping} behind it`;
  if (shapeText([...outputShape.slice(0, -1), channels]) === shapeText(inputShape))
    return `it needs ${channels} filters or units`;
  const flat = outputShape.length === 1 ? [] : ["flatten()"];
  const shaped = inputShape.length === 1 ? [] : [shaping];
  return `put ${[...flat, `dense(${size})`, ...shaped].join(", ")} behind it`;
}

/** The decoder's output must have the shape of a sample. */
function checkOutput({ inputShape, layers }: Stack): void {
  const { outputShape, options } = layers.at(-1)!;
  if (shapeText(outputShape) !== shapeText(inputShape)) {
    const [[width], [wanted]] = [outputShape, inputShape];
    throw new ShapeError(
      outputShape.length === 1 && inputShape.length === 1
        ? `the decoder's last layer has ${width} units, but it must have as many as inputSize, ${wanted}`
        : `the decoder's last layer gives the shape ${shapeText(outputShape)}, ` +
            `but it must give that of a sample, ${shapeText(inputShape)}; ${ending(outputShape, inputShape)}`,
    );
  }
  if (options.activityPenalty) {
    throw new ArgumentError(
      "the decoder's last layer cannot have an activityPenalty: its output is compared with the sample",
    );
  }
}

/** The layers of a model in order. Needs no memory in the engine. */
export function stackOf(description: CheckedDescription): Stack {
  const { inputShape = [description.inputSize] } = description;
  return toStack({ ...description, inputShape });
}

/** The parameters of a model, in the order of its layers. */
export function parameterShapes(description: CheckedDescription): ParameterShape[] {
  return stackOf(description).layers.flatMap((layer) =>
    ownParameters(layer).map(({ name, shape }) => ({ name: `${layer.name}.${name}`, shape })),
  );
}

/** @throws {ArgumentError} unless the Kullback-Leibler divergence is defined for the code's activation */
function checkSparseCode({ layers, encoderDepth }: Stack, variational: boolean): void {
  const { options } = codeLayer(layers.slice(0, encoderDepth));
  const { activation } = options as Partial<DenseLayer>;
  if (activation === "sigmoid") return;
  const code = variational ? "a gaussian latent" : show(activation ?? options.kind);
  throw new ArgumentError(
    `klSparsity needs a sigmoid code, whose activations lie between 0 and 1, but the code is ${code}; ` +
      "for other codes there is dense(…, { activityPenalty: l1(…) })",
  );
}
