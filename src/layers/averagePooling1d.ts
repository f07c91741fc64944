import type { LayerKind } from "./layer.js";
import { builtAveragePooling, checkPooling1d, type Pooling1dOptions, poolingCalls } from "./pooling.js";
import type { Padding } from "./window.js";

/** Computes the mean of each window of steps, per channel. */
export interface AveragePooling1dLayer {
  /** Which layer it is. */
  readonly kind: "averagePooling1d";
  /** Number of steps in a window. */
  readonly poolSize: number;
  /** Number of steps between the starts of two windows. */
  readonly strides: number;
  /** Whether windows may extend past the ends of the sequence. */
  readonly padding: Padding;
}

/**
 * Average pooling over steps, like Keras's `AveragePooling1D`. Samples have shape [steps, channels]. With
 * `padding: "same"`, padding is not counted: means at the border are taken over fewer values.
 *
 * @param options see `Pooling1dOptions`; default: windows of 2 steps that do not overlap
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function averagePooling1d(options: Pooling1dOptions = {}): AveragePooling1dLayer {
  return { kind: "averagePooling1d", ...checkPooling1d("averagePooling1d", options) };
}

export const averagePooling1dKind: LayerKind<AveragePooling1dLayer> = {
  kind: "averagePooling1d",
  check: (_, { kind, ...options }) => averagePooling1d(options),
  ...poolingCalls(builtAveragePooling),
};
