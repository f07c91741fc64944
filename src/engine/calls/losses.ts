// Losses of rows, with their gradients.

import {
  OP_BINARY_CROSSENTROPY,
  OP_BINARY_CROSSENTROPY_LOGITS,
  OP_HUBER,
  OP_MEAN_ABSOLUTE_ERROR,
  OP_MEAN_SQUARED_ERROR,
} from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

/** Losses that a plan can compute, by the name of their kernel. */
export type LossKernel =
  | "meanSquaredError"
  | "binaryCrossentropy"
  | "binaryCrossentropyLogits"
  | "meanAbsoluteError"
  | "huber";

const LOSS_OPERATIONS: Record<LossKernel, number> = {
  meanSquaredError: OP_MEAN_SQUARED_ERROR,
  binaryCrossentropy: OP_BINARY_CROSSENTROPY,
  binaryCrossentropyLogits: OP_BINARY_CROSSENTROPY_LOGITS,
  meanAbsoluteError: OP_MEAN_ABSOLUTE_ERROR,
  huber: OP_HUBER,
};

/** @param parameters the loss's own numbers: δ of Huber's */
export function loss(
  plan: PlanBuilder,
  rows: number,
  kernel: LossKernel,
  columns: number,
  prediction: Address,
  target: Address,
  gradient: Address,
  losses: Address,
  scale: number,
  parameters: readonly number[] = [],
): void {
  plan.call(
    LOSS_OPERATIONS[kernel],
    rows,
    GRAIN,
    [columns, prediction, target, gradient, losses],
    [scale, ...parameters],
  );
}
