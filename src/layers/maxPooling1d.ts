import { toSequence } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtMaxPooling, checkPooling1d, Pooling, type Pooling1dOptions, stepsOf } from "./pooling.js";
import type { Padding } from "./window.js";

/** Gives the largest value of each window of steps, channel by channel. */
export interface MaxPooling1dLayer {
  /** Which layer it is. */
  readonly kind: "maxPooling1d";
  /** Steps of a window. */
  readonly poolSize: number;
  /** Steps from one window to the next. */
  readonly strides: number;
  /** Whether windows may reach beyond the sequence. */
  readonly padding: Padding;
}

/**
 * The largest value of each window of steps of samples of the shape [steps, channels], as Keras's
 * `MaxPooling1D` has it. The gradient goes to the first largest
 * element of a window; NaN in a window gives NaN.
 *
 * @param options see `Pooling1dOptions`; default windows of 2 steps, side by side
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function maxPooling1d(options: Pooling1dOptions = {}): MaxPooling1dLayer {
  return { kind: "maxPooling1d", ...checkPooling1d("maxPooling1d", options) };
}

const poolingOf = ({ poolSize, strides, padding }: MaxPooling1dLayer) =>
  Pooling.along(poolSize, strides, padding);

export const maxPooling1dKind: LayerKind<MaxPooling1dLayer> = {
  kind: "maxPooling1d",
  check: (_, { kind, ...options }) => maxPooling1d(options),
  outputShape(options, inputShape, name) {
    const sequence = toSequence(name, options.kind, inputShape);
    return stepsOf(poolingOf(options).outputOf(name, options.kind, sequence));
  },
  build: (options, { inputShape }) =>
    builtMaxPooling(poolingOf(options).fields(toSequence("", options.kind, inputShape))),
};
