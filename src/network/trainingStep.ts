import {
  STEP_EPOCH,
  STEP_GRADIENT_RATE,
  STEP_INDICES,
  STEP_KL_WEIGHT,
  STEP_LEARNING_RATE,
  STEP_SECOND_FACTOR,
  STEP_WEIGHT_DECAY,
} from "../../assembly/abi.js";
import type { Address } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { divergenceWeight } from "../layers/gaussian.js";
import { sumOf } from "../math/sum.js";
import type { StepFactors } from "../optimizers/optimizer.js";
import { addBackward, addLoss, addSparsity, usesLogits } from "./backward.js";
import { addForward } from "./forward.js";
import { addGradient } from "./gradient.js";
import type { Learner } from "./learner.js";
import { StepMemory } from "./stepMemory.js";
import { type MetricName, StepMetrics } from "./stepMetrics.js";
import { addCorruption } from "./transitions.js";
import { addUpdate } from "./update.js";

/** A data set in the engine's memory. */
export interface Source {
  readonly kind: "floats" | "bytes";
  readonly at: Address;
  readonly rows: number;
  /** Whether every epoch takes the rows in the order in which they are. */
  readonly inOrder: boolean;
}

/** Sums over the rows of a step, taken before its update. */
export interface StepLosses {
  /** What is minimized, penalties included. */
  readonly loss: number;
  /** Of a variational model: its part that compares output and sample. */
  readonly reconstruction: number;
  /** Of a variational model: its divergences, not weighted. */
  readonly divergence: number;
}

/**
 * One training step over a batch of up to `rows` rows: its memory and the plans that use it.
 *
 * A step has two phases. In the first each thread takes rows of the batch: gather, forward, loss, δ of every layer.
 * In the second it takes rows of the weight matrices: gradient, optimizer, packing for the next step. A penalty on the
 * code's mean activations needs the codes of all rows first, and makes four of the two. Where gradients are clipped by a
 * norm, which takes all rows, the optimizer has a phase of its own.
 */
export class TrainingStep {
  readonly #learner: Learner;
  readonly #source: Source;
  /** Whether the only batch is the whole data set as it lies there, so that nothing has to be copied. */
  readonly #inPlace: boolean;
  readonly #memory: StepMemory;
  readonly #stepWords: Uint32Array;
  readonly #stepFloats: Float32Array;
  readonly #gatherWords: Uint32Array;
  readonly #lossValues: Float64Array;
  readonly #metrics: StepMetrics;
  readonly #plans = new Map<number, Plan>();
  readonly #repeats = new Map<number, Plan>();

  constructor(learner: Learner, source: Source, rows: number, metrics: readonly MetricName[] = []) {
    this.#learner = learner;
    this.#source = source;
    this.#inPlace = source.kind === "floats" && source.inOrder && rows === source.rows;
    this.#memory = new StepMemory(learner, rows, this.#inPlace ? source.at : undefined);
    this.#lossValues = this.#memory.losses.doubles();
    this.#stepWords = this.#memory.step.words();
    this.#stepFloats = this.#memory.step.floats();
    this.#gatherWords = this.#memory.gather.words();
    this.#metrics = new StepMetrics(learner, metrics, this.#memory, rows);
  }

  /**
   * Sets the next step up, whose number the learner's clock tells. Returns the plan to run.
   *
   * @param indices address of the u32 indices of the rows in the source
   * @param factors the optimizer's for this step
   * @param epoch over the model's whole life, from 0
   * @param samples address of what the rows' noise is drawn from, a u32 each; default their indices
   */
  prepare(
    rows: number,
    indices: Address,
    factors: StepFactors,
    epoch: number,
    samples: Address = indices,
  ): Plan {
    this.#gatherWords[STEP_INDICES] = indices;
    this.#stepWords[STEP_INDICES] = samples;
    this.#stepFloats[STEP_LEARNING_RATE] = factors.learningRate;
    this.#stepFloats[STEP_WEIGHT_DECAY] = factors.weightDecay;
    this.#stepFloats[STEP_GRADIENT_RATE] = factors.gradientRate;
    this.#stepFloats[STEP_SECOND_FACTOR] = factors.secondFactor;
    this.#stepWords[STEP_EPOCH] = epoch;
    this.#stepFloats[STEP_KL_WEIGHT] = this.#divergenceWeight();
    let plan = this.#plans.get(rows);
    if (!plan) {
      plan = this.#compile(rows);
      this.#plans.set(rows, plan);
    }
    return plan;
  }

