import { knownKeys } from "../common/check.js";
import { ShapeError } from "../common/errors.js";
import type { LayerKind } from "./layer.js";
import { checkShape, type Shape, shapeText, sizeOf } from "./shape.js";

/** Gives the same elements another shape. */
export interface ReshapeLayer {
  /** Which layer it is. */
  readonly kind: "reshape";
  /** The new shape of a sample. */
  readonly shape: Shape;
}

/**
 * Gives the elements of a sample another shape, row-major. Costs nothing.
 *
 * @param shape as many elements as what it gets, such as [14, 14, 16]
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
      `${name} cannot make ${shapeText(shape)} (${sizeOf(shape)} values) of ${shapeText(inputShape)} ` +
        `(${sizeOf(inputShape)} values)`,
    );
  },
};
