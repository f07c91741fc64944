import {
  baseOptions,
  type Given,
  notNegative,
  type OptimizerBase,
  type OptimizerKind,
  optionsOf,
  positive,
} from "./optimizer.js";

/** Adagrad: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods", 2011. */
export interface Adagrad extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "adagrad";
  /** Initial value of the sums of squared gradients, at least 0; default 0.1. */
  readonly initialAccumulatorValue: number;
  /** ε, keeps the divisor above 0; positive, default 1e-7. */
  readonly epsilon: number;
}

/**
 * Adagrad. Formulas and defaults as in Keras: ε is inside the square root.
 *
 * @param options fields of `Adagrad`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function adagrad(options?: Given<Adagrad>): Adagrad;
export function adagrad(given: Given<Adagrad> = {}, ...surplus: unknown[]): Adagrad {
  const options = optionsOf<Adagrad>("adagrad", given, surplus, ["initialAccumulatorValue", "epsilon"]);
  const base = baseOptions(options);
  const initial = options.initialAccumulatorValue ?? 0.1;
  return {
    kind: "adagrad",
    ...base,
    initialAccumulatorValue: notNegative("initialAccumulatorValue", initial),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
  };
}

export const adagradKind: OptimizerKind<Adagrad, "accumulator"> = {
  kind: "adagrad",
  create: adagrad,
  slots: ({ initialAccumulatorValue }) => ({ accumulator: initialAccumulatorValue }),
  update(plan, { epsilon }, { rows, ...fields }, { accumulator }) {
    plan.call("adagrad", rows, { ...fields, accumulator: accumulator!, epsilon });
  },
};
