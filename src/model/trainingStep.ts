import {
  STEP_GRADIENT_RATE,
  STEP_INDICES,
  STEP_LEARNING_RATE,
  STEP_SECOND_FACTOR,
  STEP_WEIGHT_DECAY,
  STEP_WORDS,
} from "../../assembly/abi.js";
import type { Address, Block } from "../engine/memory.js";
import type { Plan, PlanBuilder } from "../engine/plan.js";
import { ACTIVATIONS, needsInput } from "./activations.js";
import { Blocks } from "./blocks.js";
import { addForward } from "./forward.js";
import type { Learner } from "./learner.js";
import { lossKernel } from "./losses.js";
import type { NetworkLayer, Parameter } from "./network.js";
import type { StepFactors } from "./optimizerClock.js";
import { RowSums } from "./rowSums.js";
import { addOptimizer } from "./updates.js";
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
 * In the second it takes rows of the weight matrices: gradient, optimizer, packing for the next step. Where gradients are
 * clipped by a norm, which takes all rows, the optimizer has a phase of its own.
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
  /** Sums of squares of the gradients' rows, where they are clipped by a norm. */
  readonly #squares: RowSums | undefined;
  /** What the weights' rows add to the loss, where any do. */
  readonly #penalties: RowSums | undefined;
  readonly #step: Block;
  readonly #stepWords: Uint32Array;
  readonly #stepFloats: Float32Array;
  readonly #lossValues: Float64Array;
  readonly #plans = new Map<number, Plan>();

  constructor(learner: Learner, source: Source, rows: number) {
    this.#learner = learner;
    this.#source = source;
    const { network } = learner;
    const { engine, layers } = network;
    const blocks = new Blocks(engine.memory);
    this.#blocks = blocks;
    this.#workspace = new Workspace(blocks, layers, rows, true);
    this.#deltas = new Workspace(blocks, layers, rows);
    let packs = 0;
    this.#packOffsets = layers.map(({ weight }) => {
      const offset = packs;
      packs += Math.ceil(engine.packedSize(rows, weight.columns) / 16) * 16;
      return offset * 4;
    });
    this.#packs = blocks.allocate(packs * 4);
    this.#losses = blocks.allocate(rows * 8);
    const { clipNorm, globalClipNorm } = learner.optimizer;
    if (clipNorm ?? globalClipNorm) this.#squares = new RowSums(blocks, network.parameters);
    const penalized = layers.filter(({ layer }) => layer.kernelPenalty).map(({ weight }) => weight);
    if (penalized.length > 0) this.#penalties = new RowSums(blocks, penalized);
    this.#step = blocks.allocate(STEP_WORDS * 4);
    this.#stepWords = this.#step.words();
    this.#stepFloats = this.#step.floats();
    this.#lossValues = this.#losses.doubles();
  }

  /** Sets the next step up: which rows (an address of u32 indices) and how far to go. Returns the plan to run. */
  prepare(rows: number, indices: Address, factors: StepFactors): Plan {
    this.#stepWords[STEP_INDICES] = indices;
    this.#stepFloats[STEP_LEARNING_RATE] = factors.learningRate;
    this.#stepFloats[STEP_WEIGHT_DECAY] = factors.weightDecay;
    this.#stepFloats[STEP_GRADIENT_RATE] = factors.gradientRate;
    this.#stepFloats[STEP_SECOND_FACTOR] = factors.secondFactor;
    let plan = this.#plans.get(rows);
    if (!plan) {
      plan = this.#compile(rows);
      this.#plans.set(rows, plan);
    }
    return plan;
  }

  /** Sum of the losses of the `rows` rows of the last step, penalties included, taken before its update. */
  lossSum(rows: number): number {
    let sum = 0;
    for (let row = 0; row < rows; row++) sum += this.#lossValues[row]!;
    return this.#penalties ? sum + rows * this.#penalties.total() : sum;
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
      this.#addGradient(plan, rows, layer, index);
      if (!this.#squares) this.#addUpdate(plan, layer);
    });
    if (this.#squares) {
      plan.phase();
      for (const layer of layers) this.#addUpdate(plan, layer);
    }
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
    const { kernel, parameters } = lossKernel(loss, layer.activation);
    const logits = kernel === "binaryCrossentropyLogits";
    addForward(plan, network, network.layers, this.#workspace, rows, logits);
    const output = this.#workspace.output(last);
    const delta = this.#deltas.output(last);
    plan.loss(
      rows,
      kernel,
      units,
      output,
      this.#workspace.input,
      delta,
      this.#losses.at(),
      1 / (rows * units),
      parameters,
    );
    if (!logits) this.#addSlope(plan, rows, last);
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
    this.#addSlope(plan, rows, index - 1);
  }

  /** From δ of the output of layer `index` to δ of its z. */
  #addSlope(plan: PlanBuilder, rows: number, index: number): void {
    const { layer, units } = this.#learner.network.layers[index]!;
    const kept = needsInput(layer.activation)
      ? this.#workspace.preactivation(index)
      : this.#workspace.output(index);
    plan.activationBackward(rows, ACTIVATIONS[layer.activation], units, kept, this.#deltas.output(index));
  }

  /** Gradient of one layer, clipped by value or ready to be clipped by a norm. */
  #addGradient(
    plan: PlanBuilder,
    rows: number,
    { layer, weight, bias, inputs, units }: NetworkLayer,
    index: number,
  ): void {
    const { network } = this.#learner;
    const x = this.#workspace.output(index - 1);
    const delta = this.#deltas.output(index);
    // Kept as [in, out]: dWᵀ = xᵀ·δ. Kept as [out, in]: dW = δᵀ·x. The second operand is the packed one.
    const [a, columns] = weight.transposed ? [x, inputs] : [delta, units];
    const gradient = this.#learner.gradientAt(weight);
    plan.product(weight.rows, {
      n: weight.columns,
      k: rows,
      a,
      aRow: 4,
      aStep: columns * 4,
      b: this.#packs.at(this.#packOffsets[index]),
      seed: network.zeros,
      seedRow: 0,
      c: gradient,
      cRow: weight.columns * 4,
    });
    if (layer.kernelPenalty) {
      const { l1, l2 } = layer.kernelPenalty;
      const sums = this.#penalties!.at(weight);
      plan.penalize(weight.rows, weight.columns, network.at(weight), gradient, sums, l1, l2);
    }
    this.#addClipping(plan, weight);
    if (!bias) return;
    plan.columnSums(units, rows, delta, this.#learner.gradientAt(bias));
    this.#addClipping(plan, bias);
  }

  #addClipping(plan: PlanBuilder, parameter: Parameter): void {
    const { rows, columns } = parameter;
    const { clipValue } = this.#learner.optimizer;
    const gradient = this.#learner.gradientAt(parameter);
    if (clipValue) plan.clipValues(rows, columns, gradient, clipValue);
    if (this.#squares) plan.sumSquares(rows, columns, gradient, this.#squares.at(parameter));
  }

  /** Optimizer and packing of one layer, the same rows of W by the same thread as the gradient's. */
  #addUpdate(plan: PlanBuilder, layer: NetworkLayer): void {
    const { network, optimizer } = this.#learner;
    for (const parameter of layer.bias ? [layer.weight, layer.bias] : [layer.weight]) {
      const { rows, columns } = parameter;
      const { clipNorm, globalClipNorm } = optimizer;
      const gradient = this.#learner.gradientAt(parameter);
      const squares = this.#squares;
      if (squares && clipNorm) plan.clipNorm(rows, columns, gradient, squares.at(parameter), rows, clipNorm);
      if (squares && globalClipNorm) {
        plan.clipNorm(rows, columns, gradient, squares.at(), squares.count, globalClipNorm);
      }
      addOptimizer(plan, this.#learner, parameter, this.#step.at());
    }
    network.addPacking(plan, layer);
  }

  release(): void {
    for (const plan of this.#plans.values()) plan.release();
    this.#blocks.release();
  }
}
