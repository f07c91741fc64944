import { STEP_INDICES, STEP_LEARNING_RATE, STEP_WORDS } from "../../assembly/abi.js";
import type { Address, Block } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS } from "./activations.js";
import { Blocks } from "./blocks.js";
import { addForward } from "./forward.js";
import type { Learner } from "./learner.js";
import { lossKernel } from "./losses.js";
import { type MetricName, StepMetrics } from "./metrics.js";
import type { NetworkLayer, Parameter } from "./network.js";
import { Workspace } from "./workspace.js";

/** A data set in the engine's memory. */
export interface Source {
  readonly kind: "floats" | "bytes";
  readonly at: Address;
}

/**
 * One training step over a batch of up to `rows` rows: the activations, the gradients with respect to each layer's
 * output (δ, named by the layer), the packed operands of the weight gradients, and the plans that use them.
 *
 * A step has two phases. In the first each thread takes rows of the batch: gather, forward, loss, δ of every layer.
 * In the second it takes rows of the weight matrices: gradient, optimizer, packing for the next step.
 */
export class TrainingStep {
  readonly #learner: Learner;
  readonly #source: Source;
  readonly #blocks: Blocks;
  readonly #workspace: Workspace;
  readonly #deltas: Workspace;
  readonly #packs: Block;
  readonly #packOffsets: number[];
  readonly #losses: Block;
  readonly #step: Block;
  readonly #stepWords: Uint32Array;
  readonly #stepFloats: Float32Array;
  readonly #lossValues: Float64Array;
  readonly #metrics: StepMetrics;
  readonly #plans = new Map<number, Plan>();

