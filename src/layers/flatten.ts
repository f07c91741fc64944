import { knownKeys } from "../common/check.js";
import type { LayerKind } from "./layer.js";
import { sizeOf } from "./shape.js";

/** Makes one dimension of all. */
export interface FlattenLayer {
  /** Which layer it is. */
  readonly kind: "flatten";
}

/** Makes one dimension of all, row-major: [28, 28, 1] becomes [784]. Costs nothing. */
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
