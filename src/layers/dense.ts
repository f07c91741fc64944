import { boolean, type Hints, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Tensor } from "../engine/tensor.js";
import {
  ACTIVATIONS,
  type ActivationAlias,
  type ActivationName,
  needsInput,
  toActivation,
} from "./activations.js";
import { distribution, type InitializerName, toInitializer } from "./initializers.js";
import type { LayerKind } from "./layer.js";
import { Linear, linearParameters } from "./linear.js";
import {
  type ActivityPenalty,
  checkActivityPenalty,
  type KernelPenalty,
  toKernelPenalty,
} from "./penalties.js";
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
    const kind = ACTIVATIONS[activation];
    const keepsInput = needsInput(activation);
    return {
      activation,
      operations: linear.operations,
      room: (purpose, rows) => ({
        ...(purpose === "training" && linear.room(rows)),
        ...(purpose === "training" && keepsInput && { z: { shape: [rows, ...place.outputShape] } }),
      }),
      forward(plan, pass) {
        const [x, y] = [asMatrix(pass.x), asMatrix(pass.y)];
        const z = pass.kept.z ? asMatrix((pass.kept.z as Tensor).first(pass.rows)) : y;
        linear.forward(plan, x, z);
        if (pass.logits || activation === "linear") return;
        const [rows, columns] = y.shape as [number, number];
        plan.call("activationForward", rows, { kind, columns, z, y });
      },
      backward(plan, pass) {
        const [x, dy] = [asMatrix(pass.x), asMatrix(pass.dy)];
        if (!pass.logits && activation !== "linear") {
          const [rows, columns] = dy.shape as [number, number];
          const kept = pass.kept.z ?? pass.y;
          plan.call("activationBackward", rows, { kind, columns, kept, gradient: dy });
        }
        linear.backward(plan, x, dy, pass.dx && asMatrix(pass.dx), pass.kept);
      },
      gradient: (plan, pass) => linear.gradient(plan, asMatrix(pass.x), asMatrix(pass.dy), pass),
      refresh: (plan) => linear.refresh(plan),
      bound(input, largest) {
        // No activation but these gives more than 1.1·|z| + 1.
        if (activation === "sigmoid" || activation === "tanh") return 1;
        return 1.1 * linear.bound(input, largest) + 1;
      },
    };
  },
};
