import { boolean, canonical, type Hints, knownKeys, number, show } from "../check.js";
import { ArgumentError } from "../errors.js";
import { CLIPPING_KEYS, type Clipping, checkClipping } from "./clipping.js";
import { isSchedule, type Schedule, toLearningRate } from "./schedules.js";

/** What all optimizers have. */
interface OptimizerBase extends Clipping {
  /** η: a number, or a schedule that says what it is at each step. */
  readonly learningRate: number | Schedule;
}

/** Gradient descent: θ ← θ − η·g, with momentum if there is any. */
export interface Sgd extends OptimizerBase {
  readonly kind: "sgd";
  readonly momentum: number;
  readonly nesterov: boolean;
}

interface AdamBase extends OptimizerBase {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
}

/** Adam: D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", 2015. */
export interface Adam extends AdamBase {
  readonly kind: "adam";
}

/** AdamW: I. Loshchilov and F. Hutter, "Decoupled weight decay regularization", 2019. */
export interface AdamW extends AdamBase {
  readonly kind: "adamw";
  readonly weightDecay: number;
}

/** Nadam: T. Dozat, "Incorporating Nesterov momentum into Adam", 2016. */
export interface Nadam extends AdamBase {
  readonly kind: "nadam";
}

/** RMSprop: T. Tieleman and G. Hinton, "Neural networks for machine learning", lecture 6.5, 2012. */
export interface RmsProp extends OptimizerBase {
  readonly kind: "rmsprop";
  readonly rho: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly centered: boolean;
}

/** Adagrad: J. Duchi, E. Hazan and Y. Singer, "Adaptive subgradient methods", 2011. */
export interface Adagrad extends OptimizerBase {
  readonly kind: "adagrad";
  readonly initialAccumulatorValue: number;
  readonly epsilon: number;
}

/** Adadelta: M. D. Zeiler, "ADADELTA: an adaptive learning rate method", 2012. */
export interface Adadelta extends OptimizerBase {
  readonly kind: "adadelta";
  readonly rho: number;
  readonly epsilon: number;
}

/** How parameters follow their gradients. */
export type Optimizer = Sgd | Adam | AdamW | Nadam | RmsProp | Adagrad | Adadelta;
export type OptimizerName = Optimizer["kind"];

/** What the function of an optimizer takes: any of its fields. */
type Options<T extends Optimizer> = Partial<Omit<T, "kind">>;

/** What it takes in all: its fields, or the learning rate alone, as in TensorFlow.js. */
type Given<T extends Optimizer> = Options<T> | number | Schedule;

const COMMON_KEYS = ["kind", "learningRate", ...CLIPPING_KEYS];

const fraction = (name: string, value: unknown) => number(name, value, "in [0, 1)", (x) => x >= 0 && x < 1);
const positive = (name: string, value: unknown) => number(name, value, "a positive number", (x) => x > 0);
const notNegative = (name: string, value: unknown) =>
  number(name, value, "a number of at least 0", (x) => x >= 0);

const HINTS: Hints = {
  lr: "the learning rate is learningRate",
  eps: "PyTorch's eps is epsilon",
  betas: "PyTorch's betas are beta1 and beta2",
  decay: "for a learning rate that decays there are schedules: learningRate: exponentialDecay({ … })",
};

/**
 * The options of an optimizer, whose names are checked; a learning rate alone is one of them.
 *
 * @param surplus what came behind them
 */
function optionsOf<T extends Optimizer>(
  name: T["kind"],
  given: Given<T>,
  surplus: readonly unknown[],
  own: readonly string[],
): Options<T> {
  const more = surplus.find((value) => value !== undefined);
  if (more !== undefined) {
    throw new ArgumentError(
      `${name} takes a learning rate or one object of options, ${name}({ learningRate: 0.01, … }), not also ${show(more)}`,
    );
  }
  const rate = typeof given === "number" || isSchedule(given);
  const options = (rate ? { learningRate: given } : given) as Options<T> & { kind?: unknown };
  knownKeys(name, options, [...COMMON_KEYS, ...own], HINTS);
  if (options.kind !== undefined) canonical(`kind of ${name}`, options.kind, [name]);
  return options;
}

const rateOf = ({ learningRate = 0.001 }: Options<Optimizer>) => toLearningRate("learningRate", learningRate);

/**
 * Stochastic gradient descent. Formulas as in Keras: v ← μ·v − η·g, θ ← θ + v, and with `nesterov`
 * θ ← θ + μ·v − η·g.
 *
 * @param options `learningRate` η, at least 0 or a schedule, default 0.01 (a number or a schedule alone is that); `momentum` μ in [0, 1), default 0; `nesterov`,
 *   default false; one of `clipValue`, `clipNorm` and `globalClipNorm`, positive (see `Clipping`), default none
 * @throws {ArgumentError} for values out of range
 */
export function sgd(options?: Given<Sgd>): Sgd;
export function sgd(given: Given<Sgd> = {}, ...surplus: unknown[]): Sgd {
  const options = optionsOf<Sgd>("sgd", given, surplus, ["momentum", "nesterov"]);
  const learningRate = rateOf({ learningRate: options.learningRate ?? 0.01 });
  const momentum = fraction("momentum", options.momentum ?? 0);
  const nesterov = boolean("nesterov", options.nesterov ?? false);
  if (nesterov && momentum === 0) throw new ArgumentError("nesterov needs a momentum above 0");
  return { kind: "sgd", learningRate, momentum, nesterov, ...checkClipping(options) };
}

