import { canonical, integer, knownAs, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** η₀·rate^(step / decaySteps). */
export interface ExponentialDecay {
  /** Which schedule it is. */
  readonly kind: "exponentialDecay";
  /** η₀, positive: the learning rate of the first step. */
  readonly initialLearningRate: number;
  /** Number of steps, a positive integer, in which the rate is multiplied by `decayRate` once. */
  readonly decaySteps: number;
  /** Factor by which the rate changes every `decaySteps` steps; positive. */
  readonly decayRate: number;
}

/** η₀·rate^⌊step / decaySteps⌋. */
export interface StepDecay extends Omit<ExponentialDecay, "kind"> {
  /** Which schedule it is. */
  readonly kind: "stepDecay";
}

/** Half a cosine wave, from η₀ down to α·η₀. */
export interface CosineDecay {
  /** Which schedule it is. */
  readonly kind: "cosineDecay";
  /** η₀, positive: the learning rate of the first step. */
  readonly initialLearningRate: number;
  /** Number of steps of the half wave, a positive integer; after them the rate stays at α·η₀. */
  readonly decaySteps: number;
  /** α in [0, 1]: the fraction of η₀ at the end; default 0. */
  readonly alpha: number;
}

/** Linear warm-up to the initial rate of another schedule. */
export interface Warmup {
  /** Which schedule it is. */
  readonly kind: "warmup";
  /** Number of warm-up steps; a positive integer. */
  readonly warmupSteps: number;
  /** Learning rate of the first step, at least 0; default 0. */
  readonly initialLearningRate: number;
  /** What follows the warm-up: a learning rate, or another schedule, which counts its steps from there. */
  readonly schedule: number | Schedule;
}

/** η₀, reduced whenever a loss has not improved for some epochs. */
export interface ReduceOnPlateau {
  /** Which schedule it is. */
  readonly kind: "reduceOnPlateau";
  /** η₀, positive: the learning rate of the first step. */
  readonly initialLearningRate: number;
  /** The loss to monitor; default `"valLoss"`, for which `fit` needs validation data. */
  readonly monitor: "valLoss" | "loss";
  /** Factor by which the rate is reduced, in (0, 1); default 0.1. */
  readonly factor: number;
  /** Epochs without an improvement before the rate is reduced; default 10. */
  readonly patience: number;
  /** The smallest decrease of the loss that counts as an improvement, at least 0; default 1e-4. */
  readonly minDelta: number;
  /** Epochs after a reduction that are ignored; default 0. */
  readonly cooldown: number;
  /** Lower limit of the learning rate, at least 0; default 0. */
  readonly minLearningRate: number;
}

/** A learning rate that changes during training. Steps count from 0 over all of the model's trainings. */
export type Schedule = ExponentialDecay | StepDecay | CosineDecay | Warmup | ReduceOnPlateau;
type Options<T extends Schedule, Optional extends keyof T = never> = Omit<T, "kind" | Optional> &
  Partial<Pick<T, Optional>>;

/** The most warm-ups that may be nested in each other. */
const MOST_WARMUPS = 100;

const positive = (name: string, value: unknown) => number(name, value, "a positive number", (x) => x > 0);
const notNegative = (name: string, value: unknown) =>
  number(name, value, "a number of at least 0", (x) => x >= 0);
const inUnit = (name: string, value: unknown) => number(name, value, "in [0, 1]", (x) => x >= 0 && x <= 1);
const inside = (name: string, value: unknown) => number(name, value, "in (0, 1)", (x) => x > 0 && x < 1);

/** Checks the options that exponential and step decay share. */
function decayOptions(name: string, options: Options<ExponentialDecay>) {
  knownKeys(name, options, ["kind", "initialLearningRate", "decaySteps", "decayRate"]);
  return {
    initialLearningRate: positive("initialLearningRate", options.initialLearningRate),
    decaySteps: integer("decaySteps", options.decaySteps),
    decayRate: positive("decayRate", options.decayRate),
  };
}

/**
 * η = η₀·decayRate^(step / decaySteps): Keras's `ExponentialDecay`.
 *
 * @param options `initialLearningRate` η₀ and `decayRate`, positive; `decaySteps`, a positive integer
 * @throws {ArgumentError} for values out of range
 */
export function exponentialDecay(options: Options<ExponentialDecay>): ExponentialDecay {
  return { kind: "exponentialDecay", ...decayOptions("exponentialDecay", options) };
}

/**
 * η = η₀·decayRate^⌊step / decaySteps⌋: Keras's `ExponentialDecay` with `staircase`, PyTorch's `StepLR`.
 *
 * @param options as for `exponentialDecay`
 * @throws {ArgumentError} for values out of range
 */
export function stepDecay(options: Options<StepDecay>): StepDecay {
  return { kind: "stepDecay", ...decayOptions("stepDecay", options) };
}

/**
 * η = η₀·((1 − α)·½(1 + cos(π·step / decaySteps)) + α), and α·η₀ after `decaySteps`: Keras's `CosineDecay`.
 *
 * @param options `initialLearningRate` η₀, positive; `decaySteps`, a positive integer; `alpha` α in [0, 1], default 0
 * @throws {ArgumentError} for values out of range
 */
export function cosineDecay(options: Options<CosineDecay, "alpha">): CosineDecay {
  knownKeys("cosineDecay", options, ["kind", "initialLearningRate", "decaySteps", "alpha"]);
  return {
    kind: "cosineDecay",
    initialLearningRate: positive("initialLearningRate", options.initialLearningRate),
    decaySteps: integer("decaySteps", options.decaySteps),
    alpha: inUnit("alpha", options.alpha ?? 0),
  };
}

/**
 * Rises linearly from `initialLearningRate` to the initial rate of `schedule` in `warmupSteps` steps. Then follows
 * `schedule`, which counts its steps from there. Like Keras's `CosineDecay` with `warmup_steps`, but for any schedule.
 *
 * @param options `warmupSteps`, a positive integer; `schedule`, a learning rate or another schedule;
 *   `initialLearningRate`, at least 0, default 0
 * @throws {ArgumentError} for values out of range
 */
export function warmup(options: Options<Warmup, "initialLearningRate">): Warmup {
  knownKeys("warmup", options, ["kind", "warmupSteps", "initialLearningRate", "schedule"]);
  checkDepth(options);
  return {
    kind: "warmup",
    warmupSteps: integer("warmupSteps", options.warmupSteps),
    initialLearningRate: notNegative("initialLearningRate", options.initialLearningRate ?? 0),
    schedule: toLearningRate("schedule", options.schedule),
  };
}

/** @throws {ArgumentError} for too many nested warm-ups, as in a damaged file or a cycle */
function checkDepth(outermost: Pick<Warmup, "schedule">): void {
  let depth = 1;
  for (let at: unknown = outermost.schedule; (at as Warmup | null)?.kind === "warmup"; depth++) {
    if (depth === MOST_WARMUPS) {
      throw new ArgumentError(`schedule must have at most ${MOST_WARMUPS} warmups in each other`);
    }
    at = (at as Warmup).schedule;
  }
}

/**
 * η₀, multiplied by `factor` whenever `monitor` has not improved by more than `minDelta` for `patience` epochs; the
 * next `cooldown` epochs are then ignored. Same as Keras's `ReduceLROnPlateau`, with its defaults. The state stays with
 * the model from one `fit` to the next.
 *
 * @param options `initialLearningRate` η₀, positive; `monitor`, `"valLoss"` (default; `fit` then needs validation) or
 *   `"loss"`; `factor` in (0, 1), default 0.1; `patience`, a positive integer, default 10; `minDelta`, at least 0,
 *   default 1e-4; `cooldown`, epochs, default 0; `minLearningRate`, at least 0, default 0
 * @throws {ArgumentError} for values out of range
 */
export function reduceOnPlateau(
  options: Options<
    ReduceOnPlateau,
    "monitor" | "factor" | "patience" | "minDelta" | "cooldown" | "minLearningRate"
  >,
): ReduceOnPlateau {
  knownKeys("reduceOnPlateau", options, [
    "kind",
    "initialLearningRate",
    "monitor",
    "factor",
    "patience",
    "minDelta",
    "cooldown",
    "minLearningRate",
  ]);
  return {
    kind: "reduceOnPlateau",
    initialLearningRate: positive("initialLearningRate", options.initialLearningRate),
    monitor: canonical("monitor", options.monitor ?? "valLoss", ["valLoss", "loss"]),
    factor: inside("factor", options.factor ?? 0.1),
    patience: integer("patience", options.patience ?? 10),
    minDelta: notNegative("minDelta", options.minDelta ?? 1e-4),
    cooldown: integer("cooldown", options.cooldown ?? 0, 0),
    minLearningRate: notNegative("minLearningRate", options.minLearningRate ?? 0),
  };
}

const CHECKS: { [Kind in Schedule["kind"]]: (schedule: Extract<Schedule, { kind: Kind }>) => Schedule } = {
  exponentialDecay,
  stepDecay,
  cosineDecay,
  warmup,
  reduceOnPlateau,
};
const SCHEDULE_NAMES = Object.keys(CHECKS) as Schedule["kind"][];

/** Whether a value is meant as a schedule: an object whose kind is that of a schedule. */
export function isSchedule(value: unknown): value is Schedule {
  if (typeof value !== "object" || value === null) return false;
  const { kind } = value as { kind?: unknown };
  return typeof kind === "string" && knownAs(kind, SCHEDULE_NAMES) !== undefined;
}

/**
 * Checks a learning rate: a number of at least 0 (0 leaves the weights unchanged), or a schedule, of which it returns a
 * clean copy.
 */
export function toLearningRate(name: string, value: number | Schedule): number | Schedule {
  if (typeof value === "number") return notNegative(name, value);
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(
      `${name} must be a number of at least 0 or a schedule such as cosineDecay({ … }), not ${show(value)}`,
    );
  }
  const kind = canonical(`kind of ${name}`, value.kind, SCHEDULE_NAMES);
  return (CHECKS[kind] as (schedule: Schedule) => Schedule)(value);
}
