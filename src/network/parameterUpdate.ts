import type { PlanBuilder } from "../engine/plan.js";
import type { Parameter } from "../layers/parameter.js";
import { kernelStrengths } from "../layers/penalties.js";
import { kindOf } from "../optimizers/optimizers.js";
import type { Learner } from "./learner.js";
import type { StepMemory } from "./stepMemory.js";

/**
 * Adds the rules for a parameter's complete gradient: its penalty, clipping by value, and the sums needed for clipping
 * by norm.
 */
export function addGradientRules(
  plan: PlanBuilder,
  { network, optimizer, gradients }: Learner,
  { kernelPenalties, squares }: StepMemory,
  parameter: Parameter,
): void {
  const { rows, columns, penalty } = parameter;
  const gradient = parameter.in(gradients);
  if (penalty) {
    const weights = parameter.in(network.block);
    const sums = kernelPenalties!.of(parameter);
    plan.call("penalize", rows, { columns, weights, gradient, sums, ...kernelStrengths(penalty) });
  }
  const { clipValue } = optimizer;
  if (clipValue !== undefined) plan.call("clipValues", rows, { columns, gradient, limit: clipValue });
  if (squares) plan.call("sumSquares", rows, { columns, gradient, sums: squares.of(parameter) });
}

/**
 * Adds a parameter's update. Each thread updates the rows whose gradient it computed. When clipping by norm, the sums
 * of squares of all gradients must be complete.
 */
export function addUpdate(
  plan: PlanBuilder,
  { network, optimizer, gradients, slots }: Learner,
  { step, squares }: StepMemory,
  parameter: Parameter,
): void {
  const { rows, columns } = parameter;
  const { clipNorm, globalClipNorm } = optimizer;
  const gradient = parameter.in(gradients);
  const limit = clipNorm ?? globalClipNorm;
  if (squares && limit !== undefined) {
    const sums = clipNorm === undefined ? squares.all : squares.of(parameter);
    plan.call("clipNorm", rows, { columns, gradient, sums, count: sums.values.length, limit });
  }
  const fields = { rows, columns, parameters: parameter.in(network.block), gradient, step: step.tensor };
  const own = Array.from(slots, ([name, block]) => [name, parameter.in(block)] as const);
  kindOf(optimizer.kind).update(plan, optimizer, fields, Object.fromEntries(own));
}
