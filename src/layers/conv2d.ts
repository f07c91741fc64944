import type { ActivationAlias, ActivationName } from "./activations.js";
import { convolutionCalls } from "./convolutionKind.js";
import { type ConvolutionFields, type ConvolutionOptions, checkConvolution2d } from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";

/** A convolution over images: y = activation(kernel ∗ x + b). */
export interface Conv2dLayer extends ConvolutionFields<readonly [number, number]> {
  /** Which layer it is. */
  readonly kind: "conv2d";
}

/**
 * A convolution over samples of shape [height, width, channels]. Each length becomes ⌊(length − reach) / stride⌋ + 1
 * with padding `"valid"`, where reach = (kernelSize − 1) · dilationRate + 1, and ⌈length / stride⌉ with `"same"`. As
 * usual in deep learning, the kernel is not flipped.
 *
 * Its weight has PyTorch's shape [filters, channels, rows, columns].
 *
 * @param filters number of output channels, a positive integer
 * @param kernelSize size of the kernel: a positive integer, or [rows, columns]
 * @param activation as for `dense`; default `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function conv2d(
  filters: number,
  kernelSize: number | readonly [number, number],
  activation: ActivationName | ActivationAlias = "linear",
  options: ConvolutionOptions = {},
): Conv2dLayer {
  return { kind: "conv2d", ...checkConvolution2d("conv2d", filters, kernelSize, activation, options) };
}

export const conv2dKind: LayerKind<Conv2dLayer> = {
  kind: "conv2d",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv2d(filters, kernelSize, activation, options),
  ...convolutionCalls(false),
};
