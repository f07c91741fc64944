import type { Block } from "../engine/memory.js";
import type { PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "../layers/activations.js";
import { sumOf } from "../math/sum.js";
import { usesLogits } from "./backward.js";
import type { Learner } from "./learner.js";
import { addLossKernel, type LossName, lossKernel, lossName, toLoss } from "./losses.js";
import type { StepMemory } from "./stepMemory.js";

/** What can be measured beside the loss: whatever can be a loss. It has no penalties in it, and no divergence. */
export type MetricName = LossName;

/** Metrics of the batches of training, from the same outputs as the loss. */
export class StepMetrics {
  readonly #learner: Learner;
  readonly #memory: StepMemory;
  readonly #names: readonly MetricName[];
  readonly #values: readonly Block[];
  /** Room for the output where the step keeps logits, and for gradients that nobody wants: [rows, units]. */
  readonly #room: Block | undefined;

  constructor(learner: Learner, names: readonly MetricName[], memory: StepMemory, rows: number) {
    this.#learner = learner;
    this.#memory = memory;
    this.#names = names;
    const { blocks, losses } = memory;
    // What is the loss, too, has been calculated.
    this.#values = names.map((name) =>
      name === lossName(learner.loss) ? losses : blocks.allocate(rows * 8),
    );
    const { units } = learner.network.layers.at(-1)!;
    if (names.some((name) => name !== lossName(learner.loss))) this.#room = blocks.allocate(rows * units * 4);
  }

  /** Adds the metrics of the last layer's output. */
  add(plan: PlanBuilder, rows: number): void {
    const room = this.#room?.at();
    if (room === undefined) return;
    const { network, loss } = this.#learner;
    const last = network.layers.length - 1;
    const { layer, units } = network.layers[last]!;
    const { workspace } = this.#memory;
    const output = workspace.output(last);
    const logits = usesLogits(this.#learner);
    this.#names.forEach((name, index) => {
      if (name === lossName(loss)) return;
      const kind = ACTIVATIONS[layer.activation];
      if (logits) plan.call("activationForward", rows, { kind, columns: units, z: output, y: room });
      // Cross-entropy has outputs, not logits, to work with, except as the loss itself.
      addLossKernel(plan, rows, lossKernel(toLoss(name), "linear"), {
        columns: units,
        prediction: logits ? room : output,
        target: workspace.input,
        gradient: room,
        losses: this.#values[index]!.at(),
        scale: 0,
      });
    });
  }

  /** Sums of the metrics over the `rows` rows of the last step, taken before its update, in the order of the names. */
  sums(rows: number): number[] {
    return this.#values.map((values) => sumOf(values.doubles(0, rows), rows));
  }
}
