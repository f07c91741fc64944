import {
  ADAM_KEYS,
  type AdamBase,
  type AdamSlot,
  adamOptions,
  adamProgression,
  adamSlots,
  adamUpdate,
} from "./adam.js";
import { type Given, notNegative, type OptimizerKind, optionsOf } from "./optimizer.js";

/** AdamW: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019. */
export interface AdamW extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "adamw";
  /** Weight decay λ of at least 0; default 0.004. */
  readonly weightDecay: number;
}

/**
 * Adam with decoupled weight decay: first θ ← θ − η·λ·θ for every parameter, including biases. Formulas and defaults as
 * in Keras.
 *
 * @param options fields of `AdamW`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function adamw(options?: Given<AdamW>): AdamW;
export function adamw(given: Given<AdamW> = {}, ...surplus: unknown[]): AdamW {
  const options = optionsOf<AdamW>("adamw", given, surplus, [...ADAM_KEYS, "weightDecay"]);
  const weightDecay = notNegative("weightDecay", options.weightDecay ?? 0.004);
  return { kind: "adamw", ...adamOptions(options), weightDecay };
}

export const adamwKind: OptimizerKind<AdamW, AdamSlot> = {
  kind: "adamw",
  create: adamw,
  slots: adamSlots,
  progression: (options) => adamProgression(options, options.weightDecay),
  update: adamUpdate<AdamW>("adamw"),
};
