import { toSequence } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtAveragePooling, checkPooling1d, Pooling, type Pooling1dOptions, stepsOf } from "./pooling.js";
import type { Padding } from "./window.js";

/** Gives the mean of each window of steps, channel by channel. */
export interface AveragePooling1dLayer {
  /** Which layer it is. */
  readonly kind: "averagePooling1d";
  /** Steps of a window. */
  readonly poolSize: number;
  /** Steps from one window to the next. */
  readonly strides: number;
  /** Whether windows may reach beyond the sequence. */
  readonly padding: Padding;
}

/**
 * The mean of each window of steps of samples of the shape [steps, channels], as Keras's
 * `AveragePooling1D` has it. What lies outside counts for nothing: with `padding: "same"`, means at the border are of fewer values.
 *
 * @param options see `Pooling1dOptions`; default windows of 2 steps, side by side
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function averagePooling1d(options: Pooling1dOptions = {}): AveragePooling1dLayer {
  return { kind: "averagePooling1d", ...checkPooling1d("averagePooling1d", options) };
}

const poolingOf = ({ poolSize, strides, padding }: AveragePooling1dLayer) =>
  Pooling.along(poolSize, strides, padding);

export const averagePooling1dKind: LayerKind<AveragePooling1dLayer> = {
  kind: "averagePooling1d",
  check: (_, { kind, ...options }) => averagePooling1d(options),
  outputShape(options, inputShape, name) {
    const sequence = toSequence(name, options.kind, inputShape);
    return stepsOf(poolingOf(options).outputOf(name, options.kind, sequence));
  },
  build: (options, { inputShape }) =>
    builtAveragePooling(poolingOf(options).fields(toSequence("", options.kind, inputShape))),
};
