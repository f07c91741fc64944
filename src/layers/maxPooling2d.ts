import type { LayerKind } from "./layer.js";
import { builtMaxPooling, checkPooling2d, type Pooling2dOptions, poolingCalls } from "./pooling.js";
import type { Padding } from "./window.js";

/** Computes the maximum of each window, per channel. */
export interface MaxPooling2dLayer {
  /** Which layer it is. */
  readonly kind: "maxPooling2d";
  /** Height and width of a window. */
  readonly poolSize: readonly [height: number, width: number];
  /** Rows and columns between the starts of two windows. */
  readonly strides: readonly [height: number, width: number];
  /** Whether windows may extend past the edges of the image. */
  readonly padding: Padding;
}

/**
 * Max pooling over images, like Keras's `MaxPooling2D`. Samples have shape [height, width, channels]. The gradient goes
 * to the first maximum in a window; NaN in a window gives NaN.
 *
 * @param options see `Pooling2dOptions`; default: windows of 2 × 2 that do not overlap
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function maxPooling2d(options: Pooling2dOptions = {}): MaxPooling2dLayer {
  return { kind: "maxPooling2d", ...checkPooling2d("maxPooling2d", options) };
}

export const maxPooling2dKind: LayerKind<MaxPooling2dLayer> = {
  kind: "maxPooling2d",
  check: (_, { kind, ...options }) => maxPooling2d(options),
  ...poolingCalls(builtMaxPooling),
};
