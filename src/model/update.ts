import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Learner } from "./learner.js";
import { type Parameter, stepsOf } from "./network.js";
import type { StepMemory } from "./stepMemory.js";

/** Adds gradient, optimizer and packing of one layer, the same rows of W by the same thread throughout. */
export function addUpdate(
  plan: PlanBuilder,
  learner: Learner,
  memory: StepMemory,
  rows: number,
  index: number,
): void {
  const { network } = learner;
  const { layers } = network;
  const { weight, bias, inputs, units, tiedTo, narrow } = layers[index]!;
  if (narrow) {
    const at = (parameter: Parameter) => gradientAt(learner, parameter);
    plan.narrowGradient({
      units,
      inputs,
      rows,
      x: memory.workspace.passed(index - 1),
      delta: memory.deltas.output(index),
      weights: at(weight),
      bias: bias ? at(bias) : 0,
      ...stepsOf(weight),
    });
    addOptimizer(plan, learner, memory, weight);
    if (bias) addOptimizer(plan, learner, memory, bias);
    return;
  }
  if (tiedTo === undefined) {
    const twin = layers.findIndex((layer) => layer.tiedTo === index);
    addWeightGradient(plan, learner, memory, rows, index, network.zeros);
    // The twin's gradient is added to what is there.
    if (twin >= 0) addWeightGradient(plan, learner, memory, rows, twin, gradientAt(learner, weight));
    addOptimizer(plan, learner, memory, weight);
    network.addPacking(plan, layers[index]!);
    if (twin >= 0) network.addPacking(plan, layers[twin]!);
  }
  if (bias) {
    plan.columnSums(units, rows, memory.deltas.output(index), gradientAt(learner, bias));
    addOptimizer(plan, learner, memory, bias);
  }
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
  const c = gradientAt(learner, weight);
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

function addOptimizer(plan: PlanBuilder, learner: Learner, memory: StepMemory, parameter: Parameter): void {
  const { network, optimizer, moments } = learner;
  const { rows, columns, offset } = parameter;
  const value = network.at(parameter);
  const gradient = gradientAt(learner, parameter);
  const [first, second] = moments.map((block) => block.at(offset * 4));
  const step = memory.step.at();
  if (optimizer.kind === "sgd") {
    const { momentum, nesterov } = optimizer;
    plan.sgd(rows, columns, value, gradient, first ?? gradient, step, momentum, nesterov);
  } else {
    const { beta1, beta2, epsilon } = optimizer;
    plan.adam(rows, columns, value, gradient, first!, second!, step, 1 - beta1, 1 - beta2, epsilon);
  }
}

function gradientAt(learner: Learner, parameter: Parameter): Address {
  return learner.gradients.at(parameter.offset * 4);
}
