import type { PlanBuilder } from "../engine/plan.js";
import { sizeOf } from "../layers/shape.js";
import type { Learner } from "./learner.js";
import type { NetworkLayer } from "./networkLayer.js";
import type { StepMemory } from "./stepMemory.js";

/** Adds the gradient of the activity penalty of layer `index`, if it has one. */
export function addActivityPenalty(
  plan: PlanBuilder,
  { pass, penalties }: StepMemory,
  { options, outputShape }: NetworkLayer,
  index: number,
  rows: number,
): void {
  const sums = penalties[index];
  if (!options.activityPenalty || !sums) return;
  const { strength } = options.activityPenalty;
  const [output, gradient] = [pass.output(index), pass.slope(index)];
  const columns = sizeOf(outputShape);
  plan.call("activityL1", rows, { columns, output, gradient, penalties: sums, strength, scale: 1 / rows });
}

/** Adds the penalty on the mean activations of the code. All rows must have been computed. */
export function addCodeStatistics(
  plan: PlanBuilder,
  { network, task }: Learner,
  { pass, sparsity }: StepMemory,
  rows: number,
): void {
  if (!task.sparsity || !sparsity) return;
  const { target, weight } = task.sparsity;
  const { sums, slopes, values } = sparsity;
  const columns = network.latentSize;
  plan.call("columnSums", columns, { rows, columns, source: pass.output(network.codeIndex), sums });
  plan.call("klSparsity", columns, { rows, sums, slopes, values, target, weight });
}

/** Adds that penalty's gradient, if there is one, to the gradient of the code. */
export function addSparsitySlope(
  plan: PlanBuilder,
  { pass, sparsity }: StepMemory,
  index: number,
  rows: number,
): void {
  if (!sparsity) return;
  const { slopes } = sparsity;
  plan.call("addToRows", rows, { columns: slopes.values.length, line: slopes, matrix: pass.slope(index) });
}
