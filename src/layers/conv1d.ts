import type { ActivationAlias, ActivationName } from "./activations.js";
import { buildConvolution } from "./convolution.js";
import {
  assertFits,
  type ConvolutionFields,
  type ConvolutionOptions,
  checkConvolution1d,
  convolutionParameters,
  pictureOf,
  sizesOf,
} from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";
import type { Shape } from "./shape.js";
import { convolved } from "./window.js";

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

/** The image's axes, and its channels. */
function axesOf(layer: Conv1dLayer, inputShape: Shape, name: string) {
  const [height, width, channels] = pictureOf(name, layer.kind, 1, inputShape);
  const sizes = sizesOf(layer);
  const { kernel, strides, dilation } = sizes;
  if (layer.padding === "valid") assertFits(name, layer.kind, [height, width], sizes, inputShape);
  return {
    rows: convolved(height, kernel[0], strides[0], dilation[0], layer.padding),
    columns: convolved(width, kernel[1], strides[1], dilation[1], layer.padding),
    channels,
    features: layer.filters,
    transposed: false,
  };
}

export const conv1dKind: LayerKind<Conv1dLayer> = {
  kind: "conv1d",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv1d(filters, kernelSize, activation, options),
  outputShape(layer, inputShape, name) {
    const { columns, features } = axesOf(layer, inputShape, name);
    return [columns.small, features];
  },
  parameters: (layer, inputShape) => convolutionParameters(layer, inputShape.at(-1)!, false),
  build: (layer, place) =>
    buildConvolution(place, axesOf(layer, place.inputShape, layer.kind), layer.activation),
};
