import { knownKeys, number, oneOf, show } from "../check.js";
import type { KernelFields, PlanBuilder } from "../engine/plan.js";
import { ArgumentError } from "../errors.js";
import type { ActivationName } from "./activations.js";

/** Huber's loss: P. J. Huber, "Robust estimation of a location parameter", 1964. */
export interface Huber {
  /** Which loss it is. */
  readonly kind: "huber";
  /** Where it turns from quadratic to linear. */
  readonly delta: number;
}

/** Losses by Keras's names: the mean over samples of the mean over outputs. */
export type LossName = "meanSquaredError" | "binaryCrossentropy" | "meanAbsoluteError" | "huber";

/** A loss: its name, or an object where it has options. A name stands for the defaults. */
export type Loss = LossName | Huber;

export const LOSS_NAMES: LossName[] = [
  "meanSquaredError",
  "binaryCrossentropy",
  "meanAbsoluteError",
  "huber",
];

/**
 * Huber's loss, ½d² for differences |d| ≤ δ and δ·(|d| − ½δ) beyond: like the squared error near 0, like the absolute
 * error for outliers.
 *
 * @param options `delta` δ, positive, default 1, as in Keras
 * @throws {ArgumentError} for values out of range
 */
export function huber(options: { delta?: number } = {}): Huber {
  knownKeys("huber", options, ["kind", "delta"]);
  return { kind: "huber", delta: number("delta", options.delta ?? 1, "a positive number", (x) => x > 0) };
}

/** Checks a loss; one that has options becomes an object with all of them. */
export function toLoss(value: Loss): Loss {
  if (typeof value !== "object" || value === null) {
    const name = oneOf("loss", value, LOSS_NAMES);
    return name === "huber" ? huber() : name;
  }
  if (Array.isArray(value)) {
    throw new ArgumentError(`loss must be a name or an object such as huber({}), not ${show(value)}`);
  }
  oneOf("kind of loss", value.kind, ["huber"]);
  return huber(value);
}

/** The name of a loss, whatever form it has. */
export function lossName(loss: Loss): LossName {
  return typeof loss === "string" ? loss : loss.kind;
}

/** Whether a loss is defined for targets from 0 to 1 alone. */
export function wantsUnitRange(loss: Loss): boolean {
  return loss === "binaryCrossentropy";
}

/** A kernel that calculates a loss and its gradient, with the loss's own numbers. */
export type LossKernel =
  | {
      readonly name:
        | "meanSquaredError"
        | "binaryCrossentropy"
        | "meanAbsoluteError"
        | "binaryCrossentropyLogits";
    }
  | { readonly name: "huber"; readonly delta: number };

/**
 * The kernel that calculates a loss behind a given last activation. Cross-entropy of a sigmoid is calculated from the
 * logits, which is exact where the sigmoid has rounded to 0 or 1.
 */
export function lossKernel(loss: Loss, last: ActivationName): LossKernel {
  if (typeof loss === "object") return { name: loss.kind, delta: loss.delta };
  if (loss === "huber") return { name: loss, delta: huber().delta };
  return { name: loss === "binaryCrossentropy" && last === "sigmoid" ? "binaryCrossentropyLogits" : loss };
}

/** Adds the loss of rows and its gradient. */
export function addLossKernel(
  plan: PlanBuilder,
  rows: number,
  kernel: LossKernel,
  fields: KernelFields["meanSquaredError"],
): void {
  if (kernel.name === "huber") {
    plan.call("huber", rows, { ...fields, delta: kernel.delta });
  } else if (kernel.name === "binaryCrossentropyLogits") {
    const { prediction: logits, ...rest } = fields;
    plan.call("binaryCrossentropyLogits", rows, { ...rest, logits });
  } else plan.call(kernel.name, rows, fields);
}
