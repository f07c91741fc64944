import { boolean, knownKeys, number, oneOf, show } from "../check.js";
import { ArgumentError } from "../errors.js";
import { CLIPPING_KEYS, type Clipping, checkClipping } from "./clipping.js";
import { type Schedule, toLearningRate } from "./schedules.js";

/** What all optimizers have. */
interface OptimizerBase extends Clipping {
  /** η: a number, or a schedule that says what it is at each step. */
  readonly learningRate: number | Schedule;
}

/** Gradient descent: θ ← θ − η·g, with momentum if there is any. */
export interface Sgd extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "sgd";
  /** μ: the share of the last change that goes on, in [0, 1); default 0. */
  readonly momentum: number;
  /** Whether the gradient counts as if it were taken one momentum's step ahead; default false. */
  readonly nesterov: boolean;
}

interface AdamBase extends OptimizerBase {
  /** β₁ in [0, 1): what the mean of the gradients keeps from step to step; default 0.9. */
  readonly beta1: number;
  /** β₂ in [0, 1): what the mean of their squares keeps; default 0.999. */
  readonly beta2: number;
  /** ε, positive, which keeps the quotient finite; default 1e-7. */
  readonly epsilon: number;
}

/** Adam: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015. */
export interface Adam extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "adam";
}

/** AdamW: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019. */
export interface AdamW extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "adamw";
  /** λ, at least 0: each step first takes η·λ·θ from every parameter θ; default 0.004. */
  readonly weightDecay: number;
}

/** Nadam: T. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
export interface Nadam extends AdamBase {
  /** Which optimizer it is. */
  readonly kind: "nadam";
}

/** RMSprop: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5, 2012. */
export interface RmsProp extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "rmsprop";
  /** ρ in [0, 1): what the mean of the squared gradients keeps from step to step; default 0.9. */
  readonly rho: number;
  /** μ: the share of the last change that goes on, in [0, 1); default 0. */
  readonly momentum: number;
  /** ε, positive, which keeps the quotient finite; default 1e-7. */
  readonly epsilon: number;
  /** Whether the square of the mean gradient is taken from the mean square; default false. */
  readonly centered: boolean;
}

/** Adagrad: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods", 2011. */
export interface Adagrad extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "adagrad";
  /** What the sum of the squared gradients starts from, at least 0; default 0.1. */
  readonly initialAccumulatorValue: number;
  /** ε, positive, which keeps the quotient finite; default 1e-7. */
  readonly epsilon: number;
}

/** Adadelta: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012. */
export interface Adadelta extends OptimizerBase {
  /** Which optimizer it is. */
  readonly kind: "adadelta";
  /** ρ in [0, 1): what the means of the squared gradients and changes keep from step to step; default 0.95. */
  readonly rho: number;
  /** ε, positive, which keeps the quotient finite; default 1e-7. */
  readonly epsilon: number;
}

/** How parameters follow their gradients. */
export type Optimizer = Sgd | Adam | AdamW | Nadam | RmsProp | Adagrad | Adadelta;
/** What an optimizer with all defaults is called. */
export type OptimizerName = Optimizer["kind"];

/** What the function of an optimizer takes: any of its fields. */
type Options<T extends Optimizer> = Partial<Omit<T, "kind">>;

const COMMON_KEYS = ["kind", "learningRate", ...CLIPPING_KEYS];

const fraction = (name: string, value: unknown) => number(name, value, "in [0, 1)", (x) => x >= 0 && x < 1);
const positive = (name: string, value: unknown) => number(name, value, "a positive number", (x) => x > 0);
const notNegative = (name: string, value: unknown) =>
  number(name, value, "a number of at least 0", (x) => x >= 0);

/** The checked learning rate; refuses options that are neither common nor `own`. */
function rateOf(name: string, options: Options<Optimizer>, own: readonly string[], usual = 0.001) {
  knownKeys(name, options, [...COMMON_KEYS, ...own]);
  return toLearningRate("learningRate", options.learningRate ?? usual);
}

/**
 * Stochastic gradient descent. Formulas as in Keras: v ← μ·v − η·g, θ ← θ + v, and with `nesterov`
 * θ ← θ + μ·v − η·g.
 *
 * @param options `learningRate` η, positive or a schedule, default 0.01; `momentum` μ in [0, 1), default 0; `nesterov`,
 *   default false; one of `clipValue`, `clipNorm` and `globalClipNorm`, positive (see `Clipping`), default none
 * @throws {ArgumentError} for values out of range
 */
