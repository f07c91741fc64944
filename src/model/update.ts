import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
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
  const { network, optimizer, moments } = learner;
  const { rows, columns } = parameter;
  const gradient = learner.gradientAt(parameter);
  const common = { columns, parameters: network.at(parameter), gradient, step };
  const kept = moments.map((block) => block.at(parameter.offset * 4));
  const [first, second] = kept;
  switch (optimizer.kind) {
    case "sgd": {
      const { momentum, nesterov } = optimizer;
      plan.call("sgd", rows, { ...common, velocity: first ?? gradient, momentum, nesterov });
      return;
    }
    case "adam":
    case "adamw":
    case "nadam": {
      const { kind, beta1, beta2, epsilon } = optimizer;
      const factors = { oneMinusBeta1: 1 - beta1, oneMinusBeta2: 1 - beta2, epsilon };
      plan.call(kind, rows, { ...common, first: first!, second: second!, ...factors });
      return;
    }
    case "rmsprop": {
      const { rho, momentum, epsilon, centered } = optimizer;
      // The mean gradients are the last moments; what is not used is not touched.
      const slots = { velocity: first!, momentums: second ?? gradient, means: kept.at(-1)! };
      plan.call("rmsprop", rows, {
        ...common,
        ...slots,
        rho,
        oneMinusRho: 1 - rho,
        momentum,
        epsilon,
        centered,
      });
      return;
    }
    case "adagrad":
      plan.call("adagrad", rows, { ...common, accumulator: first!, epsilon: optimizer.epsilon });
      return;
    case "adadelta": {
      const { rho, epsilon } = optimizer;
      const slots = { gradients: first!, changes: second! };
      plan.call("adadelta", rows, { ...common, ...slots, rho, oneMinusRho: 1 - rho, epsilon });
    }
  }
}
