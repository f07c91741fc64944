import type { LayerKind } from "./layer.js";
import { builtMaxPooling, checkPooling1d, type Pooling1dOptions, poolingCalls } from "./pooling.js";
import type { Padding } from "./window.js";

/** Computes the maximum of each window of steps, per channel. */
export interface MaxPooling1dLayer {
  /** Which layer it is. */
  readonly kind: "maxPooling1d";
  /** Number of steps in a window. */
  readonly poolSize: number;
  /** Number of steps between the starts of two windows. */
  readonly strides: number;
  /** Whether windows may extend past the ends of the sequence. */
  readonly padding: Padding;
}

/**
 * Max pooling over steps, like Keras's `MaxPooling1D`. Samples have shape [steps, channels]. The gradient goes to the
 * first maximum in a window; NaN in a window gives NaN.
 *
 * @param options see `Pooling1dOptions`; default: windows of 2 steps that do not overlap
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function maxPooling1d(options: Pooling1dOptions = {}): MaxPooling1dLayer {
  return { kind: "maxPooling1d", ...checkPooling1d("maxPooling1d", options) };
}

export const maxPooling1dKind: LayerKind<MaxPooling1dLayer> = {
  kind: "maxPooling1d",
  check: (_, { kind, ...options }) => maxPooling1d(options),
  ...poolingCalls(builtMaxPooling),
};
