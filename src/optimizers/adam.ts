import {
  baseOptions,
  fraction,
  type Given,
  type OptimizerBase,
  type OptimizerKind,
  type Options,
  optionsOf,
  type Progression,
  positive,
} from "./optimizer.js";

/** The fields of Adam and its variants. */
export interface AdamBase extends OptimizerBase {
  /** Decay rate β₁ of the first moment, the mean gradient, in [0, 1); default 0.9. */
  readonly beta1: number;
  /** Decay rate β₂ of the second moment, the mean squared gradient, in [0, 1); default 0.999. */
  readonly beta2: number;
  /** ε, keeps the divisor above 0; positive, default 1e-7. */
  readonly epsilon: number;
}

/** Adam: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015. */
export interface Adam extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "adam";
}

export const ADAM_KEYS = ["beta1", "beta2", "epsilon"];
export type AdamSlot = "firstMoment" | "secondMoment";

/** Checks the options that Adam and its variants share. */
export function adamOptions(options: Options<Adam>): AdamBase {
  return {
    ...baseOptions(options),
    beta1: fraction("beta1", options.beta1 ?? 0.9),
    beta2: fraction("beta2", options.beta2 ?? 0.999),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
  };
}

/**
 * Adam. Formulas and defaults as in Keras: ε is outside the bias correction.
 *
 * @param options fields of `Adam`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function adam(options?: Given<Adam>): Adam;
export function adam(given: Given<Adam> = {}, ...surplus: unknown[]): Adam {
  return { kind: "adam", ...adamOptions(optionsOf<Adam>("adam", given, surplus, ADAM_KEYS)) };
}

/** −ln of the smallest float64, rounded up: βᵗ is 0 from t = 746 / (1 − β) on, because −ln β > 1 − β. */
const SMALLEST_LOGARITHM = 746;

/** Number of steps after which the powers of the decay rates no longer change. */
export function settledAfter(...rates: number[]): number {
  return SMALLEST_LOGARITHM / (1 - Math.max(...rates));
}

/** β₁ᵗ and β₂ᵗ, for Adam's bias correction. */
export class Powers {
  first = 1;
  second = 1;
  readonly #beta1: number;
  readonly #beta2: number;

  constructor({ beta1, beta2 }: AdamBase) {
    this.#beta1 = beta1;
    this.#beta2 = beta2;
  }

  /** Advances by one step; returns whether a power has changed. */
  advance(): boolean {
    const { first, second } = this;
    this.first *= this.#beta1;
    this.second *= this.#beta2;
    return this.first !== first || this.second !== second;
  }

  /** The learning rate, including the bias correction. */
  corrected(rate: number): number {
    return (rate * Math.sqrt(1 - this.second)) / (1 - this.first);
  }
}

/** @param decay weight decay λ of AdamW */
export function adamProgression(options: AdamBase, decay = 0): Progression {
  const powers = new Powers(options);
  return {
    settled: settledAfter(options.beta1, options.beta2),
    advance: () => powers.advance(),
    factors: (rate) => ({ learningRate: powers.corrected(rate), weightDecay: rate * decay }),
  };
}

/** Adds the update of Adam or one of its variants that keep the same moments. */
export function adamUpdate<T extends AdamBase & { readonly kind: "adam" | "adamw" | "nadam" }>(
  kernel: T["kind"],
): OptimizerKind<T, AdamSlot>["update"] {
  return (plan, { beta1, beta2, epsilon }, { rows, ...fields }, { firstMoment, secondMoment }) => {
    const moments = { first: firstMoment!, second: secondMoment! };
    const factors = { oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2, epsilon };
    plan.call(kernel, rows, { ...fields, ...moments, ...factors });
  };
}

export const adamSlots = () => ({ firstMoment: 0, secondMoment: 0 });

export const adamKind: OptimizerKind<Adam, AdamSlot> = {
  kind: "adam",
  create: adam,
  slots: adamSlots,
  progression: adamProgression,
  update: adamUpdate<Adam>("adam"),
};
