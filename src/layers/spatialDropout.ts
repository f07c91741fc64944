import { STREAM_LAYER } from "../../assembly/abi.js";
import { knownKeys, requireSamplesAlone } from "../common/check.js";
import { ShapeError } from "../common/errors.js";
import { drawnFrom, thresholdOf } from "./draws.js";
import { dropRate } from "./dropout.js";
import type { LayerKind } from "./layer.js";
import { shapeText, sizeOf } from "./shape.js";

/** Sets whole channels of its input to 0, only in training. */
export interface SpatialDropoutLayer {
  /** Which layer it is. */
  readonly kind: "spatialDropout";
  /** Probability that a channel is set to 0. */
  readonly rate: number;
}

/**
 * Dropout of whole channels (J. Tompson et al., 2015), like Keras's `SpatialDropout1D` and `SpatialDropout2D`. In
 * training, each channel of a sample is set to 0 everywhere with probability `rate`, and divided by 1 − `rate`
 * otherwise. Samples have shape [steps, channels] or [height, width, channels].
 *
 * @param rate in [0, 1); 0 drops nothing
 * @throws {ArgumentError} for anything else
 */
export function spatialDropout(rate: number): SpatialDropoutLayer;
export function spatialDropout(rate: number, ...surplus: unknown[]): SpatialDropoutLayer {
  requireSamplesAlone("spatialDropout", surplus, "rate");
  return { kind: "spatialDropout", rate: dropRate("rate of spatialDropout", rate) };
}

export const spatialDropoutKind: LayerKind<SpatialDropoutLayer> = {
  kind: "spatialDropout",
  trainingOnly: true,
  check(name, given) {
    knownKeys(name, given, ["kind", "rate"]);
    return spatialDropout(given.rate);
  },
  outputShape({ rate }, inputShape, name) {
    if (inputShape.length > 1) return inputShape;
    throw new ShapeError(
      `${name}, spatialDropout, must get samples of the shape [steps, channels] or [height, width, channels], ` +
        `not ${shapeText(inputShape)}; dropout(${rate}) is for samples of one dimension`,
    );
  },
  build({ rate }, { index, outputShape }) {
    const channels = outputShape.at(-1)!;
    const positions = sizeOf(outputShape) / channels;
    const fields = { positions, channels, threshold: thresholdOf(rate), scale: 1 / (1 - rate) };
    return {
      acts: (purpose) => purpose === "training",
      room: (_, rows) => ({ mask: { shape: [rows, channels] } }),
      forward(plan, { rows, x, y, kept, draws }) {
        const noise = drawnFrom(draws!, STREAM_LAYER + index);
        plan.call("spatialDropout", rows, { ...fields, source: x, target: y, mask: kept.mask!, ...noise });
      },
      backward(plan, { rows, dy, dx, kept }) {
        if (dx) plan.call("spatialDropoutBackward", rows, { positions, channels, dy, mask: kept.mask!, dx });
      },
      bound: (input) => input / (1 - rate),
    };
  },
};
