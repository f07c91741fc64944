// Penalties on activations.

import { OP_ACTIVITY_L1, OP_ADD_TO_ROWS, OP_KL_SPARSITY } from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

export function activityL1(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  output: Address,
  gradient: Address,
  penalties: Address,
  strength: number,
  scale: number,
): void {
  plan.call(OP_ACTIVITY_L1, rows, GRAIN, [columns, output, gradient, penalties], [strength, scale]);
}

export function klSparsity(
  plan: PlanBuilder,
  columns: number,
  rows: number,
  sums: Address,
  slopes: Address,
  values: Address,
  target: number,
  weight: number,
): void {
  plan.call(OP_KL_SPARSITY, columns, GRAIN, [rows, sums, slopes, values], [target, weight]);
}

export function addToRows(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  line: Address,
  matrix: Address,
): void {
  plan.call(OP_ADD_TO_ROWS, rows, GRAIN, [columns, line, matrix]);
}
