// Matrix products, and what their operands need.

import {
  OP_COLUMN_SUMS,
  OP_GEMM,
  OP_NARROW_GRADIENT,
  OP_NARROW_PRODUCT,
  OP_PACK_ROWS,
  OP_PACK_TRANSPOSED,
} from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

/** C[rows, n] = seed + A[rows, k]·B. Strides are in bytes. */
export interface ProductArguments {
  n: number;
  k: number;
  a: Address;
  aRow: number;
  aStep: number;
  /** B as `packRows` or `packTransposed` leave it. */
  b: Address;
  seed: Address;
  seedRow: number;
  c: Address;
  cRow: number;
}

/** C[rows, n] = seed + A[rows, k]·B, with B where it stands. Strides are in bytes. */
export interface NarrowProductArguments {
  n: number;
  k: number;
  a: Address;
  b: Address;
  bRow: number;
  bColumn: number;
  seed: Address;
  c: Address;
}

/** dW and db of a narrow layer. Strides are in bytes. */
export interface NarrowGradientArguments {
  units: number;
  inputs: number;
  rows: number;
  x: Address;
  delta: Address;
  weights: Address;
  unitStep: number;
  inputStep: number;
  bias: Address | 0;
}

export function product(plan: PlanBuilder, rows: number, p: ProductArguments): void {
  plan.operations += 2 * rows * p.n * p.k;
  const { n, k, a, aRow, aStep, b, seed, seedRow, c, cRow } = p;
  plan.call(OP_GEMM, rows, GRAIN, [plan.tileFor(n), n, k, a, aRow, aStep, b, seed, seedRow, c, cRow]);
}

/** C[rows, n] = seed + A[rows, k]·B for n and k of at most 2. Strides are in bytes. */
export function narrowProduct(plan: PlanBuilder, rows: number, p: NarrowProductArguments): void {
  plan.call(OP_NARROW_PRODUCT, rows, GRAIN, [p.n, p.k, p.a, p.b, p.bRow, p.bColumn, p.seed, p.c]);
}

/** Gradients of a layer of at most 2 inputs and units; `bias` 0 for a layer without one. */
export function narrowGradient(plan: PlanBuilder, p: NarrowGradientArguments): void {
  const { units, inputs, rows, x, delta, weights, unitStep, inputStep, bias } = p;
  plan.call(OP_NARROW_GRADIENT, 1, 1, [units, inputs, rows, x, delta, weights, unitStep, inputStep, bias]);
}

export function columnSums(
  plan: PlanBuilder,
  columns: number,
  rows: number,
  source: Address,
  sums: Address,
): void {
  plan.call(OP_COLUMN_SUMS, columns, GRAIN, [rows, columns, source, sums]);
}

/** Packs rows of B[k, n]. */
export function packRows(plan: PlanBuilder, k: number, n: number, source: Address, packed: Address): void {
  plan.call(OP_PACK_ROWS, k, GRAIN, [plan.tileFor(n), k, n, source, packed]);
}

/** Packs rows of Bᵀ[n, k]. */
export function packTransposed(
  plan: PlanBuilder,
  n: number,
  k: number,
  source: Address,
  packed: Address,
): void {
  plan.call(OP_PACK_TRANSPOSED, n, GRAIN, [plan.tileFor(n), k, n, source, packed]);
}
