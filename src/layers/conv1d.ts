import type { ActivationAlias, ActivationName } from "./activations.js";
import { convolutionCalls } from "./convolutionKind.js";
import { type ConvolutionFields, type ConvolutionOptions, checkConvolution1d } from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";

/** A convolution over sequences: y = activation(kernel ∗ x + b). */
export interface Conv1dLayer extends ConvolutionFields<number> {
  /** Which layer it is. */
  readonly kind: "conv1d";
}

/**
 * A convolution over samples of shape [length, channels]. The output length is ⌊(length − reach) / stride⌋ + 1 with
 * padding `"valid"`, where reach = (kernelSize − 1) · dilationRate + 1, and ⌈length / stride⌉ with `"same"`. As usual
 * in deep learning, the kernel is not flipped.
 *
 * Its weight has PyTorch's shape [filters, channels, kernelSize].
 *
 * @param filters number of output channels, a positive integer
 * @param kernelSize length of the kernel, a positive integer
 * @param activation as for `dense`; default `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function conv1d(
  filters: number,
  kernelSize: number,
  activation: ActivationName | ActivationAlias = "linear",
  options: ConvolutionOptions<number> = {},
): Conv1dLayer {
  return { kind: "conv1d", ...checkConvolution1d("conv1d", filters, kernelSize, activation, options) };
}

export const conv1dKind: LayerKind<Conv1dLayer> = {
  kind: "conv1d",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv1d(filters, kernelSize, activation, options),
  ...convolutionCalls(false),
};
