// What is done to gradients before an update.

import { OP_CLIP_NORM, OP_CLIP_VALUES, OP_PENALIZE, OP_SUM_SQUARES } from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

/** Adds the gradient of l1·Σ|w| + l2·Σw²; `sums` gets the penalty of each row, a float64. */
export function penalize(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  weights: Address,
  gradient: Address,
  sums: Address,
  l1: number,
  l2: number,
): void {
  plan.call(OP_PENALIZE, rows, GRAIN, [columns, weights, gradient, sums], [l1, l2]);
}

export function clipValues(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  gradient: Address,
  limit: number,
): void {
  plan.call(OP_CLIP_VALUES, rows, GRAIN, [columns, gradient], [limit]);
}

/** `sums` gets the sum of squares of each row, a float64. */
export function sumSquares(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  gradient: Address,
  sums: Address,
): void {
  plan.call(OP_SUM_SQUARES, rows, GRAIN, [columns, gradient, sums]);
}

/** Scales the gradient by what brings a norm, whose square is the sum of `count` float64, down to `limit`. */
export function clipNorm(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  gradient: Address,
  sums: Address,
  count: number,
  limit: number,
): void {
  plan.call(OP_CLIP_NORM, rows, GRAIN, [columns, gradient, sums, count], [limit]);
}