  constructor(learner: Learner, source: Source, rows: number, metrics: readonly MetricName[] = []) {
    this.#learner = learner;
    this.#source = source;
    const { network } = learner;
    const { engine, layers } = network;
    const blocks = new Blocks(engine.memory);
    this.#blocks = blocks;
    this.#workspace = new Workspace(blocks, layers, rows);
    this.#deltas = new Workspace(blocks, layers, rows);
    let packs = 0;
    this.#packOffsets = layers.map(({ weight }) => {
      const offset = packs;
      packs += Math.ceil(engine.packedSize(rows, weight.columns) / 16) * 16;
      return offset * 4;
    });
    this.#packs = blocks.allocate(packs * 4);
    this.#losses = blocks.allocate(rows * 8);
    this.#step = blocks.allocate(STEP_WORDS * 4);
    this.#stepWords = this.#step.words();
    this.#stepFloats = this.#step.floats();
    this.#lossValues = this.#losses.doubles();
    this.#metrics = new StepMetrics(learner, metrics, blocks, rows);
  }

  /** Sets the next step up: which rows (an address of u32 indices) and how far to go. Returns the plan to run. */
  prepare(rows: number, indices: Address, learningRate: number): Plan {
    this.#stepWords[STEP_INDICES] = indices;
    this.#stepFloats[STEP_LEARNING_RATE] = learningRate;
    let plan = this.#plans.get(rows);
    if (!plan) {
      plan = this.#compile(rows);
      this.#plans.set(rows, plan);
    }
    return plan;
  }

  /** Sum of the losses of the `rows` rows of the last step, taken before its update. */
  lossSum(rows: number): number {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += this.#lossValues[row]!;
    return sum;
  }

  /** Sums of the metrics, in their order, over the rows that `lossSum` is of. */
  metricSums(rows: number, lossSum: number): number[] {
    return this.#metrics.sums(rows, lossSum);
  }

  #compile(rows: number): Plan {
    const { engine, layers } = this.#learner.network;
    const plan = engine.plan();
    plan.rows(rows, () => {
      this.#addGather(plan, rows);
      this.#addLoss(plan, rows);
      for (let index = layers.length - 1; index >= 0; index--) this.#addBackward(plan, rows, index);
    });
    plan.phase();
    layers.forEach((layer, index) => {
      this.#addUpdate(plan, rows, layer, index);
    });
    return plan.build(engine.memory);
  }

  #addGather(plan: PlanBuilder, rows: number): void {
    const columns = this.#learner.network.inputSize;
    const gather = this.#source.kind === "bytes" ? "gatherBytes" : "gatherFloats";
    plan[gather](rows, columns, this.#source.at, this.#workspace.input, this.#step.at());
  }

  /** Forward pass and loss; leaves δ of the last layer's z. */
  #addLoss(plan: PlanBuilder, rows: number): void {
    const { network, loss } = this.#learner;
    const last = network.layers.length - 1;
    const { units, layer } = network.layers[last]!;
    const kernel = lossKernel(loss, layer.activation);
    const logits = kernel === "binaryCrossentropyLogits";
    addForward(plan, network, network.layers, this.#workspace, rows, logits);
    const output = this.#workspace.output(last);
    const delta = this.#deltas.output(last);
    this.#metrics.add(plan, rows, output, this.#workspace.input, logits);
    plan.loss(
      rows,
      kernel,
      units,
      output,
      this.#workspace.input,
      delta,
      this.#losses.at(),
      1 / (rows * units),
    );
    if (!logits) plan.activationBackward(rows, ACTIVATIONS[layer.activation], units, output, delta);
  }

  /** From δ of layer `index` on: packs the operand of its weight gradient, and finds δ of the layer before. */
  #addBackward(plan: PlanBuilder, rows: number, index: number): void {
    const { network } = this.#learner;
    const { weight, inputs, units, backwardPack } = network.layers[index]!;
    const delta = this.#deltas.output(index);
    const packed = this.#packs.at(this.#packOffsets[index]);
    if (weight.transposed) plan.packRows(rows, units, delta, packed);
    else plan.packRows(rows, inputs, this.#workspace.output(index - 1), packed);
    if (index === 0) return;
    const before = network.layers[index - 1]!;
    plan.product(rows, {
      n: inputs,
      k: units,
      a: delta,
      aRow: units * 4,
      aStep: 4,
      b: network.packAt(backwardPack),
      seed: network.zeros,
      seedRow: 0,
      c: this.#deltas.output(index - 1),
      cRow: inputs * 4,
    });
    const kind = ACTIVATIONS[before.layer.activation];
    plan.activationBackward(
      rows,
      kind,
      inputs,
      this.#workspace.output(index - 1),
      this.#deltas.output(index - 1),
    );
  }

  /** Gradient, optimizer and packing of one layer, the same rows of W by the same thread throughout. */
  #addUpdate(plan: PlanBuilder, rows: number, layer: NetworkLayer, index: number): void {
    const { network } = this.#learner;
    const { weight, bias, inputs, units } = layer;
    const x = this.#workspace.output(index - 1);
    const delta = this.#deltas.output(index);
    // Kept as [in, out]: dWᵀ = xᵀ·δ. Kept as [out, in]: dW = δᵀ·x. The second operand is the packed one.
    const [a, columns] = weight.transposed ? [x, inputs] : [delta, units];
    plan.product(weight.rows, {
      n: weight.columns,
      k: rows,
      a,
      aRow: 4,
      aStep: columns * 4,
      b: this.#packs.at(this.#packOffsets[index]),
      seed: network.zeros,
      seedRow: 0,
      c: this.#gradientAt(weight),
      cRow: weight.columns * 4,
    });
    this.#addOptimizer(plan, weight);
    if (bias) {
      plan.columnSums(units, rows, delta, this.#gradientAt(bias));
      this.#addOptimizer(plan, bias);
    }
    network.addPacking(plan, layer);
  }

  #addOptimizer(plan: PlanBuilder, parameter: Parameter): void {
    const { network, optimizer, moments } = this.#learner;
    const { rows, columns, offset } = parameter;
    const value = network.at(parameter);
    const gradient = this.#gradientAt(parameter);
    const [first, second] = moments.map((block) => block.at(offset * 4));
    const step = this.#step.at();
    if (optimizer.kind === "sgd") {
      const { momentum, nesterov } = optimizer;
      plan.sgd(rows, columns, value, gradient, first ?? gradient, step, momentum, nesterov);
    } else {
      const { beta1, beta2, epsilon } = optimizer;
      plan.adam(rows, columns, value, gradient, first!, second!, step, 1 - beta1, 1 - beta2, epsilon);
    }
  }

  #gradientAt(parameter: Parameter): Address {
    return this.#learner.gradients.at(parameter.offset * 4);
  }

  release(): void {
    for (const plan of this.#plans.values()) plan.release();
    this.#blocks.release();
  }
}
