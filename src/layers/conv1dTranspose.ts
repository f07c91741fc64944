import type { ActivationAlias, ActivationName } from "./activations.js";
import { buildConvolution } from "./convolution.js";
import {
  type ConvolutionFields,
  type ConvolutionOptions,
  checkConvolution1d,
  convolutionParameters,
  pictureOf,
  sizesOf,
} from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";
import type { Shape } from "./shape.js";
import { deconvolved } from "./window.js";

/** A transposed convolution of series, which goes the way of a convolution back: it makes them longer. */
export interface Conv1dTransposeLayer extends ConvolutionFields<number> {
  /** Which layer it is. */
  readonly kind: "conv1dTranspose";
}

/**
 * A transposed convolution of samples [length, channels]. A length becomes length · stride with padding `"same"`, and
 * length · stride + max(reach − stride, 0) with `"valid"`, where reach is (kernelSize − 1) · dilationRate + 1: Keras's rule where
 * its `output_padding` is left out. With PyTorch's modules, which give (length − 1) · stride + reach without padding, `"same"`
 * is that less max(reach − stride, 0) places, the smaller half of them at the start, and `"valid"` with a reach below the
 * stride that and an `output_padding` of stride − reach.
 *
 * Its weight has PyTorch's shape [channels, filters, kernelSize].
 *
 * @param filters channels of the output, a positive integer
 * @param kernelSize how far the kernel reaches: a positive integer
 * @param activation as of `dense`; default `"linear"`
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

/** The dimensions of its pictures, and their channels. */
function axesOf(layer: Conv1dTransposeLayer, inputShape: Shape, name: string) {
  const [height, width, features] = pictureOf(name, layer.kind, 1, inputShape);
  const { kernel, strides, dilation } = sizesOf(layer);
  return {
    rows: deconvolved(height, kernel[0], strides[0], dilation[0], layer.padding),
    columns: deconvolved(width, kernel[1], strides[1], dilation[1], layer.padding),
    channels: layer.filters,
    features,
    transposed: true,
  };
}

export const conv1dTransposeKind: LayerKind<Conv1dTransposeLayer> = {
  kind: "conv1dTranspose",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv1dTranspose(filters, kernelSize, activation, options),
  outputShape(layer, inputShape, name) {
    const { columns, channels } = axesOf(layer, inputShape, name);
    return [columns.large, channels];
  },
  parameters: (layer, inputShape) => convolutionParameters(layer, inputShape.at(-1)!, true),
  build: (layer, place) =>
    buildConvolution(place, axesOf(layer, place.inputShape, layer.kind), layer.activation),
};