export function sgd(options: Options<Sgd> = {}): Sgd {
  const learningRate = rateOf("sgd", options, ["momentum", "nesterov"], 0.01);
  const momentum = fraction("momentum", options.momentum ?? 0);
  const nesterov = boolean("nesterov", options.nesterov ?? false);
  if (nesterov && momentum === 0) throw new ArgumentError("nesterov needs a momentum above 0");
  return { kind: "sgd", learningRate, momentum, nesterov, ...checkClipping(options) };
}

const ADAM_KEYS = ["beta1", "beta2", "epsilon"];

function adamOptions(name: string, options: Options<Adam>, more: readonly string[] = []) {
  return {
    learningRate: rateOf(name, options, [...ADAM_KEYS, ...more]),
    beta1: fraction("beta1", options.beta1 ?? 0.9),
    beta2: fraction("beta2", options.beta2 ?? 0.999),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    ...checkClipping(options),
  };
}

/**
 * Adam. Formulas and defaults as in Keras: ε stands outside the bias correction.
 *
 * @param options `learningRate`, positive or a schedule, default 0.001; `beta1` and `beta2` in [0, 1), default 0.9 and
 *   0.999; `epsilon`, positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adam(options: Options<Adam> = {}): Adam {
  return { kind: "adam", ...adamOptions("adam", options) };
}

/**
 * Adam after θ ← θ − η·λ·θ for every parameter, biases too. Formulas and defaults as in Keras.
 *
 * @param options as of `adam`, and `weightDecay` λ, at least 0, default 0.004
 * @throws {ArgumentError} for values out of range
 */
export function adamw(options: Options<AdamW> = {}): AdamW {
  const common = adamOptions("adamw", options, ["weightDecay"]);
  return { kind: "adamw", ...common, weightDecay: notNegative("weightDecay", options.weightDecay ?? 0.004) };
}

/**
 * Adam with Nesterov's momentum, which rises as uₜ = β₁·(1 − ½·0.96ᵗ). Formulas and defaults as in Keras.
 *
 * @param options as of `adam`
 * @throws {ArgumentError} for values out of range
 */
export function nadam(options: Options<Nadam> = {}): Nadam {
  return { kind: "nadam", ...adamOptions("nadam", options) };
}

/**
 * RMSprop. Formulas and defaults as in Keras: ε stands under the root.
 *
 * @param options `learningRate`, positive or a schedule, default 0.001; `rho` and `momentum` in [0, 1), default 0.9 and
 *   0; `epsilon`, positive, default 1e-7; `centered`, default false; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function rmsprop(options: Options<RmsProp> = {}): RmsProp {
  return {
    kind: "rmsprop",
    learningRate: rateOf("rmsprop", options, ["rho", "momentum", "epsilon", "centered"]),
    rho: fraction("rho", options.rho ?? 0.9),
    momentum: fraction("momentum", options.momentum ?? 0),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    centered: boolean("centered", options.centered ?? false),
    ...checkClipping(options),
  };
}

/**
 * Adagrad. Formulas and defaults as in Keras: ε stands under the root.
 *
 * @param options `learningRate`, positive or a schedule, default 0.001; `initialAccumulatorValue`, at least 0, default
 *   0.1; `epsilon`, positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adagrad(options: Options<Adagrad> = {}): Adagrad {
  const learningRate = rateOf("adagrad", options, ["initialAccumulatorValue", "epsilon"]);
  const initial = options.initialAccumulatorValue ?? 0.1;
  return {
    kind: "adagrad",
    learningRate,
    initialAccumulatorValue: notNegative("initialAccumulatorValue", initial),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    ...checkClipping(options),
  };
}

/**
 * Adadelta. Formulas and defaults as in Keras; the original has a learning rate of 1.
 *
 * @param options `learningRate`, positive or a schedule, default 0.001; `rho` in [0, 1), default 0.95; `epsilon`,
 *   positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adadelta(options: Options<Adadelta> = {}): Adadelta {
  return {
    kind: "adadelta",
    learningRate: rateOf("adadelta", options, ["rho", "epsilon"]),
    rho: fraction("rho", options.rho ?? 0.95),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    ...checkClipping(options),
  };
}

const FACTORIES: Record<OptimizerName, (options: object) => Optimizer> = {
  sgd,
  adam,
  adamw,
  nadam,
  rmsprop,
  adagrad,
  adadelta,
};
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

/** What each of the values that an optimizer keeps for a parameter is at first. */
export function momentStarts(optimizer: Optimizer): readonly number[] {
  switch (optimizer.kind) {
    case "sgd":
      return optimizer.momentum > 0 ? [0] : [];
    case "rmsprop":
      return [0, ...(optimizer.momentum > 0 ? [0] : []), ...(optimizer.centered ? [0] : [])];
    case "adagrad":
      return [optimizer.initialAccumulatorValue];
    default:
      return [0, 0];
  }
}
