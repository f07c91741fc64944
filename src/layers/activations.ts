import {
  ACTIVATION_ELU,
  ACTIVATION_GELU,
  ACTIVATION_LEAKY_RELU,
  ACTIVATION_LINEAR,
  ACTIVATION_MISH,
  ACTIVATION_RELU,
  ACTIVATION_SELU,
  ACTIVATION_SIGMOID,
  ACTIVATION_SILU,
  ACTIVATION_SOFTPLUS,
  ACTIVATION_TANH,
} from "../../assembly/abi.js";
import { canonical, type Habits } from "../common/check.js";

/**
 * Activation functions, named as in Keras, with the defaults of the Keras 3 functions: `leakyRelu` has slope 0.2 below
 * 0 (Keras's `LeakyReLU` layer uses 0.3, PyTorch 0.01), `elu` has α = 1, `selu` uses the constants of Klambauer et al.,
 * 2017, and `gelu` is z·Φ(z), without the tanh approximation.
 */
export type ActivationName =
  | "linear"
  | "relu"
  | "sigmoid"
  | "tanh"
  | "leakyRelu"
  | "elu"
  | "selu"
  | "gelu"
  | "silu"
  | "softplus"
  | "mish";

/** Another name for `silu`, as in Keras. It is replaced by `silu` when options are checked. */
export type ActivationAlias = "swish";

/** The number by which the kernels know each activation. */
export const ACTIVATIONS: Record<ActivationName, number> = {
  linear: ACTIVATION_LINEAR,
  relu: ACTIVATION_RELU,
  sigmoid: ACTIVATION_SIGMOID,
  tanh: ACTIVATION_TANH,
  leakyRelu: ACTIVATION_LEAKY_RELU,
  elu: ACTIVATION_ELU,
  selu: ACTIVATION_SELU,
  gelu: ACTIVATION_GELU,
  silu: ACTIVATION_SILU,
  softplus: ACTIVATION_SOFTPLUS,
  mish: ACTIVATION_MISH,
};

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as ActivationName[];

const HABITS: Habits<ActivationName> = {
  aliases: { swish: "silu" },
  hints: {
    identity: 'did you mean "linear"?',
    none: 'did you mean "linear"?',
    lrelu: 'did you mean "leakyRelu"?',
    softmax: 'softmax is of classes; "sigmoid" gives each value its own number from 0 to 1',
    logsoftmax: 'softmax is of classes; "sigmoid" gives each value its own number from 0 to 1',
  },
};

/**
 * Converts any accepted spelling (snake_case, another case, an alias) to the activation's name.
 *
 * @throws {ArgumentError} for anything else
 */
export function toActivation(name: string, value: unknown): ActivationName {
  return canonical(name, value, ACTIVATION_NAMES, HABITS);
}

/** Whether the derivative is computed from z, so z must be kept: two different z can have the same f(z). */
export function needsInput(activation: ActivationName): boolean {
  return ACTIVATIONS[activation] >= ACTIVATION_SILU;
}
