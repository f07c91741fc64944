import type { LossKernel } from "../engine/plan.js";
import type { ActivationName } from "./activations.js";

/** Losses by Keras's names: the mean over samples of the mean over outputs. */
export type LossName = "meanSquaredError" | "binaryCrossentropy";

export const LOSS_NAMES: LossName[] = ["meanSquaredError", "binaryCrossentropy"];

/**
 * The kernel that calculates a loss behind a given last activation. Cross-entropy of a sigmoid is calculated from the
 * logits, which is exact where the sigmoid has rounded to 0 or 1.
 */
export function lossKernel(loss: LossName, last: ActivationName): LossKernel {
  return loss === "binaryCrossentropy" && last === "sigmoid" ? "binaryCrossentropyLogits" : loss;
}
