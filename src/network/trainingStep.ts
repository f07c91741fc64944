import type { Plan, PlanBuilder } from "../engine/plan.js";
import type { StepFactors } from "../engine/stepBlock.js";
import type { Tensor } from "../engine/tensor.js";
import { divergenceWeight } from "../layers/gaussian.js";
import { sumOf } from "../math/sum.js";
import type { Learner } from "./learner.js";
import { addLossKernel, lastActivation, lossKernel } from "./losses.js";
import { addGradientRules, addUpdate } from "./parameterUpdate.js";
import { RowStages, weightsOf } from "./rowStages.js";
import { StepMemory } from "./stepMemory.js";
import { type MetricName, StepMetrics } from "./stepMetrics.js";
import { addActivityPenalty, addCodeStatistics, addSparsitySlope } from "./stepPenalties.js";

/** A data set in the engine's memory. */
export interface Source {
  /** [rows, inputSize]; bytes are converted to numbers from 0 to 1 when gathered. */
  readonly data: Tensor | Tensor<Uint8Array>;
  /** What the output is compared with, like `data`; default: the data. */
  readonly targets?: Tensor | Tensor<Uint8Array>;
  /** [rows]: how much the loss of each row counts; default 1. */
  readonly weights?: Tensor;
  /** Whether every epoch takes the rows in their given order. */
  readonly inOrder: boolean;
}

/** Sums over the rows of a step, from before its update. */
export interface StepLosses {
  /** The loss that is minimized, penalties included. */
  readonly loss: number;
  /** In a variational model: the part that compares output and sample. */
  readonly reconstruction: number;
  /** In a variational model: the sum of the divergences, not weighted. */
  readonly divergence: number;
}

/**
 * One training step over a batch of up to `rows` rows: its memory and plans.
 *
 * A step has two phases. In the first, each thread processes rows of the batch: gather, forward, loss, δ of every
 * layer. In the second, it processes rows of the weight matrices: gradient, optimizer, packing for the next step. Work
 * that needs all rows in between, such as batch normalization or a penalty on the code's mean activations, adds its own
 * phases; so does clipping gradients by norm.
 */
export class TrainingStep {
  readonly #learner: Learner;
  readonly #source: Source;
  readonly #memory: StepMemory;
  readonly #metrics: StepMetrics;
  /** Whether nothing is added to the loss of the outputs. */
  readonly #plain: boolean;
  readonly #plans = new Map<number, Plan>();
  readonly #repeats = new Map<number, Plan>();

