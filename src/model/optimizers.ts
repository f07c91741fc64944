import { boolean, knownKeys, number, oneOf, show } from "../check.js";
import { ArgumentError } from "../errors.js";

/** Gradient descent: θ ← θ − η·g, with momentum if there is any. */
export interface Sgd {
  readonly kind: "sgd";
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** Adam: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015. */
export interface Adam {
  readonly kind: "adam";
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** How parameters follow their gradients. */
export type Optimizer = Sgd | Adam;
export type OptimizerName = Optimizer["kind"];

const positive = (x: number) => x > 0;
const fraction = (x: number) => x >= 0 && x < 1;

/**
 * Stochastic gradient descent. Formulas as in Keras: v ← μ·v − η·g, θ ← θ + v, and with `nesterov`
 * θ ← θ + μ·v − η·g.
 *
 * @param options `learningRate` η, positive, default 0.01; `momentum` μ in [0, 1), default 0; `nesterov`, default false
 * @throws {ArgumentError} for values out of range
 */
export function sgd(options: { learningRate?: number; momentum?: number; nesterov?: boolean } = {}): Sgd {
  knownKeys("sgd", options, ["kind", "learningRate", "momentum", "nesterov"]);
  const momentum = number("momentum", options.momentum ?? 0, "in [0, 1)", fraction);
  const nesterov = boolean("nesterov", options.nesterov ?? false);
  if (nesterov && momentum === 0) throw new ArgumentError("nesterov needs a momentum above 0");
  return {
    kind: "sgd",
    learningRate: number("learningRate", options.learningRate ?? 0.01, "a positive number", positive),
    momentum,
    nesterov,
  };
}

/**
 * Adam. Formulas and defaults as in Keras: ε stands outside the bias correction.
 *
 * @param options `learningRate`, positive, default 0.001; `beta1` and `beta2` in [0, 1), default 0.9 and 0.999;
 *   `epsilon`, positive, default 1e-7
 * @throws {ArgumentError} for values out of range
 */
export function adam(
  options: { learningRate?: number; beta1?: number; beta2?: number; epsilon?: number } = {},
): Adam {
  knownKeys("adam", options, ["kind", "learningRate", "beta1", "beta2", "epsilon"]);
  return {
    kind: "adam",
    learningRate: number("learningRate", options.learningRate ?? 0.001, "a positive number", positive),
    beta1: number("beta1", options.beta1 ?? 0.9, "in [0, 1)", fraction),
    beta2: number("beta2", options.beta2 ?? 0.999, "in [0, 1)", fraction),
    epsilon: number("epsilon", options.epsilon ?? 1e-7, "a positive number", positive),
  };
}

const FACTORIES: Record<OptimizerName, (options: object) => Optimizer> = { sgd, adam };
export const OPTIMIZER_NAMES = Object.keys(FACTORIES) as OptimizerName[];

/** A name stands for its defaults; an object is checked and copied. */
export function toOptimizer(value: Optimizer | OptimizerName): Optimizer {
  if (typeof value === "object" && value !== null) {
    return FACTORIES[oneOf("kind of optimizer", value.kind, OPTIMIZER_NAMES)](value);
  }
  if (typeof value !== "string") {
    throw new ArgumentError(`optimizer must be a name or an object such as adam({}), not ${show(value)}`);
  }
  return FACTORIES[oneOf("optimizer", value, OPTIMIZER_NAMES)]({});
}

/** How many values an optimizer keeps for each parameter. */
export function momentCount(optimizer: Optimizer): number {
  if (optimizer.kind === "adam") return 2;
  return optimizer.momentum > 0 ? 1 : 0;
}

/**
 * What an optimizer carries from step to step beside the moments: powers of the decay rates, multiplied up, since
 * `Math.pow` differs between engines.
 */
export class OptimizerClock {
  readonly #optimizer: Optimizer;
  #steps = 0;
  #power1 = 1;
  #power2 = 1;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /** Puts the clock to a number of steps. */
  reset(steps: number): void {
    this.#steps = 0;
    this.#power1 = 1;
    this.#power2 = 1;
    for (let i = 0; i < steps; i++) this.tick();
  }

  /** Begins a step and returns its learning rate, with Adam's bias correction in it. */
  tick(): number {
    this.#steps++;
    const optimizer = this.#optimizer;
    if (optimizer.kind !== "adam") return optimizer.learningRate;
    this.#power1 *= optimizer.beta1;
    this.#power2 *= optimizer.beta2;
    return (optimizer.learningRate * Math.sqrt(1 - this.#power2)) / (1 - this.#power1);
  }
}
