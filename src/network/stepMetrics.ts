import type { PlanBuilder } from "../engine/plan.js";
import type { Tensor } from "../engine/tensor.js";
import { ACTIVATIONS } from "../layers/activations.js";
import { sumOf } from "../math/sum.js";
import type { Learner } from "./learner.js";
import {
  addLossKernel,
  type LossName,
  lastActivation,
  lossKernel,
  lossName,
  toLoss,
  usesLogits,
} from "./losses.js";
import type { StepMemory } from "./stepMemory.js";

/** What can be measured besides the loss: any loss, without penalties or divergence. */
export type MetricName = LossName;

/** Metrics of the training batches, computed from the same outputs as the loss. */
export class StepMetrics {
  readonly #learner: Learner;
  readonly #memory: StepMemory;
  readonly #names: readonly MetricName[];
  /** The metric that the losses of the rows already are, if any. */
  readonly #computed: MetricName | undefined;
  readonly #values: readonly Tensor<Float64Array>[];
  /** Scratch memory [rows, values] for the output, if the step keeps logits, and for gradients that are not used. */
  readonly #room: Tensor | undefined;

  /** @param weighted whether rows of the loss are weighted, which metrics are not */
  constructor(
    learner: Learner,
    names: readonly MetricName[],
    memory: StepMemory,
    rows: number,
    weighted = false,
  ) {
    this.#learner = learner;
    this.#memory = memory;
    this.#names = names;
    const { storage, losses } = memory;
    // If the metric is the loss itself, it has already been computed.
    this.#computed = weighted ? undefined : lossName(learner.loss);
    this.#values = names.map((name) => (name === this.#computed ? losses : storage.doubles(rows)));
    if (!names.every((name) => name === this.#computed))
      this.#room = storage.floats(rows, learner.network.inputSize);
  }

  /** Adds the computation of the metrics from the last layer's output. */
  add(plan: PlanBuilder, rows: number): void {
    const room = this.#room;
    if (room === undefined) return;
    const { network, loss } = this.#learner;
    const { pass, target } = this.#memory;
    const columns = network.inputSize;
    const output = pass.output();
    const logits = usesLogits(loss, network.layers);
    const kind = ACTIVATIONS[lastActivation(network.layers) ?? "linear"];
    this.#names.forEach((name, index) => {
      if (name === this.#computed) return;
      if (logits) plan.call("activationForward", rows, { kind, columns, z: output, y: room });
      // As a metric, cross-entropy is computed from the outputs. Only the loss itself uses the logits.
      addLossKernel(plan, rows, lossKernel(toLoss(name)), {
        columns,
        prediction: logits ? room : output,
        target,
        gradient: room,
        losses: this.#values[index]!,
        scale: 0,
      });
    });
  }

  /** Sums of the metrics over the `rows` rows of the last step, from before its update, in the order of the names. */
  sums(rows: number): number[] {
    return this.#values.map(({ values }) => sumOf(values, rows));
  }
}
