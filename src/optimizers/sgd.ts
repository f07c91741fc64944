import { boolean } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import {
  baseOptions,
  fraction,
  type Given,
  type OptimizerBase,
  type OptimizerKind,
  optionsOf,
} from "./optimizer.js";

/** Gradient descent: θ ← θ − η·g, optionally with momentum. */
export interface Sgd extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "sgd";
  /** Momentum μ in [0, 1); default 0 (no momentum). */
  readonly momentum: number;
  /** Whether to use Nesterov momentum; default false. It needs a `momentum` above 0. */
  readonly nesterov: boolean;
}

/**
 * Stochastic gradient descent. Formulas as in Keras: v ← μ·v − η·g, θ ← θ + v, and with `nesterov`
 * θ ← θ + μ·v − η·g.
 *
 * @param options fields of `Sgd`, or only a learning rate or schedule; the default learning rate is 0.01
 * @throws {ArgumentError} for unknown options and values out of range
 */
export function sgd(options?: Given<Sgd>): Sgd;
export function sgd(given: Given<Sgd> = {}, ...surplus: unknown[]): Sgd {
  const options = optionsOf<Sgd>("sgd", given, surplus, ["momentum", "nesterov"]);
  const base = baseOptions(options, 0.01);
  const momentum = fraction("momentum", options.momentum ?? 0);
  const nesterov = boolean("nesterov", options.nesterov ?? false);
  if (nesterov && momentum === 0) throw new ArgumentError("nesterov needs a momentum above 0");
  return { kind: "sgd", ...base, momentum, nesterov };
}

export const sgdKind: OptimizerKind<Sgd, "velocity"> = {
  kind: "sgd",
  create: sgd,
  slots: ({ momentum }) => (momentum > 0 ? { velocity: 0 } : {}),
  update(plan, { momentum, nesterov }, { rows, ...fields }, { velocity = fields.gradient }) {
    // Without momentum, the kernel does not touch the velocity.
    plan.call("sgd", rows, { ...fields, velocity, momentum, nesterov });
  },
};
