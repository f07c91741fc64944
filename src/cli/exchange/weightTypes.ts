import type { ExportFlags } from "./exportTarget.js";

/** Names of types in the command, and in the API. */
export const WEIGHTS = { f32: "float32", f16: "float16", bf16: "bfloat16" } as const;

/** What rounding has changed; nothing for weights as they are. */
export function roundingNotes(
  weights: NonNullable<ExportFlags["weights"]>,
  largestDifference: number,
): string[] {
  return weights === "f32" ? [] : [`largest difference of a weight: ${largestDifference.toPrecision(3)}`];
}
