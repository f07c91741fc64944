import type { LayerKind } from "./layer.js";
import { builtAveragePooling, checkPooling2d, type Pooling2dOptions, poolingCalls } from "./pooling.js";
import type { Padding } from "./window.js";

/** Computes the mean of each window, per channel. */
export interface AveragePooling2dLayer {
  /** Which layer it is. */
  readonly kind: "averagePooling2d";
  /** Height and width of a window. */
  readonly poolSize: readonly [height: number, width: number];
  /** Rows and columns between the starts of two windows. */
  readonly strides: readonly [height: number, width: number];
  /** Whether windows may extend past the edges of the image. */
  readonly padding: Padding;
}

/**
 * Average pooling over images, like Keras's `AveragePooling2D`. Samples have shape [height, width, channels]. With
 * `padding: "same"`, padding is not counted: means at the border are taken over fewer values.
 *
 * @param options see `Pooling2dOptions`; default: windows of 2 × 2 that do not overlap
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function averagePooling2d(options: Pooling2dOptions = {}): AveragePooling2dLayer {
  return { kind: "averagePooling2d", ...checkPooling2d("averagePooling2d", options) };
}

export const averagePooling2dKind: LayerKind<AveragePooling2dLayer> = {
  kind: "averagePooling2d",
  check: (_, { kind, ...options }) => averagePooling2d(options),
  ...poolingCalls(builtAveragePooling),
};