  constructor(learner: Learner, source: Source, rows: number, metrics: readonly MetricName[] = []) {
    this.#learner = learner;
    this.#source = source;
    const { data, targets, weights } = source;
    this.#memory = new StepMemory(learner, rows, {
      input: this.#placed(data, rows),
      target: targets && (this.#placed(targets, rows) ?? "copied"),
    });
    this.#metrics = new StepMetrics(learner, metrics, this.#memory, rows, weights !== undefined);
    const { penalties, sparsity, kernelPenalties } = this.#memory;
    this.#plain = !learner.task.latent && !sparsity && !kernelPenalties && !penalties.some(Boolean);
  }

  /**
   * Prepares the next step, whose number comes from the learner's clock. Returns the plan to run.
   *
   * @param indices of the rows in the source
   * @param factors the optimizer's factors for this step
   * @param epoch number of the epoch over the model's whole life, from 0
   * @param samples sample indices that determine the rows' noise; default `indices`
   */
  prepare(
    rows: number,
    indices: Tensor<Uint32Array>,
    factors: StepFactors,
    epoch: number,
    samples: Tensor<Uint32Array> = indices,
  ): Plan {
    const { gather, step } = this.#memory;
    gather.indices = indices;
    step.indices = samples;
    step.factors = factors;
    step.epoch = epoch;
    step.divergenceWeight = this.#divergenceWeight();
    let plan = this.#plans.get(rows);
    if (!plan) {
      plan = this.#compile(rows);
      this.#plans.set(rows, plan);
    }
    return plan;
  }

  /**
   * A plan that runs the last step's batch of `rows` rows through the network with its current weights and the same
   * random numbers. It changes nothing in the network; read the result from `losses`.
   */
  repeat(rows: number): Plan {
    let plan = this.#repeats.get(rows);
    if (!plan) {
      const stages = new RowStages();
      this.#addForward(stages, rows);
      stages.rows((plan) => this.#addLoss(plan, rows));
      plan = this.#build(stages, rows);
      this.#repeats.set(rows, plan);
    }
    return plan;
  }

  /** Sums of the losses over the `rows` rows of the last step. */
  losses(rows: number): StepLosses {
    const { network, task } = this.#learner;
    const { losses, divergences, penalties, sparsity, kernelPenalties } = this.#memory;
    if (this.#plain) {
      const loss = sumOf(losses.values, rows);
      return { loss, reconstruction: loss, divergence: 0 };
    }
    let loss = sumOf(losses.values, rows) * (task.latent ? network.inputSize : 1);
    const reconstruction = loss;
    const divergence = divergences ? sumOf(divergences.values, rows) : 0;
    if (task.latent) loss += this.#divergenceWeight() * divergence;
    for (const sums of penalties) if (sums) loss += sumOf(sums.values, rows);
    if (sparsity) loss += rows * sumOf(sparsity.values.values, network.latentSize);
    if (kernelPenalties) loss += rows * kernelPenalties.total();
    return { loss, reconstruction, divergence };
  }

  /** Sums of the metrics over the same rows, in the order of their names. */
  metricSums(rows: number): number[] {
    return this.#metrics.sums(rows);
  }

  #divergenceWeight(): number {
    const { task, clock } = this.#learner;
    return task.latent ? divergenceWeight(task.latent, clock.steps) : 0;
  }

  #compile(rows: number): Plan {
    const stages = new RowStages();
    stages.rows((plan) => this.#addInput(plan, rows));
    this.#addForward(stages, rows);
    stages.rows((plan) => {
      this.#metrics.add(plan, rows);
      this.#addLoss(plan, rows);
    });
    this.#addBackward(stages, rows);
    return this.#build(stages, rows, (plan) => this.#addUpdates(plan, rows));
  }

  /** @param after adds the work that follows once all rows are done */
  #build(stages: RowStages, rows: number, after?: (plan: PlanBuilder) => void): Plan {
    const { pass, storage } = this.#memory;
    const plan = this.#learner.network.engine.plan();
    stages.write(plan, rows, pass.floats);
    if (after) {
      plan.phase();
      after(plan);
    }
    return storage.plan(plan);
  }

  #addForward(stages: RowStages, rows: number): void {
    const { layers, encoderDepth } = this.#learner.network;
    const { pass, sparsity } = this.#memory;
    for (let index = 0; index < layers.length; index++) {
      // The penalty on the code's means must see the codes of all rows before the next layer runs.
      if (sparsity && index === encoderDepth) {
        stages.all((plan) => addCodeStatistics(plan, this.#learner, this.#memory, rows));
      }
      if (pass.waits(index)) stages.all((plan) => pass.prepare(plan, rows, index));
      stages.rows((plan) => pass.forward(plan, rows, index, index + 1), weightsOf(layers[index]!));
    }
  }

  /**
   * Where the source's rows already are what a batch needs: if the only batch is the whole data set in its stored
   * order, nothing needs to be copied.
   */
  #placed(rows: Source["data"], capacity: number): Tensor | undefined {
    const { inOrder } = this.#source;
    return inOrder && capacity === rows.shape[0] && rows.values instanceof Float32Array
      ? (rows as Tensor)
      : undefined;
  }

  /** Adds the work that brings in the batch. */
  #addInput(plan: PlanBuilder, rows: number): void {
    const { pass, target } = this.#memory;
    const { data, targets } = this.#source;
    this.#addGather(plan, rows, data, pass.input);
    if (targets) this.#addGather(plan, rows, targets, target);
  }

  #addGather(plan: PlanBuilder, rows: number, source: Source["data"], batch: Tensor): void {
    if (batch === source) return;
    const kernel = source.values instanceof Uint8Array ? "gatherBytes" : "gatherFloats";
    const columns = this.#learner.network.inputSize;
    plan.call(kernel, rows, { columns, source, batch, step: this.#memory.gather.tensor });
  }

  /**
   * Adds the loss of the last layer's output, and the gradient with respect to it. In a variational model the loss is a
   * sum over the outputs, otherwise a mean.
   */
  #addLoss(plan: PlanBuilder, rows: number): void {
    const { network, loss, task } = this.#learner;
    const { pass, target, losses, gather } = this.#memory;
    const { weights } = this.#source;
    const columns = network.inputSize;
    const gradient = pass.slope();
    addLossKernel(plan, rows, lossKernel(loss, lastActivation(network.layers)), {
      columns,
      prediction: pass.output(),
      target,
      gradient,
      losses,
      scale: 1 / (task.latent ? rows : rows * columns),
    });
    if (weights) plan.call("weighRows", rows, { columns, weights, gradient, losses, step: gather.tensor });
  }

  #addBackward(stages: RowStages, rows: number): void {
    const { layers, codeIndex } = this.#learner.network;
    const { pass } = this.#memory;
    for (let index = layers.length - 1; index >= 0 && pass.learns(index); index--) {
      stages.rows((plan) => {
        addActivityPenalty(plan, this.#memory, layers[index]!, index, rows);
        if (index === codeIndex) addSparsitySlope(plan, this.#memory, index, rows);
      });
      if (pass.waitsBackward(index)) stages.all((plan) => pass.prepareBackward(plan, rows, index));
      stages.rows((plan) => pass.backward(plan, rows, index), weightsOf(layers[index]!));
    }
  }

  /**
   * Adds the gradients of all parameters, then their updates. A gradient is complete after the last layer that
   * contributes to it.
   */
  #addUpdates(plan: PlanBuilder, rows: number): void {
    const { layers, parameters } = this.#learner.network;
    const { pass, squares } = this.#memory;
    // A tied weight has the place of the parameter that it borrows.
    const complete = new Map<number, number>();
    layers.forEach(({ named }, index) => {
      for (const [, { offset }] of named) complete.set(offset, index);
    });
    layers.forEach((_, index) => {
      pass.gradient(plan, rows, index);
      pass.update(plan, rows, index);
      for (const parameter of parameters) {
        if (!parameter.trainable || complete.get(parameter.offset) !== index) continue;
        addGradientRules(plan, this.#learner, this.#memory, parameter);
      }
    });
    if (squares) plan.phase();
    for (const { owned, calls } of layers) {
      for (const parameter of owned) {
        if (parameter.trainable) addUpdate(plan, this.#learner, this.#memory, parameter);
      }
      calls.refresh?.(plan);
    }
  }

  release(): void {
    this.#memory.release();
  }
}
