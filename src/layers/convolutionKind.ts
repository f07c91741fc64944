import { toPicture, toSequence } from "./channelsLast.js";
import { buildConvolution, type ConvolutionShape } from "./convolution.js";
import { assertFits, type ConvolutionFields, convolutionParameters, sizesOf } from "./convolutionOptions.js";
import type { LayerKind, LayerOptions } from "./layer.js";
import type { Shape } from "./shape.js";
import { convolved, deconvolved, reach, windowLength } from "./window.js";

/** Any convolution, of one or two dimensions, transposed or not. */
type AnyConvolution = LayerOptions & ConvolutionFields<number | readonly [number, number]>;

/** What all convolutions do, or all transposed ones; only the checks of their options differ. */
export function convolutionCalls<T extends AnyConvolution>(
  transposed: boolean,
): Pick<LayerKind<T>, "outputShape" | "parameters" | "build"> {
  return {
    outputShape(layer, inputShape, name) {
      const { rows, columns, channels, features } = shapeOf(layer, transposed, inputShape, name);
      const picture = transposed
        ? [rows.large, columns.large, channels]
        : [rows.small, columns.small, features];
      // A sequence has no rows.
      return picture.slice(-inputShape.length);
    },
    parameters: (layer, inputShape) => convolutionParameters(layer, inputShape.at(-1)!, transposed),
    build: (layer, place) =>
      buildConvolution(place, shapeOf(layer, transposed, place.inputShape, layer.kind), layer.activation),
  };
}

/** The two images of a convolution; a sequence is an image of one row. */
function shapeOf(
  layer: AnyConvolution,
  transposed: boolean,
  inputShape: Shape,
  name: string,
): ConvolutionShape {
  const toImage = typeof layer.kernelSize === "number" ? toSequence : toPicture;
  const [height, width, inputs] = toImage(name, layer.kind, inputShape);
  const sizes = sizesOf(layer);
  const { kernel, strides, dilation } = sizes;
  kernel.forEach((size, index) => {
    windowLength(
      `(kernelSize − 1) · dilationRate + 1 of ${name}, ${layer.kind},`,
      reach(size, dilation[index]!),
    );
  });
  if (!transposed && layer.padding === "valid")
    assertFits(name, layer.kind, [height, width], sizes, inputShape);
  const along = transposed ? deconvolved : convolved;
  const [channels, features] = transposed ? [layer.filters, inputs] : [inputs, layer.filters];
  return {
    rows: along(height, kernel[0], strides[0], dilation[0], layer.padding),
    columns: along(width, kernel[1], strides[1], dilation[1], layer.padding),
    channels,
    features,
    transposed,
  };
}
