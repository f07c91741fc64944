import { type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { Activated } from "./activated.js";
import { type ActivationAlias, type ActivationName, toActivation } from "./activations.js";
import { distribution, type InitializerName } from "./initializers.js";
import { checkKernelOptions, KERNEL_HINTS, KERNEL_KEYS } from "./kernelOptions.js";
import type { LayerKind } from "./layer.js";
import { Linear, linearParameters } from "./linear.js";
import type { ActivityPenalty, KernelPenalty } from "./penalties.js";
import { asMatrix } from "./shape.js";

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

const HINTS: Hints = {
  ...KERNEL_HINTS,
  inputdim: "the width of a sample is the model's: Autoencoder.create({ inputSize: 784, … })",
  inputshape: "the width of a sample is the model's: Autoencoder.create({ inputSize: 784, … })",
  units: 'units and activation come first: dense(32, "relu", { … })',
  activation: 'units and activation come first: dense(32, "relu", { … })',
};

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
  knownKeys("dense", options, KERNEL_KEYS, HINTS);
  const checked = checkKernelOptions(options);
  return {
    kind: "dense",
    units: integer("units of a dense layer", units),
    activation: toActivation("activation", activation),
    ...checked,
  };
}

export const denseKind: LayerKind<DenseLayer> = {
  kind: "dense",
  check(_, { kind, units, activation, ...options }) {
    return dense(units, activation, options);
  },
  outputShape: ({ units }, inputShape) => [...inputShape.slice(0, -1), units],
  parameters({ units, initializer, bias, kernelPenalty }, inputShape) {
    const inputs = inputShape.at(-1)!;
    const start = distribution(initializer, inputs, units);
    return linearParameters(inputs, units, start, bias, kernelPenalty);
  },
  build({ activation }, place) {
    const linear = new Linear(place);
    const activated = new Activated(activation, place.outputShape);
    return {
      activation,
      operations: linear.operations,
      room: (purpose, rows) => ({
        ...(purpose === "training" && linear.room(rows)),
        ...activated.room(purpose, rows),
      }),
      forward(plan, pass) {
        linear.forward(plan, asMatrix(pass.x), asMatrix(activated.target(pass)));
        activated.forward(plan, pass);
      },
      backward(plan, pass) {
        activated.backward(plan, pass);
        linear.backward(plan, asMatrix(pass.x), asMatrix(pass.dy), pass.dx && asMatrix(pass.dx), pass.kept);
      },
      gradient: (plan, pass) => linear.gradient(plan, asMatrix(pass.x), asMatrix(pass.dy), pass),
      refresh: (plan) => linear.refresh(plan),
      bound: (input, largest) => activated.bound(linear.bound(input, largest)),
    };
  },
};
