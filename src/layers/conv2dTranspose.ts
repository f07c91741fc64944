import type { ActivationAlias, ActivationName } from "./activations.js";
import { convolutionCalls } from "./convolutionKind.js";
import { type ConvolutionFields, type ConvolutionOptions, checkConvolution2d } from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";

/** A transposed convolution over images, for upsampling: it swaps the input and output shapes of a convolution. */
export interface Conv2dTransposeLayer extends ConvolutionFields<readonly [number, number]> {
  /** Which layer it is. */
  readonly kind: "conv2dTranspose";
}

/**
 * A transposed convolution over samples of shape [height, width, channels]. Each length becomes length · stride with
 * padding `"same"`, and length · stride + max(reach − stride, 0) with `"valid"`, where reach = (kernelSize − 1) ·
 * dilationRate + 1. This is Keras's rule without `output_padding`. PyTorch's modules give (length − 1) · stride + reach
 * without padding. `"same"` crops that by max(reach − stride, 0), the smaller half at the start. `"valid"` is the same
 * as PyTorch's; if reach < stride, it corresponds to an `output_padding` of stride − reach.
 *
 * Its weight has PyTorch's shape [channels, filters, rows, columns].
 *
 * @param filters number of output channels, a positive integer
 * @param kernelSize size of the kernel: a positive integer, or [rows, columns]
 * @param activation as for `dense`; default `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function conv2dTranspose(
  filters: number,
  kernelSize: number | readonly [number, number],
  activation: ActivationName | ActivationAlias = "linear",
  options: ConvolutionOptions = {},
): Conv2dTransposeLayer {
  return {
    kind: "conv2dTranspose",
    ...checkConvolution2d("conv2dTranspose", filters, kernelSize, activation, options),
  };
}

export const conv2dTransposeKind: LayerKind<Conv2dTransposeLayer> = {
  kind: "conv2dTranspose",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv2dTranspose(filters, kernelSize, activation, options),
  ...convolutionCalls(true),
};
