import { STREAM_LAYER } from "../../assembly/abi.js";
import { knownKeys, number, requireSamplesAlone } from "../common/check.js";
import { copyRows } from "./copyRows.js";
import { drawnFrom } from "./draws.js";
import type { LayerKind } from "./layer.js";
import { sizeOf } from "./shape.js";

/** Adds Gaussian noise with mean 0. */
export interface GaussianNoise {
  /** Which corruption, or layer, it is. */
  readonly kind: "gaussianNoise";
  /** Standard deviation, in the units of the values it is added to. */
  readonly deviation: number;
}

/**
 * Adds Gaussian noise, x + deviation·ε with standard normal ε, only in training. Values may leave the range of the
 * samples. As a `corruption` it is added to the samples; as a layer, to its input, like Keras's `GaussianNoise`.
 *
 * @param deviation standard deviation, positive; for a corruption, in the samples' units (bytes count as value / 255)
 * @throws {ArgumentError} for anything else
 */
export function gaussianNoise(deviation: number): GaussianNoise;
export function gaussianNoise(deviation: number, ...surplus: unknown[]): GaussianNoise {
  requireSamplesAlone("gaussianNoise", surplus, "deviation");
  const checked = number("deviation of gaussianNoise", deviation, "a positive number", (x) => x > 0);
  return { kind: "gaussianNoise", deviation: checked };
}

/** No standard normal number that is drawn has a larger absolute value. */
const FARTHEST = 5;

export const gaussianNoiseKind: LayerKind<GaussianNoise> = {
  kind: "gaussianNoise",
  trainingOnly: true,
  check(name, given) {
    knownKeys(name, given, ["kind", "deviation"]);
    return gaussianNoise(given.deviation);
  },
  outputShape: (_, inputShape) => inputShape,
  build({ deviation }, { index, outputShape }) {
    const columns = sizeOf(outputShape);
    return {
      acts: (purpose) => purpose === "training",
      forward(plan, { rows, x, y, draws }) {
        const noise = drawnFrom(draws!, STREAM_LAYER + index);
        plan.call("gaussianNoise", rows, { columns, source: x, target: y, deviation, ...noise });
      },
      backward(plan, { rows, dy, dx }) {
        if (dx) copyRows(plan, rows, dy, dx);
      },
      bound: (input) => input + FARTHEST * deviation,
    };
  },
};
