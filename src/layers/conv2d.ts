import type { ActivationAlias, ActivationName } from "./activations.js";
import { buildConvolution } from "./convolution.js";
import {
  assertFits,
  type ConvolutionFields,
  type ConvolutionOptions,
  checkConvolution2d,
  convolutionParameters,
  pictureOf,
  sizesOf,
} from "./convolutionOptions.js";
import type { LayerKind } from "./layer.js";
import type { Shape } from "./shape.js";
import { convolved } from "./window.js";

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

/** The image's axes, and its channels. */
function axesOf(layer: Conv2dLayer, inputShape: Shape, name: string) {
  const [height, width, channels] = pictureOf(name, layer.kind, 2, inputShape);
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

export const conv2dKind: LayerKind<Conv2dLayer> = {
  kind: "conv2d",
  check: (_, { kind, filters, kernelSize, activation, ...options }) =>
    conv2d(filters, kernelSize, activation, options),
  outputShape(layer, inputShape, name) {
    const { rows, columns, features } = axesOf(layer, inputShape, name);
    return [rows.small, columns.small, features];
  },
  parameters: (layer, inputShape) => convolutionParameters(layer, inputShape.at(-1)!, false),
  build: (layer, place) =>
    buildConvolution(place, axesOf(layer, place.inputShape, layer.kind), layer.activation),
};
