import { boolean, type Hints, integer, knownKeys, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { type ActivationAlias, type ActivationName, toActivation } from "./activations.js";
import { probability } from "./corruption.js";
import { type InitializerName, toInitializer } from "./initializers.js";
import {
  type ActivityPenalty,
  checkActivityPenalty,
  type KernelPenalty,
  toKernelPenalty,
} from "./penalties.js";

/** A fully connected layer: y = activation(W·x + b). */
export interface DenseLayer {
  /** Which layer it is. */
  readonly kind: "dense";
  /** Width of the output. */
  readonly units: number;
  /** What f is in y = f(W·x + b); default `"linear"`. */
  readonly activation: ActivationName;
  /** What W is drawn from; b starts at zero. */
  readonly initializer: InitializerName;
  /** Whether there is a b. */
  readonly bias: boolean;
  /** Added to the loss, from W. */
  readonly kernelPenalty?: KernelPenalty;
  /** Added to the loss in training, from y. */
  readonly activityPenalty?: ActivityPenalty;
}

/** Sets a part of what the layer before it gives to 0, in training only. */
export interface DropoutLayer {
  /** Which layer it is. */
  readonly kind: "dropout";
  /** Which part, each element on its own. */
  readonly rate: number;
}

/** Any layer that a model can be made of. */
export type Layer = DenseLayer | DropoutLayer;

/** Further options of `dense`. */
export interface DenseOptions {
  /** What the weights are drawn from; default `"glorotUniform"`, as in Keras. */
  initializer?: InitializerName;
  /** The same by Keras's name. */
  kernelInitializer?: InitializerName;
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** The same by Keras's name. */
  useBias?: boolean;
  /** Added to the loss, from the weights: `l1(1e-4)`, `l2(1e-4)` or `l1l2({ … })`; default none. */
  kernelPenalty?: KernelPenalty;
  /** Added to the training loss, from the activations: `l1(1e-4)`; default none. Not for the last layer of the decoder. */
  activityPenalty?: ActivityPenalty;
}

const KEYS: readonly (keyof DenseOptions)[] = [
  "initializer",
  "kernelInitializer",
  "bias",
  "useBias",
  "kernelPenalty",
  "activityPenalty",
];

const HINTS: Hints = {
  kernelregularizer: "Keras's kernelRegularizer is kernelPenalty here: l2(1e-4)",
  activityregularizer: "Keras's activityRegularizer is activityPenalty here: l1(1e-4)",
  biasinitializer: "biases start at 0",
  inputdim: "the width of a sample is the model's: Autoencoder.create({ inputSize: 784, … })",
  inputshape: "the width of a sample is the model's: Autoencoder.create({ inputSize: 784, … })",
  units: 'units and activation come first: dense(32, "relu", { … })',
  activation: 'units and activation come first: dense(32, "relu", { … })',
};

/** The value of an option that has two names. */
function either<T>(name: string, value: T | undefined, alias: string, other: T | undefined): T | undefined {
  if (value !== undefined && other !== undefined && value !== other) {
    throw new ArgumentError(
      `${name} and ${alias} are the same, but ${show(value)} and ${show(other)} are not`,
    );
  }
  return value ?? other;
}

/**
 * A fully connected layer.
 *
 * @param units width of the output, a positive integer
 * @param activation a name (see `ActivationName`), also in Keras's snake_case, or `"swish"` for `"silu"`; default
 *   `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function dense(
  units: number,
  activation: ActivationName | ActivationAlias = "linear",
  options: DenseOptions = {},
): DenseLayer {
  if (typeof (units as unknown) === "object" || typeof (activation as unknown) === "object") {
    const [what, given] = typeof units === "number" ? ["activation", activation] : ["units", units];
    throw new ArgumentError(
      `${what} of a dense layer is ${show(given)}; write dense(32, "relu", { … }), or dense(32) for a linear one`,
    );
  }
  knownKeys("dense", options, KEYS, HINTS);
  const named = (name: "initializer" | "kernelInitializer") =>
    options[name] === undefined ? undefined : toInitializer(name, options[name]);
  const initializer = either(
    "initializer",
    named("initializer"),
    "kernelInitializer",
    named("kernelInitializer"),
  );
  const bias = either("bias", options.bias, "useBias", options.useBias);
  const kernelPenalty = toKernelPenalty(options.kernelPenalty);
  const activityPenalty = checkActivityPenalty(options.activityPenalty);
  return {
    kind: "dense",
    units: integer("units of a dense layer", units),
    activation: toActivation("activation", activation),
    initializer: initializer ?? "glorotUniform",
    bias: boolean("bias", bias ?? true),
    ...(kernelPenalty && { kernelPenalty }),
    ...(activityPenalty && { activityPenalty }),
  };
}

/**
 * Dropout between two dense layers (N. Srivastava et al., "Dropout", 2014), as Keras does it: in training each element is
 * set to 0 with probability `rate` and else divided by 1 − `rate`; everywhere else nothing happens.
 *
 * @param rate in (0, 1)
 * @throws {ArgumentError} for anything else
 */
export function dropout(rate: number): DropoutLayer {
  return { kind: "dropout", rate: probability("rate of dropout", rate) };
}

/** Checks a layer that came from outside (a caller without types, a file) and returns a clean copy of it. */
export function checkLayer(name: string, layer: unknown): Layer {
  if (typeof layer !== "object" || layer === null) {
    throw new ArgumentError(`${name} must be a layer such as dense(32, "relu"), not ${show(layer)}`);
  }
  const given = layer as Layer;
  oneOf(`kind of ${name}`, given.kind, ["dense", "dropout"]);
  if (given.kind === "dropout") {
    knownKeys(name, given, ["kind", "rate"]);
    return dropout(given.rate);
  }
  const { kind, units, activation, ...options } = given;
  return dense(units, activation, options);
}
