import { integer, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Tensor } from "../engine/tensor.js";

/** Dimensions of one sample, without the batch: [784], or [28, 28, 1] with channels last. */
export type Shape = readonly number[];

/** Number of elements of a shape. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** Checks a shape given by the user, and returns a copy. */
export function checkShape(name: string, shape: unknown): Shape {
  if (!Array.isArray(shape) || shape.length === 0) {
    throw new ArgumentError(`${name} must be an array of lengths such as [28, 28, 1], not ${show(shape)}`);
  }
  return shape.map((length, index) => integer(`${name}[${index}]`, length));
}

/** A shape as text for messages. */
export function shapeText(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

/** Views a tensor of any shape as a matrix whose rows are as long as its last dimension. */
export function asMatrix(tensor: Tensor): Tensor {
  const last = tensor.shape.at(-1)!;
  return tensor.as(sizeOf(tensor.shape) / last, last);
}
