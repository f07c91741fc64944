import { canonical, type Hints, knownKeys } from "../common/check.js";
import { type Picture, toPicture } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { type Lengths, toLengths } from "./pooling.js";
import { builtUpSampling, type Interpolation } from "./upSampling.js";

/** Enlarges images by integer factors. */
export interface UpSampling2dLayer {
  /** Which layer it is. */
  readonly kind: "upSampling2d";
  /** Scale factors of height and width. */
  readonly size: readonly [height: number, width: number];
  /** How new values are computed. */
  readonly interpolation: Interpolation;
}

/** Options of `upSampling2d`, named as in Keras. */
export interface UpSampling2dOptions {
  /** Scale factor of height and width, or one for each; default 2. */
  size?: Lengths;
  /**
   * `"nearest"` (default) repeats each value; `"bilinear"` interpolates linearly, like TensorFlow's resize and PyTorch
   * with `align_corners=False`.
   */
  interpolation?: Interpolation;
}

const HINTS: Hints = {
  scalefactor: "PyTorch's scale_factor is size",
  mode: "PyTorch's mode is interpolation",
  dataformat: "channels are the last dimension",
};

/**
 * Enlarges images by integer factors, like Keras's `UpSampling2D`. Samples have shape [height, width, channels].
 *
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function upSampling2d(options: UpSampling2dOptions = {}): UpSampling2dLayer {
  knownKeys("upSampling2d", options, ["size", "interpolation"], HINTS);
  const { size = 2, interpolation = "nearest" } = options;
  return {
    kind: "upSampling2d",
    size: toLengths("size of upSampling2d", size),
    interpolation: canonical("interpolation of upSampling2d", interpolation, ["nearest", "bilinear"]),
  };
}

export const upSampling2dKind: LayerKind<UpSampling2dLayer> = {
  kind: "upSampling2d",
  check: (_, { kind, ...options }) => upSampling2d(options),
  outputShape({ kind, size }, inputShape, name) {
    const [height, width, channels] = toPicture(name, kind, inputShape);
    return [height * size[0], width * size[1], channels];
  },
  build: ({ size, interpolation }, { inputShape }) =>
    builtUpSampling(inputShape as unknown as Picture, size, interpolation),
};
