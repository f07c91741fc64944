import {
  STEP_EPOCH,
  STEP_GRADIENT_RATE,
  STEP_INDICES,
  STEP_KL_WEIGHT,
  STEP_LEARNING_RATE,
  STEP_SECOND_FACTOR,
  STEP_WEIGHT_DECAY,
  STEP_WORDS,
} from "../../assembly/abi.js";
import type { Storage } from "./storage.js";
import type { Tensor } from "./tensor.js";

/** Numbers that change from step to step in an optimizer; its kernel reads them from the step block. */
export interface StepFactors {
  /** η, including the bias correction if the optimizer has one; for Nadam, the factor of the first moment. */
  readonly learningRate: number;
  /** η·λ, for weight decay. */
  readonly weightDecay: number;
  /** Nadam's factor of the gradient. */
  readonly gradientRate: number;
  /** Nadam's 1 / (1 − β₂ᵗ). */
  readonly secondFactor: number;
}

/** The values that change from step to step while the plan stays the same; kernels read them from here. */
export class StepBlock {
  readonly tensor: Tensor<Uint32Array>;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;

  /** A block whose indices are 0, 1, 2, …: it takes `rows` rows in their order. */
  static inOrder(storage: Storage, rows: number): StepBlock {
    const order = storage.words(rows);
    for (let row = 0; row < rows; row++) order.values[row] = row;
    const block = new StepBlock(storage);
    block.indices = order;
    return block;
  }

  constructor(storage: Storage) {
    this.tensor = storage.words(STEP_WORDS);
    this.#words = this.tensor.values;
    this.#floats = new Float32Array(this.#words.buffer, this.#words.byteOffset, STEP_WORDS);
  }

  /** Row indices of the batch: which rows to gather from the source, and the samples for which noise is drawn. */
  set indices(indices: Tensor<Uint32Array>) {
    this.#words[STEP_INDICES] = indices.address;
  }

  /** Epoch number over all of the model's trainings, from 0. */
  set epoch(epoch: number) {
    this.#words[STEP_EPOCH] = epoch;
  }

  /** Weight of the Kullback-Leibler divergence of a gaussian latent. */
  set divergenceWeight(weight: number) {
    this.#floats[STEP_KL_WEIGHT] = weight;
  }

  set factors({ learningRate, weightDecay, gradientRate, secondFactor }: StepFactors) {
    this.#floats[STEP_LEARNING_RATE] = learningRate;
    this.#floats[STEP_WEIGHT_DECAY] = weightDecay;
    this.#floats[STEP_GRADIENT_RATE] = gradientRate;
    this.#floats[STEP_SECOND_FACTOR] = secondFactor;
  }
}
