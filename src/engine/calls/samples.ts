// From the data set to the batch.

import { OP_GATHER_BYTES, OP_GATHER_FLOATS } from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

export function gatherFloats(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  source: Address,
  batch: Address,
  step: Address,
): void {
  plan.call(OP_GATHER_FLOATS, rows, GRAIN, [columns, source, batch, step]);
}

export function gatherBytes(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  source: Address,
  batch: Address,
  step: Address,
): void {
  plan.call(OP_GATHER_BYTES, rows, GRAIN, [columns, source, batch, step]);
}
