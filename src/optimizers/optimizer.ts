import { canonical, type Hints, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { StepFactors } from "../engine/stepBlock.js";
import type { AnyTensor, Tensor } from "../engine/tensor.js";
import { CLIPPING_KEYS, type Clipping, checkClipping } from "./clipping.js";
import { isSchedule, type Schedule, toLearningRate } from "./schedules.js";

/** Options of every optimizer. */
export interface OptimizerBase extends Clipping {
  /** Learning rate η: a number of at least 0, or a schedule; default 0.001 (`sgd`: 0.01). */
  readonly learningRate: number | Schedule;
}

/** An optimizer as its function returns it: plain data, stored as JSON in model files. */
export type OptimizerOptions = OptimizerBase & { readonly kind: string };

/**
 * What an optimizer tracks from step to step besides its slots; it depends only on the number of steps. Powers are
 * computed by repeated multiplication, because `Math.pow` differs between engines.
 */
export interface Progression {
  /** Number of steps after which no factor changes any more. */
  readonly settled: number;
  /** Advances by one step; returns whether anything has changed. */
  advance(): boolean;
  /** The factors of the step that `advance` has begun; omitted factors are 0. */
  factors(rate: number): Partial<StepFactors> & Pick<StepFactors, "learningRate">;
}

/** The arguments that every update kernel needs for one parameter. */
export interface UpdateFields {
  readonly rows: number;
  readonly columns: number;
  readonly parameters: Tensor;
  readonly gradient: Tensor;
  /** The step block, which holds the factors. */
  readonly step: AnyTensor;
}

/**
 * One optimizer, in its own file. To add one, write such a file and its kernel in assembly/optimizer.ts, and add a line
 * to the lists in optimizers.ts and index.ts.
 */
export interface OptimizerKind<T extends OptimizerOptions, Slot extends string = string> {
  readonly kind: T["kind"];
  /** The public function: checks options and fills in defaults. */
  readonly create: (options?: Given<T>) => T;
  /** The values that the optimizer keeps for each parameter, by name, with their initial value. */
  slots(options: T): { readonly [name in Slot]?: number };
  /** What changes from step to step besides the learning rate; omit it if nothing does. */
  progression?(options: T): Progression;
  /** Adds the update of one parameter to the plan. */
  update(
    plan: PlanBuilder,
    options: T,
    fields: UpdateFields,
    slots: { readonly [name in Slot]?: Tensor },
  ): void;
}

/** The options of an optimizer's function: any of its fields. */
export type Options<T extends OptimizerOptions> = Partial<Omit<T, "kind">>;

/** The argument of an optimizer's function: its fields, or only the learning rate, as in TensorFlow.js. */
export type Given<T extends OptimizerOptions> = Options<T> | number | Schedule;

const COMMON_KEYS = ["kind", "learningRate", ...CLIPPING_KEYS];

const HINTS: Hints = {
  lr: "the learning rate is learningRate",
  eps: "PyTorch's eps is epsilon",
  betas: "PyTorch's betas are beta1 and beta2",
  decay: "for a learning rate that decays there are schedules: learningRate: exponentialDecay({ … })",
};

/**
 * Returns the options of an optimizer after checking their names; accepts a learning rate alone.
 *
 * @param surplus extra arguments after the options
 * @param own names of the options that only this optimizer has
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

/** Checks the options of every optimizer. */
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
