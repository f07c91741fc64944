import { boolean } from "../common/check.js";
import {
  baseOptions,
  fraction,
  type Given,
  type OptimizerBase,
  type OptimizerKind,
  optionsOf,
  positive,
} from "./optimizer.js";

/** RMSprop: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5, 2012. */
export interface RmsProp extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "rmsprop";
  /** Decay rate ρ of the mean squared gradient, in [0, 1); default 0.9. */
  readonly rho: number;
  /** Momentum μ in [0, 1); default 0 (no momentum). */
  readonly momentum: number;
  /** ε, keeps the divisor above 0; positive, default 1e-7. */
  readonly epsilon: number;
  /** Whether to divide gradients by their standard deviation instead of their root mean square; default false. */
  readonly centered: boolean;
}

const KEYS = ["rho", "momentum", "epsilon", "centered"];

/**
 * RMSprop. Formulas and defaults as in Keras: ε is inside the square root.
 *
 * @param options fields of `RmsProp`, or only a learning rate or schedule
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function rmsprop(options?: Given<RmsProp>): RmsProp;
export function rmsprop(given: Given<RmsProp> = {}, ...surplus: unknown[]): RmsProp {
  const options = optionsOf<RmsProp>("rmsprop", given, surplus, KEYS);
  return {
    kind: "rmsprop",
    ...baseOptions(options),
    rho: fraction("rho", options.rho ?? 0.9),
    momentum: fraction("momentum", options.momentum ?? 0),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    centered: boolean("centered", options.centered ?? false),
  };
}

export const rmspropKind: OptimizerKind<RmsProp, "meanSquare" | "momentum" | "meanGradient"> = {
  kind: "rmsprop",
  create: rmsprop,
  slots: ({ momentum, centered }) => ({
    meanSquare: 0,
    ...(momentum > 0 && { momentum: 0 }),
    ...(centered && { meanGradient: 0 }),
  }),
  update(plan, { rho, momentum, epsilon, centered }, { rows, ...fields }, slots) {
    // The kernel does not touch slots that it does not use.
    const {
      meanSquare,
      momentum: momentums = fields.gradient,
      meanGradient: means = fields.gradient,
    } = slots;
    const numbers = { rho, oneMinusRho: 1 - rho, momentum, epsilon, centered };
    plan.call("rmsprop", rows, { ...fields, velocity: meanSquare!, momentums, means, ...numbers });
  },
};
