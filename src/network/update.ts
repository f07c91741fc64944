import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import { kindOf } from "../optimizers/list.js";
import type { Learner } from "./learner.js";
import type { Parameter } from "./network.js";
import type { StepMemory } from "./stepMemory.js";

/**
 * Adds optimizer and packing of one layer, the same rows of W by the same thread as the gradient's. Where gradients are
 * clipped by a norm, the sums of squares of all of them must be there.
 */
export function addUpdate(plan: PlanBuilder, learner: Learner, memory: StepMemory, index: number): void {
  const { network } = learner;
  const { layers } = network;
  const { weight, bias, tiedTo } = layers[index]!;
  const step = memory.step.at();
  const owned = [...(tiedTo === undefined ? [weight] : []), ...(bias ? [bias] : [])];
  for (const parameter of owned) {
    addNormClipping(plan, learner, memory, parameter);
    addOptimizer(plan, learner, parameter, step);
  }
  if (tiedTo !== undefined) return;
  network.addPacking(plan, layers[index]!);
  const twin = layers.find((layer) => layer.tiedTo === index);
  if (twin) network.addPacking(plan, twin);
}

/** Adds what scales a parameter's gradient down to a norm. */
function addNormClipping(
  plan: PlanBuilder,
  learner: Learner,
  { squares }: StepMemory,
  parameter: Parameter,
): void {
  const { rows, columns } = parameter;
  const { clipNorm, globalClipNorm } = learner.optimizer;
  const gradient = learner.gradientAt(parameter);
  if (!squares) return;
  if (clipNorm !== undefined) {
    const sums = squares.at(parameter);
    plan.call("clipNorm", rows, { columns, gradient, sums, count: rows, limit: clipNorm });
  } else if (globalClipNorm !== undefined) {
    const [sums, count] = [squares.at(), squares.count];
    plan.call("clipNorm", rows, { columns, gradient, sums, count, limit: globalClipNorm });
  }
}

/** Adds one parameter's update by the optimizer, which reads what changes from step to step from the block `step`. */
function addOptimizer(plan: PlanBuilder, learner: Learner, parameter: Parameter, step: Address): void {
  const { network, optimizer } = learner;
  const { rows, columns, offset } = parameter;
  const gradient = learner.gradientAt(parameter);
  const fields = { rows, columns, parameters: network.at(parameter), gradient, step };
  const slots = Array.from(learner.slots, ([name, block]) => [name, block.at(offset * 4)] as const);
  kindOf(optimizer.kind).update(plan, optimizer, fields, Object.fromEntries(slots));
}
