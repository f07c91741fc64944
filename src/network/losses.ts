import { canonical, type Habits, knownAs, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { KernelFields, PlanBuilder } from "../engine/plan.js";
import type { ActivationName } from "../layers/activations.js";
import type { BuiltLayer } from "../layers/layer.js";

/** Huber loss: P. J. Huber, "Robust estimation of a location parameter", 1964. */
export interface Huber {
  /** The kind of loss. */
  readonly kind: "huber";
  /** Where the loss turns from quadratic to linear. */
  readonly delta: number;
}

/** Losses, named as in Keras: the mean over samples of the mean over outputs. */
export type LossName = "meanSquaredError" | "binaryCrossentropy" | "meanAbsoluteError" | "huber";

/** Keras's short names for losses. They are replaced by the long names when options are checked. */
export type LossAlias = "mse" | "mae" | "bce";

/** A loss: its name, or an object if it has options. A name means the default options. */
export type Loss = LossName | Huber;

export const LOSS_NAMES: LossName[] = [
  "meanSquaredError",
  "binaryCrossentropy",
  "meanAbsoluteError",
  "huber",
];

const HABITS: Habits<LossName> = {
  aliases: { mse: "meanSquaredError", mae: "meanAbsoluteError", bce: "binaryCrossentropy" },
  hints: {
    // Names of PyTorch's modules.
    mseloss: 'did you mean "meanSquaredError"?',
    l1: 'did you mean "meanAbsoluteError"?',
    l1loss: 'did you mean "meanAbsoluteError"?',
    bceloss: 'did you mean "binaryCrossentropy"?',
    bcewithlogitsloss:
      'did you mean "binaryCrossentropy"? Behind a sigmoid it is calculated from the logits by itself',
    huberloss: 'did you mean "huber"?',
    smoothl1loss: 'did you mean "huber"?',
    // Losses for classification.
    crossentropy: 'the cross-entropy of values from 0 to 1 is "binaryCrossentropy"',
    crossentropyloss: 'the cross-entropy of values from 0 to 1 is "binaryCrossentropy"',
    categoricalcrossentropy: 'the cross-entropy of values from 0 to 1 is "binaryCrossentropy"',
    sparsecategoricalcrossentropy: 'the cross-entropy of values from 0 to 1 is "binaryCrossentropy"',
    accuracy: "accuracy is of classes, which an autoencoder does not predict",
    acc: "accuracy is of classes, which an autoencoder does not predict",
    // Not measured by a reconstruction loss.
    kldivergence: "the divergence is part of a variational model's loss: latent: gaussian(20)",
    rootmeansquarederror: '"meanSquaredError" is its square',
    rmse: '"meanSquaredError" is its square',
  },
};

/**
 * Converts any accepted spelling (snake_case, another case, an alias) to the loss's name.
 *
 * @throws {ArgumentError} for anything else
 */
export function toLossName(name: string, value: unknown): LossName {
  return canonical(name, value, LOSS_NAMES, HABITS);
}

/** Like `toLossName`, but returns undefined for an unknown name. */
export function lossNamed(text: string): LossName | undefined {
  return knownAs(text, LOSS_NAMES, HABITS.aliases);
}

/**
 * Huber loss: ½d² for differences |d| ≤ δ and δ·(|d| − ½δ) beyond. Like the squared error near 0, like the absolute
 * error for outliers.
 *
 * @param options `delta` δ, positive, default 1, as in Keras
 * @throws {ArgumentError} for values out of range
 */
export function huber(options: { delta?: number } = {}): Huber {
  knownKeys("huber", options, ["kind", "delta"]);
  return { kind: "huber", delta: number("delta", options.delta ?? 1, "a positive number", (x) => x > 0) };
}

/** Checks a loss. A loss with options becomes an object with all of them filled in. */
export function toLoss(value: Loss | LossAlias): Loss {
  if (typeof value !== "object" || value === null) {
    const name = toLossName("loss", value);
    return name === "huber" ? huber() : name;
  }
  if (Array.isArray(value)) {
    throw new ArgumentError(`loss must be a name or an object such as huber({}), not ${show(value)}`);
  }
  canonical("kind of loss", value.kind, ["huber"]);
  return huber(value);
}

/** The name of a loss in either form. */
export function lossName(loss: Loss): LossName {
  return typeof loss === "string" ? loss : loss.kind;
}

/** Whether a loss is defined only for targets from 0 to 1. */
export function wantsUnitRange(loss: Loss): boolean {
  return loss === "binaryCrossentropy";
}

/** A kernel that computes a loss and its gradient, with the loss's parameters. */
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
 * The kernel for a loss that follows a given last activation. Cross-entropy after a sigmoid is computed from the
 * logits, which stays exact where the sigmoid has rounded to 0 or 1.
 */
export function lossKernel(loss: Loss, last?: ActivationName): LossKernel {
  if (typeof loss === "object") return { name: loss.kind, delta: loss.delta };
  if (loss === "huber") return { name: loss, delta: huber().delta };
  return { name: loss === "binaryCrossentropy" && last === "sigmoid" ? "binaryCrossentropyLogits" : loss };
}

/** Whether a kernel needs the values before the last activation. */
export function takesLogits({ name }: LossKernel): boolean {
  return name === "binaryCrossentropyLogits";
}

/** The activation of the last layer, if it has one. */
export function lastActivation(
  layers: readonly { readonly calls: BuiltLayer }[],
): ActivationName | undefined {
  return layers.at(-1)!.calls.activation;
}

/** Whether the loss is computed from the last layer's logits, so its activation is skipped. */
export function usesLogits(loss: Loss, layers: readonly { readonly calls: BuiltLayer }[]): boolean {
  return takesLogits(lossKernel(loss, lastActivation(layers)));
}

/** Adds the computation of the rows' losses and their gradient. */
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
