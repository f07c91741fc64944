import { knownKeys } from "../common/check.js";
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
 */
export function globalAveragePooling2d(): GlobalAveragePooling2dLayer {
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
