import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS, needsInput } from "../layers/activations.js";
import type { Learner } from "./learner.js";
import { addLossKernel, lossKernel } from "./losses.js";
import { addWeightProduct } from "./product.js";
import type { StepMemory } from "./stepMemory.js";
import { addTransitionBackward } from "./transitions.js";

/** Whether the loss is calculated from the last layer's logits, so that its activation is left out. */
export function usesLogits({ network, loss }: Learner): boolean {
  return lossKernel(loss, network.layers.at(-1)!.layer.activation).name === "binaryCrossentropyLogits";
}

/**
 * Adds the loss of the last layer's output; leaves δ of that layer's z. The loss of a variational model is a sum over the
 * outputs, any other's a mean.
 */
export function addLoss(plan: PlanBuilder, learner: Learner, memory: StepMemory, rows: number): void {
  const { network, loss, task } = learner;
  const last = network.layers.length - 1;
  const { units, layer } = network.layers[last]!;
  addLossKernel(plan, rows, lossKernel(loss, layer.activation), {
    columns: units,
    prediction: memory.workspace.output(last),
    target: memory.workspace.input,
    gradient: memory.deltas.output(last),
    losses: memory.losses.at(),
    scale: 1 / (task.latent ? rows : rows * units),
  });
  if (!usesLogits(learner)) addSlope(plan, learner, memory, rows, last);
}

/** From δ of layer `index` on: packs the operand of its weight gradient, and finds δ of the layer before. */
export function addBackward(
  plan: PlanBuilder,
  learner: Learner,
  memory: StepMemory,
  rows: number,
  index: number,
): void {
  const { network } = learner;
  const { workspace, deltas } = memory;
  const layer = network.layers[index]!;
  const { weight, inputs, units, narrow } = layer;
  const packed = memory.packAt(index);
  if (!narrow && weight.transposed) plan.packRows(rows, units, deltas.output(index), packed);
  else if (!narrow) plan.packRows(rows, inputs, workspace.passed(index - 1), packed);
  if (index === 0) return;
  addWeightProduct(plan, network, layer, "backward", rows, {
    n: inputs,
    k: units,
    a: deltas.output(index),
    c: deltas.passed(index - 1),
    seed: network.zeros,
  });
  const before = network.layers[index - 1]!;
  addTransitionBackward(plan, before, index - 1, workspace, deltas, rows, memory.draws);
  addPenalties(plan, learner, memory, rows, index - 1);
  addSlope(plan, learner, memory, rows, index - 1);
}

/** From δ of the output of layer `index` to δ of its z. */
function addSlope(
  plan: PlanBuilder,
  { network }: Learner,
  { workspace, deltas }: StepMemory,
  rows: number,
  index: number,
): void {
  const { layer, units } = network.layers[index]!;
  const kept = needsInput(layer.activation) ? workspace.preactivation(index) : workspace.output(index);
  const kind = ACTIVATIONS[layer.activation];
  const gradient = deltas.output(index);
  plan.call("activationBackward", rows, { kind, columns: units, kept, gradient });
}

/** Adds the gradients of what the activations of layer `index` are penalized by. */
function addPenalties(
  plan: PlanBuilder,
  { network }: Learner,
  { workspace, deltas, penalties, sparsity }: StepMemory,
  rows: number,
  index: number,
): void {
  const { units, layer } = network.layers[index]!;
  const [output, gradient] = [workspace.output(index), deltas.output(index)];
  const block = penalties[index];
  if (layer.activityPenalty && block) {
    const { strength } = layer.activityPenalty;
    const penalties = block.at();
    plan.call("activityL1", rows, { columns: units, output, gradient, penalties, strength, scale: 1 / rows });
  }
  if (sparsity && index === network.encoderDepth - 1) {
    plan.call("addToRows", rows, { columns: units, line: sparsity.slopes.at(), matrix: gradient });
  }
}

/** Adds the penalty on the mean activations of the code, which all rows must have been calculated for. */
export function addSparsity(plan: PlanBuilder, learner: Learner, memory: StepMemory, rows: number): void {
  const { network, task } = learner;
  const { sparsity, workspace } = memory;
  if (!task.sparsity || !sparsity) return;
  const { target, weight } = task.sparsity;
  const [sums, slopes, values] = [sparsity.sums.at(), sparsity.slopes.at(), sparsity.values.at()];
  const units = network.latentSize;
  const source = workspace.output(network.encoderDepth - 1);
  plan.call("columnSums", units, { rows, columns: units, source, sums });
  plan.call("klSparsity", units, { rows, sums, slopes, values, target, weight });
}
