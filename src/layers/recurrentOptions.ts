import { boolean, type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { type ActivationAlias, type ActivationName, needsInput, toActivation } from "./activations.js";
import type { DenseOptions } from "./dense.js";
import {
  type Distribution,
  distribution,
  type InitializerName,
  toInitializer,
  ZEROS,
} from "./initializers.js";
import { checkKernelOptions, KERNEL_HINTS, KERNEL_KEYS } from "./kernelOptions.js";
import type { ParameterWish } from "./parameter.js";
import { type ActivityPenalty, type KernelPenalty, toKernelPenalty } from "./penalties.js";
import { type Shape, shapeText, sizeOf } from "./shape.js";

/** Options shared by `lstm` and `gru`, named as in Keras. */
export interface RecurrentOptions extends DenseOptions {
  /**
   * Whether the output is the state after each step, [steps, units], instead of the last one alone, [units]; default
   * false.
   */
  returnSequences?: boolean;
  /**
   * The activation f of the new values; default `"tanh"`. Any but `"gelu"`, `"silu"` and `"mish"`. PyTorch's modules know
   * tanh only.
   */
  activation?: ActivationName | ActivationAlias;
  /** The activation σ of the gates; default `"sigmoid"`, as in PyTorch. The same ones are possible. */
  recurrentActivation?: ActivationName | ActivationAlias;
  /** How the weights of the states are initialized; default `"orthogonal"`, as in Keras. */
  recurrentInitializer?: InitializerName;
  /** Penalty on the weights of the states, added to the loss; `kernelPenalty` is on those of the inputs. Default none. */
  recurrentPenalty?: KernelPenalty;
}

/** The stored fields of any recurrent layer. */
export interface RecurrentFields {
  /** Number of units: the width of the state. */
  readonly units: number;
  /** The activation f of the new values. */
  readonly activation: ActivationName;
  /** The activation σ of the gates. */
  readonly recurrentActivation: ActivationName;
  /** Whether the output is the state after each step. */
  readonly returnSequences: boolean;
  /** How the weights of the inputs are initialized. */
  readonly initializer: InitializerName;
  /** How the weights of the states are initialized. */
  readonly recurrentInitializer: InitializerName;
  /** Whether there are biases. */
  readonly bias: boolean;
  /** Penalty on the weights of the inputs, added to the loss. */
  readonly kernelPenalty?: KernelPenalty;
  /** Penalty on the weights of the states, added to the loss. */
  readonly recurrentPenalty?: KernelPenalty;
  /** Penalty on the output, added to the training loss. */
  readonly activityPenalty?: ActivityPenalty;
}

export const RECURRENT_KEYS = [
  "returnSequences",
  "activation",
  "recurrentActivation",
  "recurrentInitializer",
  "recurrentPenalty",
  ...KERNEL_KEYS,
];

const HINTS: Hints = {
  ...KERNEL_HINTS,
  recurrentregularizer: "Keras's recurrentRegularizer is recurrentPenalty here: l2(1e-4)",
  units: "units come first: lstm(32, { … })",
  hiddensize: "units come first: lstm(32, { … })",
  inputshape: "the shape of a sample is the model's: Autoencoder.create({ inputShape: [288, 1], … })",
  gobackwards: "a sequence is read from its first step to its last one",
  bidirectional: "a sequence is read from its first step to its last one",
  dropout:
    "put spatialDropout(0.2) before the layer: it drops the same features at every step, as Keras's dropout does",
  recurrentdropout: "states are not dropped; spatialDropout(0.2) before the layer drops inputs",
  returnstate: "with returnSequences the output has the state after each step",
  stateful: "every sample starts from a state of 0",
  unroll: "all steps run inside one call anyway",
  numlayers: "put several layers one after the other, all but the last with returnSequences: true",
  batchfirst: "samples have the shape [steps, features]",
  resetafter: "gru is the form with resetAfter: true, as in PyTorch",
};

/** Activations whose derivative follows from their value, which is all that is kept of a step. */
function toGate(name: string, value: unknown): ActivationName {
  const activation = toActivation(name, value);
  if (!needsInput(activation)) return activation;
  throw new ArgumentError(
    `${name} cannot be ${show(activation)}: its derivative does not follow from its value; "tanh" is the usual one`,
  );
}

/**
 * Checks the options that recurrent layers share, and fills in defaults.
 *
 * @param keys names of all options that this layer has
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function checkRecurrent(
  kind: string,
  units: number,
  options: RecurrentOptions,
  keys: readonly string[] = RECURRENT_KEYS,
): RecurrentFields {
  if (typeof (options as unknown) === "string") {
    throw new ArgumentError(
      `options of ${kind} must be an object, not ${show(options)}; write ${kind}(32, { activation: ${show(options)} })`,
    );
  }
  knownKeys(kind, options, keys, HINTS);
  const { returnSequences = false, activation = "tanh", recurrentActivation = "sigmoid" } = options;
  const { recurrentInitializer = "orthogonal" } = options;
  const recurrentPenalty = toKernelPenalty(options.recurrentPenalty, "recurrentPenalty");
  return {
    units: integer(`units of ${kind}`, units),
    activation: toGate(`activation of ${kind}`, activation),
    recurrentActivation: toGate(`recurrentActivation of ${kind}`, recurrentActivation),
    returnSequences: boolean("returnSequences", returnSequences),
    recurrentInitializer: toInitializer("recurrentInitializer", recurrentInitializer),
    ...checkKernelOptions(options),
    ...(recurrentPenalty && { recurrentPenalty }),
  };
}

/**
 * The shape of a recurrent layer's output.
 *
 * @throws {ShapeError} unless a sample is a sequence
 */
export function recurrentShape(
  kind: string,
  { units, returnSequences }: RecurrentFields,
  inputShape: Shape,
  name: string,
): Shape {
  if (inputShape.length === 2) return returnSequences ? [inputShape[0]!, units] : [units];
  const size = sizeOf(inputShape);
  const last = inputShape.at(-1)!;
  const fitting =
    inputShape.length === 1
      ? `reshape([${size}, 1]) before it, or repeatVector(steps) to use all values at every step`
      : `reshape(${shapeText([size / last, last])}) before it`;
  throw new ShapeError(
    `${name}, ${kind === "lstm" ? "an" : "a"} ${kind}, needs samples of the shape [steps, features], but gets ${shapeText(inputShape)}; put ${fitting}`,
  );
}

/** What sets the biases of a recurrent layer apart. */
interface Biases {
  /** Initial values of `bias_ih_l0`. */
  readonly start?: Distribution;
  /** Whether `bias_hh_l0` is trained, too. If not, it stays 0: it is there for PyTorch, whose modules have both. */
  readonly both: boolean;
}

/**
 * The parameters of a recurrent layer, named and shaped as in PyTorch, with as many rows as there are units in all
 * gates. Fan-in and fan-out are Keras's, whose kernels are [inputs, gates·units] and [units, gates·units].
 */
export function recurrentParameters(
  layer: RecurrentFields,
  inputs: number,
  gates: number,
  { start = ZEROS, both }: Biases,
): ParameterWish[] {
  const { units, initializer, recurrentInitializer, bias, kernelPenalty, recurrentPenalty } = layer;
  const rows = gates * units;
  const weights: ParameterWish[] = [
    {
      name: "weight_ih_l0",
      shape: [rows, inputs],
      start: distribution(initializer, inputs, rows),
      ...(kernelPenalty && { penalty: kernelPenalty }),
    },
    {
      name: "weight_hh_l0",
      shape: [rows, units],
      start: distribution(recurrentInitializer, units, rows),
      ...(recurrentPenalty && { penalty: recurrentPenalty }),
    },
  ];
  if (!bias) return weights;
  const constant = both ? {} : { trainable: false, counted: false };
  return [
    ...weights,
    { name: "bias_ih_l0", shape: [rows], start },
    { name: "bias_hh_l0", shape: [rows], start: ZEROS, ...constant },
  ];
}
