import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { toPicture } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtAveragePooling, poolingFields } from "./pooling.js";

/** Computes the mean of each channel. */
export interface GlobalAveragePooling2dLayer {
  /** Which layer it is. */
  readonly kind: "globalAveragePooling2d";
}

/**
 * The mean of each channel over the whole image, like Keras's `GlobalAveragePooling2D`: [height, width, channels]
 * becomes [channels].
 *
 * @throws {ArgumentError} for any argument
 */
export function globalAveragePooling2d(): GlobalAveragePooling2dLayer;
export function globalAveragePooling2d(...surplus: unknown[]): GlobalAveragePooling2dLayer {
  const more = surplus.find((value) => value !== undefined);
  if (more !== undefined) {
    throw new ArgumentError(
      `globalAveragePooling2d takes no arguments, not ${show(more)}; reshape([1, 1, channels]) behind it keeps the dimensions`,
    );
  }
  return { kind: "globalAveragePooling2d" };
}

export const globalAveragePooling2dKind: LayerKind<GlobalAveragePooling2dLayer> = {
  kind: "globalAveragePooling2d",
  check(name, given) {
    knownKeys(name, given, ["kind"], {
      keepdims: "reshape([1, 1, channels]) behind it keeps the dimensions",
    });
    return globalAveragePooling2d();
  },
  outputShape: ({ kind }, inputShape, name) => [toPicture(name, kind, inputShape)[2]],
  // One window, as large as the image.
  build({ kind }, { inputShape }) {
    const [height, width] = toPicture(kind, kind, inputShape);
    const whole = [height, width] as const;
    const pooling = { kind, poolSize: whole, strides: whole, padding: "valid" } as const;
    return builtAveragePooling(poolingFields(pooling, inputShape, kind));
  },
};
