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
  /** Number of outputs. */
  readonly units: number;
  /** The activation f in y = f(W·x + b); default `"linear"`. */
  readonly activation: ActivationName;
  /** How W is initialized; b starts at zero. */
  readonly initializer: InitializerName;
  /** Whether there is a bias b. */
  readonly bias: boolean;
  /** Penalty on W, added to the loss. */
  readonly kernelPenalty?: KernelPenalty;
  /** Penalty on y, added to the training loss. */
  readonly activityPenalty?: ActivityPenalty;
}

/** Further options of `dense`. */
export interface DenseOptions {
  /** How the weights are initialized; default `"glorotUniform"`, as in Keras. */
  initializer?: InitializerName;
  /** Keras's name for `initializer`. */
  kernelInitializer?: InitializerName;
  /** Whether the layer has a bias; default true. */
  bias?: boolean;
  /** Keras's name for `bias`. */
  useBias?: boolean;
  /** Penalty on the weights, added to the loss: `l1(1e-4)`, `l2(1e-4)` or `l1l2({ … })`; default none. */
  kernelPenalty?: KernelPenalty;
  /**
   * Penalty on the activations, added to the training loss: `l1(1e-4)`; default none. Not allowed for the decoder's
   * last layer.
   */
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
 * @param units number of outputs, a positive integer
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
