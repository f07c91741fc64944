import type { ActivationAlias, ActivationName } from "./activations.js";
import { convolutionCalls } from "./convolutionKind.js";
import { type ConvolutionFields, type ConvolutionOptions, checkConvolution1d } from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";

/** A transposed convolution over sequences, for upsampling: it swaps the input and output shapes of a convolution. */
export interface Conv1dTransposeLayer extends ConvolutionFields<number> {
  /** Which layer it is. */
  readonly kind: "conv1dTranspose";
}

/**
 * A transposed convolution over samples of shape [length, channels]. The output length is length · stride with padding
 * `"same"`, and length · stride + max(reach − stride, 0) with `"valid"`, where reach = (kernelSize − 1) · dilationRate
 * + 1. This is Keras's rule without `output_padding`. PyTorch's modules give (length − 1) · stride + reach without
 * padding. `"same"` crops that by max(reach − stride, 0), the smaller half at the start. `"valid"` is the same as
 * PyTorch's; if reach < stride, it corresponds to an `output_padding` of stride − reach.
 *
 * Its weight has PyTorch's shape [channels, filters, kernelSize].
 *
 * @param filters number of output channels, a positive integer
 * @param kernelSize length of the kernel, a positive integer
 * @param activation as for `dense`; default `"linear"`
 * @throws {ArgumentError} for anything else
 */
export function conv1dTranspose(
  filters: number,
  kernelSize: number,
  activation: ActivationName | ActivationAlias = "linear",
  options: ConvolutionOptions<number> = {},
): Conv1dTransposeLayer {
  return {
    kind: "conv1dTranspose",
    ...checkConvolution1d("conv1dTranspose", filters, kernelSize, activation, options),
  };
}

export const conv1dTransposeKind: LayerKind<Conv1dTransposeLayer> = {
  kind: "conv1dTranspose",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv1dTranspose(filters, kernelSize, activation, options),
  ...convolutionCalls(true),
};
