import type { Address } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import type { Learner } from "./learner.js";
import type { Parameter } from "./network.js";

/** Adds one parameter's update by the optimizer, which reads what changes from step to step from the block `step`. */
export function addOptimizer(plan: PlanBuilder, learner: Learner, parameter: Parameter, step: Address): void {
  const { network, optimizer, moments } = learner;
  const value = network.at(parameter);
  const gradient = learner.gradientAt(parameter);
  const common = [parameter.rows, parameter.columns, value, gradient] as const;
  const kept = moments.map((block) => block.at(parameter.offset * 4));
  const [first, second] = kept;
  switch (optimizer.kind) {
    case "sgd":
      plan.sgd(...common, first ?? gradient, step, optimizer.momentum, optimizer.nesterov);
      return;
    case "adam":
    case "adamw":
    case "nadam": {
      const { kind, beta1, beta2, epsilon } = optimizer;
      plan[kind](...common, first!, second!, step, 1 - beta1, 1 - beta2, epsilon);
      return;
    }
    case "rmsprop": {
      const { rho, momentum, epsilon, centered } = optimizer;
      // The mean gradients are the last moments; what is not used is not touched.
      const [momentums, means] = [second ?? gradient, kept.at(-1)!];
      plan.rmsprop(...common, first!, momentums, means, step, rho, momentum, epsilon, centered);
      return;
    }
    case "adagrad":
      plan.adagrad(...common, first!, step, optimizer.epsilon);
      return;
    case "adadelta":
      plan.adadelta(...common, first!, second!, step, optimizer.rho, optimizer.epsilon);
  }
}
