// Activations and their slopes.

import { OP_ACTIVATION_BACKWARD, OP_ACTIVATION_FORWARD } from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

export function activationForward(
  plan: PlanBuilder,
  rows: number,
  kind: number,
  columns: number,
  z: Address,
  y: Address,
): void {
  plan.call(OP_ACTIVATION_FORWARD, rows, GRAIN, [kind, columns, z, y]);
}

export function activationBackward(
  plan: PlanBuilder,
  rows: number,
  kind: number,
  columns: number,
  kept: Address,
  gradient: Address,
): void {
  plan.call(OP_ACTIVATION_BACKWARD, rows, GRAIN, [kind, columns, kept, gradient]);
}