  /**
   * A plan that sends the last step's batch of `rows` rows through the network as it is now, with the same draws, and
   * changes nothing of it; `losses` then tells what comes of it.
   */
  repeat(rows: number): Plan {
    let plan = this.#repeats.get(rows);
    if (!plan) {
      const { engine, layers } = this.#learner.network;
      const builder = engine.plan();
      builder.rows(rows, this.#memory.columns, () => {
        this.#addForward(builder, rows, 0, layers.length);
        addLoss(builder, this.#learner, this.#memory, rows);
      });
      plan = this.#memory.blocks.add(() => builder.build(engine.memory));
      this.#repeats.set(rows, plan);
    }
    return plan;
  }

  /** What the `rows` rows of the last step come to. */
  losses(rows: number): StepLosses {
    const { network, task } = this.#learner;
    const { divergences, penalties, sparsity, kernelPenalties } = this.#memory;
    let loss = sumOf(this.#lossValues, rows) * (task.latent ? network.inputSize : 1);
    const reconstruction = loss;
    const divergence = task.latent ? sumOf(divergences.doubles(), rows) : 0;
    if (task.latent) loss += this.#divergenceWeight() * divergence;
    for (const block of penalties) if (block) loss += sumOf(block.doubles(), rows);
    if (sparsity) loss += rows * sumOf(sparsity.values.floats(), network.latentSize);
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
    const { network, task } = this.#learner;
    const { engine, layers, encoderDepth } = network;
    const plan = engine.plan();
    const middle = task.sparsity ? encoderDepth : 0;
    if (middle > 0) {
      plan.rows(rows, this.#memory.columns, () => {
        this.#addInput(plan, rows);
        this.#addForward(plan, rows, 0, middle);
      });
      plan.phase();
      addSparsity(plan, this.#learner, this.#memory, rows);
      plan.phase();
    }
    plan.rows(rows, this.#memory.columns, () => {
      if (middle === 0) this.#addInput(plan, rows);
      this.#addForward(plan, rows, middle, layers.length);
      this.#metrics.add(plan, rows);
      addLoss(plan, this.#learner, this.#memory, rows);
      for (let index = layers.length - 1; index >= 0; index--) {
        addBackward(plan, this.#learner, this.#memory, rows, index);
      }
    });
    plan.phase();
    layers.forEach((_, index) => {
      addGradient(plan, this.#learner, this.#memory, rows, index);
    });
    if (this.#memory.squares) plan.phase();
    layers.forEach((_, index) => {
      addUpdate(plan, this.#learner, this.#memory, index);
    });
    return this.#memory.blocks.add(() => plan.build(engine.memory));
  }

  /** The batch, and what is made of it for the first layer. */
  #addInput(plan: PlanBuilder, rows: number): void {
    const { network, task } = this.#learner;
    const { workspace, gather: indices, draws } = this.#memory;
    const columns = network.inputSize;
    const { kind, at } = this.#source;
    if (!this.#inPlace) {
      const gather = kind === "bytes" ? "gatherBytes" : "gatherFloats";
      plan.call(gather, rows, { columns, source: at, batch: workspace.input, step: indices.at() });
    }
    if (!task.corruption) return;
    addCorruption(plan, task.corruption, columns, workspace.input, workspace.passed(-1), rows, draws);
  }

  #addForward(plan: PlanBuilder, rows: number, from: number, to: number): void {
    const { network } = this.#learner;
    const { workspace, draws } = this.#memory;
    const logits = usesLogits(this.#learner);
    addForward(plan, network, network.layers, workspace, rows, { logits, draws, from, to });
  }

  release(): void {
    this.#memory.release();
  }
}
