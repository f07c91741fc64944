// Updates of parameters, one call for each.

import {
  OP_ADADELTA,
  OP_ADAGRAD,
  OP_ADAM,
  OP_ADAMW,
  OP_NADAM,
  OP_RMSPROP,
  OP_SGD,
} from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

export function sgd(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  parameters: Address,
  gradient: Address,
  velocity: Address,
  step: Address,
  momentum: number,
  nesterov: boolean,
): void {
  const addresses = [columns, parameters, gradient, velocity, step];
  plan.call(OP_SGD, rows, GRAIN, addresses, [momentum], [nesterov ? 1 : 0]);
}

const ADAM_OPERATIONS = { adam: OP_ADAM, adamw: OP_ADAMW, nadam: OP_NADAM };

/** Adam or one of its kin, which keep the same moments. */
export function adam(
  plan: PlanBuilder,
  kind: keyof typeof ADAM_OPERATIONS,
  rows: number,
  columns: number,
  parameters: Address,
  gradient: Address,
  first: Address,
  second: Address,
  step: Address,
  oneMinusBeta1: number,
  oneMinusBeta2: number,
  epsilon: number,
): void {
  const addresses = [columns, parameters, gradient, first, second, step];
  plan.call(ADAM_OPERATIONS[kind], rows, GRAIN, addresses, [oneMinusBeta1, oneMinusBeta2, epsilon]);
}

export function rmsprop(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  parameters: Address,
  gradient: Address,
  velocity: Address,
  momentums: Address,
  means: Address,
  step: Address,
  rho: number,
  momentum: number,
  epsilon: number,
  centered: boolean,
): void {
  const addresses = [columns, parameters, gradient, velocity, momentums, means, step];
  const floats = [rho, 1 - rho, momentum, epsilon];
  plan.call(OP_RMSPROP, rows, GRAIN, addresses, floats, [centered ? 1 : 0]);
}

export function adagrad(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  parameters: Address,
  gradient: Address,
  accumulator: Address,
  step: Address,
  epsilon: number,
): void {
  const addresses = [columns, parameters, gradient, accumulator, step];
  plan.call(OP_ADAGRAD, rows, GRAIN, addresses, [epsilon]);
}

export function adadelta(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  parameters: Address,
  gradient: Address,
  gradients: Address,
  changes: Address,
  step: Address,
  rho: number,
  epsilon: number,
): void {
  const addresses = [columns, parameters, gradient, gradients, changes, step];
  plan.call(OP_ADADELTA, rows, GRAIN, addresses, [rho, 1 - rho, epsilon]);
}
