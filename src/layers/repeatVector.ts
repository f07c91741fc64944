import { integer, knownKeys, requireSamplesAlone } from "../common/check.js";
import { ShapeError } from "../common/errors.js";
import type { LayerKind } from "./layer.js";
import { shapeText } from "./shape.js";
import { builtUpSampling } from "./upSampling.js";

/** Repeats its input at each of several steps. */
export interface RepeatVectorLayer {
  /** Which layer it is. */
  readonly kind: "repeatVector";
  /** Number of steps. */
  readonly n: number;
}

/**
 * Repeats a one-dimensional sample, like Keras's `RepeatVector`: [features] becomes [n, features].
 *
 * @param n number of repetitions, a positive integer
 * @throws {ArgumentError} for anything else
 */
export function repeatVector(n: number): RepeatVectorLayer;
export function repeatVector(n: number, ...surplus: unknown[]): RepeatVectorLayer {
  requireSamplesAlone("repeatVector", surplus, "number of steps");
  return { kind: "repeatVector", n: integer("n of repeatVector", n) };
}

export const repeatVectorKind: LayerKind<RepeatVectorLayer> = {
  kind: "repeatVector",
  check(name, given) {
    knownKeys(name, given, ["kind", "n"]);
    return repeatVector(given.n);
  },
  outputShape({ n }, inputShape, name) {
    if (inputShape.length === 1) return [n, inputShape[0]!];
    throw new ShapeError(
      `${name}, repeatVector, must get samples of one dimension, not ${shapeText(inputShape)}; ` +
        "put flatten() before it",
    );
  },
  build: ({ n }, { inputShape }) => builtUpSampling([1, 1, inputShape[0]!], [n, 1], "nearest"),
};
