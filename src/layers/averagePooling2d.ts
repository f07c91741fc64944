import { type Picture, toPicture } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtAveragePooling, checkPooling2d, Pooling, type Pooling2dOptions } from "./pooling.js";
import type { Padding } from "./window.js";

/** Gives the mean of each window, channel by channel. */
export interface AveragePooling2dLayer {
  /** Which layer it is. */
  readonly kind: "averagePooling2d";
  /** Height and width of a window. */
  readonly poolSize: readonly [height: number, width: number];
  /** Rows and columns from one window to the next. */
  readonly strides: readonly [height: number, width: number];
  /** Whether windows may reach beyond the picture. */
  readonly padding: Padding;
}

/**
 * The mean of each window of samples of the shape [height, width, channels], as Keras's
 * `AveragePooling2D` has it. What lies outside counts for nothing: with `padding: "same"`, means at the border are of fewer values.
 *
 * @param options see `Pooling2dOptions`; default windows of 2 × 2, side by side
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function averagePooling2d(options: Pooling2dOptions = {}): AveragePooling2dLayer {
  return { kind: "averagePooling2d", ...checkPooling2d("averagePooling2d", options) };
}

const poolingOf = ({ poolSize, strides, padding }: AveragePooling2dLayer) =>
  new Pooling(poolSize, strides, padding);

export const averagePooling2dKind: LayerKind<AveragePooling2dLayer> = {
  kind: "averagePooling2d",
  check: (_, { kind, ...options }) => averagePooling2d(options),
  outputShape(options, inputShape, name) {
    const picture = toPicture(name, options.kind, inputShape);
    return poolingOf(options).outputOf(name, options.kind, picture);
  },
  build: (options, { inputShape }) =>
    builtAveragePooling(poolingOf(options).fields(inputShape as unknown as Picture)),
};