const ADAM_KEYS = ["beta1", "beta2", "epsilon"];

function adamOptions(options: Options<Adam>) {
  return {
    learningRate: rateOf(options),
    beta1: fraction("beta1", options.beta1 ?? 0.9),
    beta2: fraction("beta2", options.beta2 ?? 0.999),
    epsilon: positive("epsilon", options.epsilon ?? 1e-7),
    ...checkClipping(options),
  };
}

/**
 * Adam. Formulas and defaults as in Keras: ε stands outside the bias correction.
 *
 * @param options `learningRate`, at least 0 or a schedule, default 0.001 (a number or a schedule alone is that); `beta1` and `beta2` in [0, 1), default 0.9 and
 *   0.999; `epsilon`, positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adam(options?: Given<Adam>): Adam;
export function adam(given: Given<Adam> = {}, ...surplus: unknown[]): Adam {
  return { kind: "adam", ...adamOptions(optionsOf<Adam>("adam", given, surplus, ADAM_KEYS)) };
}

/**
 * Adam after θ ← θ − η·λ·θ for every parameter, biases too. Formulas and defaults as in Keras.
 *
 * @param options as of `adam`, and `weightDecay` λ, at least 0, default 0.004
 * @throws {ArgumentError} for values out of range
 */
export function adamw(options?: Given<AdamW>): AdamW;
export function adamw(given: Given<AdamW> = {}, ...surplus: unknown[]): AdamW {
  const options = optionsOf<AdamW>("adamw", given, surplus, [...ADAM_KEYS, "weightDecay"]);
  const weightDecay = notNegative("weightDecay", options.weightDecay ?? 0.004);
  return { kind: "adamw", ...adamOptions(options), weightDecay };
}

/**
 * Adam with Nesterov's momentum, which rises as uₜ = β₁·(1 − ½·0.96ᵗ). Formulas and defaults as in Keras.
 *
 * @param options as of `adam`
 * @throws {ArgumentError} for values out of range
 */
export function nadam(options?: Given<Nadam>): Nadam;
export function nadam(given: Given<Nadam> = {}, ...surplus: unknown[]): Nadam {
  return { kind: "nadam", ...adamOptions(optionsOf<Nadam>("nadam", given, surplus, ADAM_KEYS)) };
}

/**
 * RMSprop. Formulas and defaults as in Keras: ε stands under the root.
 *
 * @param options `learningRate`, at least 0 or a schedule, default 0.001 (a number or a schedule alone is that); `rho` and `momentum` in [0, 1), default 0.9 and
 *   0; `epsilon`, positive, default 1e-7; `centered`, default false; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function rmsprop(options?: Given<RmsProp>): RmsProp;
export function rmsprop(given: Given<RmsProp> = {}, ...surplus: unknown[]): RmsProp {
  const own = ["rho", "momentum", "epsilon", "centered"];
  const options = optionsOf<RmsProp>("rmsprop", given, surplus, own);
  return {
    kind: "rmsprop",
    learningRate: rateOf(options),
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
 * @param options `learningRate`, at least 0 or a schedule, default 0.001 (a number or a schedule alone is that); `initialAccumulatorValue`, at least 0, default
 *   0.1; `epsilon`, positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adagrad(options?: Given<Adagrad>): Adagrad;
export function adagrad(given: Given<Adagrad> = {}, ...surplus: unknown[]): Adagrad {
  const options = optionsOf<Adagrad>("adagrad", given, surplus, ["initialAccumulatorValue", "epsilon"]);
  const learningRate = rateOf(options);
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
 * @param options `learningRate`, at least 0 or a schedule, default 0.001 (a number or a schedule alone is that); `rho` in [0, 1), default 0.95; `epsilon`,
 *   positive, default 1e-7; clipping as in `sgd`
 * @throws {ArgumentError} for values out of range
 */
export function adadelta(options?: Given<Adadelta>): Adadelta;
export function adadelta(given: Given<Adadelta> = {}, ...surplus: unknown[]): Adadelta {
  const options = optionsOf<Adadelta>("adadelta", given, surplus, ["rho", "epsilon"]);
  return {
    kind: "adadelta",
    learningRate: rateOf(options),
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

/** The name of an optimizer in whatever case it came: `Adam`, `SGD`. */
export function toOptimizerName(name: string, value: unknown): OptimizerName {
  return canonical(name, value, OPTIMIZER_NAMES);
}

/** A name stands for its defaults; an object is checked and copied. */
export function toOptimizer(value: Optimizer | OptimizerName): Optimizer {
  if (typeof value === "object" && value !== null) {
    return FACTORIES[toOptimizerName("kind of optimizer", value.kind)](value);
  }
  if (typeof value !== "string") {
    throw new ArgumentError(`optimizer must be a name or an object such as adam({}), not ${show(value)}`);
  }
  return FACTORIES[toOptimizerName("optimizer", value)]({});
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
