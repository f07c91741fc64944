import { knownKeys } from "../common/check.js";
import { ShapeError } from "../common/errors.js";
import type { LayerKind } from "./layer.js";
import { checkShape, type Shape, shapeText, sizeOf } from "./shape.js";

/** Changes the shape of a sample, not its elements. */
export interface ReshapeLayer {
  /** Which layer it is. */
  readonly kind: "reshape";
  /** The new shape of a sample. */
  readonly shape: Shape;
}

/**
 * Changes the shape of a sample, row-major. No data is copied.
 *
 * @param shape the new shape, with as many elements as the input, such as [14, 14, 16]
 * @throws {ArgumentError} for anything but an array of positive integers
 */
export function reshape(shape: Shape): ReshapeLayer {
  return { kind: "reshape", shape: checkShape("shape of reshape", shape) };
}

export const reshapeKind: LayerKind<ReshapeLayer> = {
  kind: "reshape",
  check(name, given) {
    knownKeys(name, given, ["kind", "shape"]);
    return reshape(given.shape);
  },
  outputShape({ shape }, inputShape, name) {
    if (sizeOf(shape) === sizeOf(inputShape)) return shape;
    throw new ShapeError(
      `${name}, reshape, cannot make ${shapeText(shape)} (${sizeOf(shape)} values) of ${shapeText(inputShape)} ` +
        `(${sizeOf(inputShape)} values); ${fitting(shape, inputShape)}`,
    );
  },
};

/** What would give as many values as the shape needs. */
function fitting(shape: Shape, inputShape: Shape): string {
  const size = sizeOf(shape);
  if (inputShape.length === 1) return `put dense(${size}) before it`;
  // Most often a dense layer of as many units that was to see the whole sample.
  return inputShape.at(-1) === size
    ? `dense(${size}) works along the last dimension; put flatten() before that`
    : `put flatten() and dense(${size}) before it`;
}
