import { toBfloats, toHalves } from "../../formats/narrowFloats.js";
import { bytesOf } from "../../formats/typedArrays.js";

/** How an exported module holds its weights. */
export type WeightType = "f32" | "f16" | "bf16";

/** Weights as the bytes of a narrower type, rounded to nearest, and the largest difference that this makes. */
export interface Narrowed {
  readonly bytes: Uint8Array;
  readonly largestDifference: number;
}

/** The largest finite half, 2¹⁵ · (2 − 2⁻¹⁰). */
const LARGEST_HALF = 65504;
/** The largest finite bfloat16. */
const LARGEST_BFLOAT = (2 - 2 ** -7) * 2 ** 127;

/** @param weights finite numbers; those beyond the largest one of the type become that one */
export function narrowed(weights: Float32Array, type: WeightType): Narrowed {
  if (type === "f32") return { bytes: bytesOf(weights), largestDifference: 0 };
  const [narrow, most] = type === "f16" ? [toHalves, LARGEST_HALF] : [toBfloats, LARGEST_BFLOAT];
  let beyond = 0;
  const within = weights.map((weight) => {
    beyond = Math.max(beyond, Math.abs(weight) - most);
    return Math.min(Math.max(weight, -most), most);
  });
  const { values, difference } = narrow(within);
  return { bytes: bytesOf(values), largestDifference: Math.max(difference, beyond) };
}
