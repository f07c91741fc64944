import {
  baseOptions,
  fraction,
  type Given,
  type OptimizerBase,
  type OptimizerKind,
  optionsOf,
  positive,
} from "./optimizer.js";

/** Adadelta: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012. */
export interface Adadelta extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "adadelta";
  /** Decay rate ρ of both mean squares, in [0, 1); default 0.95. */
  readonly rho: number;
  /** ε, keeps both square roots above 0; positive, default 1e-7. */
  readonly epsilon: number;
}

/**
 * Adadelta. Formulas and defaults as in Keras; the original paper uses a learning rate of 1.
 *
 * @param options fields of `Adadelta`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function adadelta(options?: Given<Adadelta>): Adadelta;
export function adadelta(given: Given<Adadelta> = {}, ...surplus: unknown[]): Adadelta {
  const options = optionsOf<Adadelta>("adadelta", given, surplus, ["rho", "epsilon"]);
  return {
    kind: "adadelta",
    ...baseOptions(options),
    rho: fraction("rho", options.rho ?? 0.95),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
  };
}

export const adadeltaKind: OptimizerKind<Adadelta, "meanSquare" | "meanSquaredChange"> = {
  kind: "adadelta",
  create: adadelta,
  slots: () => ({ meanSquare: 0, meanSquaredChange: 0 }),
  update(plan, { rho, epsilon }, { rows, ...fields }, { meanSquare, meanSquaredChange }) {
    const slots = { gradients: meanSquare!, changes: meanSquaredChange! };
    plan.call("adadelta", rows, { ...fields, ...slots, rho, oneMinusRho: 1 - rho, epsilon });
  },
};
