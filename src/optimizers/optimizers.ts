// All optimizers. Each has its own file, and a line in the list below and in index.ts.
import { canonical, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { adadeltaKind } from "./adadelta.js";
import { adagradKind } from "./adagrad.js";
import { adamKind } from "./adam.js";
import { adamwKind } from "./adamw.js";
import { lionKind } from "./lion.js";
import { nadamKind } from "./nadam.js";
import type { OptimizerKind, OptimizerOptions } from "./optimizer.js";
import { rmspropKind } from "./rmsprop.js";
import { sgdKind } from "./sgd.js";

const LIST = [
  sgdKind,
  adamKind,
  adamwKind,
  nadamKind,
  rmspropKind,
  adagradKind,
  adadeltaKind,
  lionKind,
] as const;

/** How parameters are updated from their gradients. */
export type Optimizer = ReturnType<(typeof LIST)[number]["create"]>;
/** The name of an optimizer; it stands for the optimizer with default options. */
export type OptimizerName = Optimizer["kind"];

export const OPTIMIZER_NAMES = LIST.map(({ kind }) => kind) as readonly OptimizerName[];

/** The implementation of an optimizer, by name. */
export function kindOf(name: OptimizerName): OptimizerKind<OptimizerOptions> {
  return LIST.find(({ kind }) => kind === name)! as unknown as OptimizerKind<OptimizerOptions>;
}

/** The name of an optimizer, in any case: `Adam`, `SGD`. */
export function toOptimizerName(name: string, value: unknown): OptimizerName {
  return canonical(name, value, OPTIMIZER_NAMES);
}

/** Converts a name to an optimizer with defaults; checks and copies an object. */
export function toOptimizer(value: Optimizer | OptimizerName): Optimizer {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject && typeof value !== "string") {
    throw new ArgumentError(`optimizer must be a name or an object such as adam({}), not ${show(value)}`);
  }
  const name = isObject
    ? toOptimizerName("kind of optimizer", value.kind)
    : toOptimizerName("optimizer", value);
  return kindOf(name).create(isObject ? value : {}) as Optimizer;
}
