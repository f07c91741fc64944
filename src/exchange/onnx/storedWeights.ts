import { oneOf } from "../../common/check.js";
import { toBfloats, toHalves } from "../../formats/narrowFloats.js";
import { bytesOf } from "../../formats/typedArrays.js";
import { ElementType } from "./onnxModel.js";

/** How weights are stored: whole, or in half the bytes. Models always calculate with 32-bit floats. */
export type WeightType = "float32" | "float16" | "bfloat16";

export const WEIGHT_TYPES: readonly WeightType[] = ["float32", "float16", "bfloat16"];

/** An array of weights as a file has it. */
export interface StoredWeight {
  /** One of `ElementType`. */
  readonly type: number;
  readonly bytes: Uint8Array;
  /** The largest difference between a weight and what is stored of it. */
  readonly difference: number;
}

/** @throws {ArgumentError} for anything else */
export function toWeightType(value: unknown = "float32"): WeightType {
  return oneOf("weights", value, WEIGHT_TYPES);
}

/** Narrows weights to the type in which they are stored. */
export function storeWeight(data: Float32Array, type: WeightType): StoredWeight {
  if (type === "float32") return { type: ElementType.float, bytes: bytesOf(data), difference: 0 };
  const { values, difference } = type === "float16" ? toHalves(data) : toBfloats(data);
  return { type: ElementType[type], bytes: bytesOf(values), difference };
}
