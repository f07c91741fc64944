import { type Address, NOWHERE } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import { kernelStrengths } from "../layers/penalties.js";
import type { Learner } from "./learner.js";
import { type Parameter, stepsOf } from "./network.js";
import type { StepMemory } from "./stepMemory.js";

/**
 * Adds the gradients of one layer's own parameters, penalties included, clipped by value or ready to be clipped by a
 * norm. Tied weights are the encoder's layer's: their gradient is the sum of both layers'.
 */
export function addGradient(
  plan: PlanBuilder,
  learner: Learner,
  memory: StepMemory,
  rows: number,
  index: number,
): void {
  const { weight, bias, units, tiedTo, narrow } = learner.network.layers[index]!;
  if (narrow) addNarrowGradient(plan, learner, memory, rows, index);
  else if (tiedTo === undefined) addKernelGradient(plan, learner, memory, rows, index);
  if (tiedTo === undefined) {
    addKernelPenalty(plan, learner, memory, index);
    addClipping(plan, learner, memory, weight);
  }
  if (!bias) return;
  if (!narrow) {
    const [source, sums] = [memory.deltas.output(index), learner.gradientAt(bias)];
    plan.call("columnSums", units, { rows, columns: units, source, sums });
  }
  addClipping(plan, learner, memory, bias);
}

/** Adds the gradients of a narrow layer's weights and bias. */
function addNarrowGradient(
  plan: PlanBuilder,
  learner: Learner,
  { workspace, deltas }: StepMemory,
  rows: number,
  index: number,
): void {
  const { weight, bias, inputs, units } = learner.network.layers[index]!;
  const fields = {
    units,
    inputs,
    rows,
    x: workspace.passed(index - 1),
    delta: deltas.output(index),
    weights: learner.gradientAt(weight),
    bias: bias ? learner.gradientAt(bias) : NOWHERE,
    ...stepsOf(weight),
  };
  // Too little to divide: it is one item.
  plan.call("narrowGradient", 1, fields, 1);
}

/** Adds the gradient of the weights of layer `index`, and that of the layer that is tied to it. */
function addKernelGradient(
  plan: PlanBuilder,
  learner: Learner,
  memory: StepMemory,
  rows: number,
  index: number,
): void {
  const { layers, zeros } = learner.network;
  addWeightGradient(plan, learner, memory, rows, index, zeros);
  const twin = layers.findIndex((layer) => layer.tiedTo === index);
  // The twin's gradient is added to what is there.
  if (twin >= 0)
    addWeightGradient(plan, learner, memory, rows, twin, learner.gradientAt(layers[index]!.weight));
}

/** @param seed what the gradient is added to: zeros, or the gradient itself */
function addWeightGradient(
  plan: PlanBuilder,
  learner: Learner,
  memory: StepMemory,
  rows: number,
  index: number,
  seed: Address,
): void {
  const { weight, inputs, units } = learner.network.layers[index]!;
  const rowBytes = weight.columns * 4;
  // Kept as [in, out]: dWᵀ = xᵀ·δ. Kept as [out, in]: dW = δᵀ·x. The second operand is the packed one.
  const [a, columns] = weight.transposed
    ? [memory.workspace.passed(index - 1), inputs]
    : [memory.deltas.output(index), units];
  const c = learner.gradientAt(weight);
  plan.product(weight.rows, {
    n: weight.columns,
    k: rows,
    a,
    aRow: 4,
    aStep: columns * 4,
    b: memory.packAt(index),
    seed,
    seedRow: seed === c ? rowBytes : 0,
    c,
    cRow: rowBytes,
  });
}

/** Adds the gradient of what the weights of layer `index` are penalized by, if they are. */
function addKernelPenalty(
  plan: PlanBuilder,
  learner: Learner,
  { kernelPenalties }: StepMemory,
  index: number,
): void {
  const { network } = learner;
  const { layer, weight } = network.layers[index]!;
  if (!layer.kernelPenalty || !kernelPenalties) return;
  const { l1, l2 } = kernelStrengths(layer.kernelPenalty);
  const { rows, columns } = weight;
  const [weights, gradient] = [network.at(weight), learner.gradientAt(weight)];
  plan.call("penalize", rows, { columns, weights, gradient, sums: kernelPenalties.at(weight), l1, l2 });
}

/** Adds what clipping does before all gradients are known. */
function addClipping(
  plan: PlanBuilder,
  learner: Learner,
  { squares }: StepMemory,
  parameter: Parameter,
): void {
  const { rows, columns } = parameter;
  const { clipValue } = learner.optimizer;
  const gradient = learner.gradientAt(parameter);
  if (clipValue !== undefined) plan.call("clipValues", rows, { columns, gradient, limit: clipValue });
  if (squares) plan.call("sumSquares", rows, { columns, gradient, sums: squares.at(parameter) });
}
