import { canonical, type Hints, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { StepFactors } from "../engine/stepBlock.js";
import type { AnyTensor, Tensor } from "../engine/tensor.js";
import { CLIPPING_KEYS, type Clipping, checkClipping } from "./clipping.js";
import { isSchedule, type Schedule, toLearningRate } from "./schedules.js";

/** What all optimizers have. */
export interface OptimizerBase extends Clipping {
  /** Learning rate η: a number of at least 0, or a schedule that says what it is at each step; default 0.001, of `sgd` 0.01. */
  readonly learningRate: number | Schedule;
}

/** An optimizer as its function returns it: plain data, which a model's file holds as JSON. */
export type OptimizerOptions = OptimizerBase & { readonly kind: string };

/**
 * What an optimizer carries from step to step beside its slots: a function of the number of steps alone. Powers are
 * multiplied up, since `Math.pow` differs between engines.
 */
export interface Progression {
  /** No factor changes any more after so many steps. */
  readonly settled: number;
  /** Goes on by a step; says whether anything has changed. */
  advance(): boolean;
  /** The factors of the step that `advance` has begun; what is left out is 0. */
  factors(rate: number): Partial<StepFactors> & Pick<StepFactors, "learningRate">;
}

/** Where the update of one parameter finds what it works on. */
export interface UpdateFields {
  readonly rows: number;
  readonly columns: number;
  readonly parameters: Tensor;
  readonly gradient: Tensor;
  /** The step block, which holds the factors. */
  readonly step: AnyTensor;
}

/**
 * One optimizer; a file each. To add one, write such a file, its kernel in assembly/optimizer.ts, and its line in the list
 * in index.ts.
 */
export interface OptimizerKind<T extends OptimizerOptions, Slot extends string = string> {
  readonly kind: T["kind"];
  /** The public function: checks options and fills in defaults. */
  readonly create: (options?: Given<T>) => T;
  /** What it keeps for each parameter, by name, and what each of these values is at first. */
  slots(options: T): { readonly [name in Slot]?: number };
  /** What changes from step to step beside the learning rate; nothing where it is left out. */
  progression?(options: T): Progression;
  /** Adds the update of one parameter. */
  update(
    plan: PlanBuilder,
    options: T,
    fields: UpdateFields,
    slots: { readonly [name in Slot]?: Tensor },
  ): void;
}

/** What an optimizer's function takes: any of its fields. */
export type Options<T extends OptimizerOptions> = Partial<Omit<T, "kind">>;

/** What it takes in all: its fields, or the learning rate alone, as in TensorFlow.js. */
export type Given<T extends OptimizerOptions> = Options<T> | number | Schedule;

const COMMON_KEYS = ["kind", "learningRate", ...CLIPPING_KEYS];

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
 * @param own names of the optimizer's own options
 */
export function optionsOf<T extends OptimizerOptions>(
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

/** The options that all optimizers have, checked. */
export function baseOptions(options: Partial<OptimizerBase>, usualRate = 0.001): OptimizerBase {
  const learningRate = toLearningRate("learningRate", options.learningRate ?? usualRate);
  return { learningRate, ...checkClipping(options) };
}

/** @throws {ArgumentError} unless `value` lies in [0, 1) */
export const fraction = (name: string, value: unknown) =>
  number(name, value, "in [0, 1)", (x) => x >= 0 && x < 1);

/** @throws {ArgumentError} unless `value` is a number above 0 */
export const positive = (name: string, value: unknown) =>
  number(name, value, "a positive number", (x) => x > 0);

/** @throws {ArgumentError} unless `value` is a number of at least 0 */
export const notNegative = (name: string, value: unknown) =>
  number(name, value, "a number of at least 0", (x) => x >= 0);
