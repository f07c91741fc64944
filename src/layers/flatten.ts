import { knownKeys } from "../common/check.js";
import type { LayerKind } from "./layer.js";
import { sizeOf } from "./shape.js";

/** Flattens a sample to one dimension. */
export interface FlattenLayer {
  /** Which layer it is. */
  readonly kind: "flatten";
}

/** Flattens a sample to one dimension, row-major: [28, 28, 1] becomes [784]. No data is copied. */
export function flatten(): FlattenLayer {
  return { kind: "flatten" };
}

export const flattenKind: LayerKind<FlattenLayer> = {
  kind: "flatten",
  check(name, given) {
    knownKeys(name, given, ["kind"]);
    return flatten();
  },
  outputShape: (_, inputShape) => [sizeOf(inputShape)],
};
