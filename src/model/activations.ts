import {
  ACTIVATION_LINEAR,
  ACTIVATION_RELU,
  ACTIVATION_SIGMOID,
  ACTIVATION_TANH,
} from "../../assembly/abi.js";

/** Activation functions by Keras's names. */
export type ActivationName = "linear" | "relu" | "sigmoid" | "tanh";

/** The kernels' numbers of the activations. */
export const ACTIVATIONS: Record<ActivationName, number> = {
  linear: ACTIVATION_LINEAR,
  relu: ACTIVATION_RELU,
  sigmoid: ACTIVATION_SIGMOID,
  tanh: ACTIVATION_TANH,
};

export const ACTIVATION_NAMES = Object.keys(ACTIVATIONS) as ActivationName[];
