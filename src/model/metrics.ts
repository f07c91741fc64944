import type { Address, Block } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "./activations.js";
import type { Blocks } from "./blocks.js";
import type { Learner } from "./learner.js";
import { type LossName, lossKernel } from "./losses.js";

/** What can be measured beside the loss: whatever can be a loss. */
export type MetricName = LossName;

/** Metrics of the batches of training, from the same outputs as the loss. */
export class StepMetrics {
  readonly #learner: Learner;
  readonly #names: readonly MetricName[];
  readonly #values: readonly (Block | undefined)[];
  /** Room for the output where the step keeps logits, and for gradients that nobody wants: [rows, units]. */
  readonly #room: Block | undefined;

  constructor(learner: Learner, names: readonly MetricName[], blocks: Blocks, rows: number) {
    this.#learner = learner;
    this.#names = names;
    // What is the loss, too, has been calculated.
    this.#values = names.map((name) => (name === learner.loss ? undefined : blocks.allocate(rows * 8)));
    const { units } = learner.network.layers.at(-1)!;
    if (this.#values.some(Boolean)) this.#room = blocks.allocate(rows * units * 4);
  }

  /** Adds the metrics of the last layer's output, of which only the logits are there when `logits`. */
  add(plan: PlanBuilder, rows: number, output: Address, target: Address, logits: boolean): void {
    const { layer, units } = this.#learner.network.layers.at(-1)!;
    const room = this.#room?.at();
    if (room === undefined) return;
    this.#values.forEach((values, index) => {
      if (!values) return;
      const kernel = lossKernel(this.#names[index]!, layer.activation);
      // Elsewhere than behind its own loss, cross-entropy has outputs, not logits, to work with.
      const wanted = kernel === "binaryCrossentropyLogits" ? "binaryCrossentropy" : kernel;
      if (logits) plan.activationForward(rows, ACTIVATIONS[layer.activation], units, output, room);
      plan.loss(rows, wanted, units, logits ? room : output, target, room, values.at(), 0);
    });
  }

  /** Sums of the metrics over the `rows` rows of the last step, taken before its update, in the order of the names. */
  sums(rows: number, lossSum: number): number[] {
    return this.#values.map((values) => {
      if (!values) return lossSum;
      let sum = 0;
      for (const value of values.doubles(0, rows)) sum += value;
      return sum;
    });
  }
}
