import { type Hints, integer, knownKeys } from "../common/check.js";
import { toSequence } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtUpSampling } from "./upSampling.js";

/** Repeats each step of a sequence. */
export interface UpSampling1dLayer {
  /** Which layer it is. */
  readonly kind: "upSampling1d";
  /** Number of repetitions. */
  readonly size: number;
}

/** Options of `upSampling1d`, named as in Keras. */
export interface UpSampling1dOptions {
  /** How often each step is repeated; default 2. */
  size?: number;
}

const HINTS: Hints = {
  scalefactor: "PyTorch's scale_factor is size",
  interpolation: "steps are repeated; only upSampling2d interpolates",
};

/**
 * Repeats each step, like Keras's `UpSampling1D`. Samples have shape [steps, channels].
 *
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function upSampling1d(options: UpSampling1dOptions = {}): UpSampling1dLayer {
  knownKeys("upSampling1d", options, ["size"], HINTS);
  return { kind: "upSampling1d", size: integer("size of upSampling1d", options.size ?? 2) };
}

export const upSampling1dKind: LayerKind<UpSampling1dLayer> = {
  kind: "upSampling1d",
  check: (_, { kind, ...options }) => upSampling1d(options),
  outputShape({ kind, size }, inputShape, name) {
    const [, steps, channels] = toSequence(name, kind, inputShape);
    return [steps * size, channels];
  },
  build: ({ kind, size }, { inputShape }) =>
    builtUpSampling(toSequence("", kind, inputShape), [1, size], "nearest"),
};
