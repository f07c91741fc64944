import { knownKeys } from "../common/check.js";
import { type Picture, toPicture } from "./channelsLast.js";
import type { LayerKind } from "./layer.js";
import { builtAveragePooling, Pooling } from "./pooling.js";

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
  build(_, { inputShape }) {
    const picture = inputShape as unknown as Picture;
    const whole = [picture[0], picture[1]] as const;
    return builtAveragePooling(new Pooling(whole, whole, "valid").fields(picture));
  },
};
