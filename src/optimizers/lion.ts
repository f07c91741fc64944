import {
  baseOptions,
  fraction,
  type Given,
  notNegative,
  type OptimizerBase,
  type OptimizerKind,
  optionsOf,
} from "./optimizer.js";

/** Lion: X. Chen et al., "Symbolic discovery of optimization algorithms", 2023. */
export interface Lion extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "lion";
  /** Share β₁ of the momentum in a step's direction, in [0, 1); default 0.9. */
  readonly beta1: number;
  /** Decay rate β₂ of the momentum, in [0, 1); default 0.99. */
  readonly beta2: number;
  /** Weight decay λ of at least 0; default 0. */
  readonly weightDecay: number;
}

/**
 * Lion moves every parameter by the same amount: θ ← θ − η·λ·θ, θ ← θ − η·sign(β₁·m + (1 − β₁)·g), then
 * m ← β₂·m + (1 − β₂)·g. Formulas and defaults as in Keras. Its authors recommend a learning rate three to ten times
 * smaller than for Adam.
 *
 * @param options fields of `Lion`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function lion(options?: Given<Lion>): Lion;
export function lion(given: Given<Lion> = {}, ...surplus: unknown[]): Lion {
  const options = optionsOf<Lion>("lion", given, surplus, ["beta1", "beta2", "weightDecay"]);
  return {
    kind: "lion",
    ...baseOptions(options),
    beta1: fraction("beta1", options.beta1 ?? 0.9),
    beta2: fraction("beta2", options.beta2 ?? 0.99),
    weightDecay: notNegative("weightDecay", options.weightDecay ?? 0),
  };
}

export const lionKind: OptimizerKind<Lion, "momentum"> = {
  kind: "lion",
  create: lion,
  slots: () => ({ momentum: 0 }),
  progression: ({ weightDecay }) => ({
    settled: 0,
    advance: () => false,
    factors: (rate) => ({ learningRate: rate, weightDecay: rate * weightDecay }),
  }),
  update(plan, { beta1, beta2 }, { rows, ...fields }, { momentum }) {
    const numbers = { oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2 };
    plan.call("lion", rows, { ...fields, momentum: momentum!, ...numbers });
  },
};
