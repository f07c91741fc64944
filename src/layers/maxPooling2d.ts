import { type Picture, toPicture } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtMaxPooling, checkPooling2d, Pooling, type Pooling2dOptions } from "./pooling.js";
import type { Padding } from "./window.js";

/** Gives the largest value of each window, channel by channel. */
export interface MaxPooling2dLayer {
  /** Which layer it is. */
  readonly kind: "maxPooling2d";
  /** Height and width of a window. */
  readonly poolSize: readonly [height: number, width: number];
  /** Rows and columns from one window to the next. */
  readonly strides: readonly [height: number, width: number];
  /** Whether windows may reach beyond the picture. */
  readonly padding: Padding;
}

/**
 * The largest value of each window of samples of the shape [height, width, channels], as Keras's
 * `MaxPooling2D` has it. The gradient goes to the first largest
 * element of a window; NaN in a window gives NaN.
 *
 * @param options see `Pooling2dOptions`; default windows of 2 × 2, side by side
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function maxPooling2d(options: Pooling2dOptions = {}): MaxPooling2dLayer {
  return { kind: "maxPooling2d", ...checkPooling2d("maxPooling2d", options) };
}

const poolingOf = ({ poolSize, strides, padding }: MaxPooling2dLayer) =>
  new Pooling(poolSize, strides, padding);

export const maxPooling2dKind: LayerKind<MaxPooling2dLayer> = {
  kind: "maxPooling2d",
  check: (_, { kind, ...options }) => maxPooling2d(options),
  outputShape(options, inputShape, name) {
    const picture = toPicture(name, options.kind, inputShape);
    return poolingOf(options).outputOf(name, options.kind, picture);
  },
  build: (options, { inputShape }) =>
    builtMaxPooling(poolingOf(options).fields(inputShape as unknown as Picture)),
};
