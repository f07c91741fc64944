// From the data set to the batch.

import { OP_GATHER_BYTES, OP_GATHER_FLOATS } from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

const GATHER_OPERATIONS = { floats: OP_GATHER_FLOATS, bytes: OP_GATHER_BYTES };

/** The rows of a batch, from a data set of floats or bytes; which rows they are stands in the block `step`. */
export function gather(
  plan: PlanBuilder,
  kind: keyof typeof GATHER_OPERATIONS,
  rows: number,
  columns: number,
  source: Address,
  batch: Address,
  step: Address,
): void {
  plan.call(GATHER_OPERATIONS[kind], rows, GRAIN, [columns, source, batch, step]);
}
