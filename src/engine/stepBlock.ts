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

/** What changes from step to step in an optimizer: numbers that its kernel reads from the step block. */
export interface StepFactors {
  /** η, with a bias correction in it where the optimizer has one; of Nadam the factor of the first moment. */
  readonly learningRate: number;
  /** η·λ of a decay of the weights. */
  readonly weightDecay: number;
  /** Nadam's factor of the gradient. */
  readonly gradientRate: number;
  /** Nadam's 1 / (1 − β₂ᵗ). */
  readonly secondFactor: number;
}

/** What changes from step to step, while the plan stays the same; kernels read it from here. */
export class StepBlock {
  readonly tensor: Tensor<Uint32Array>;
  readonly #words: Uint32Array;
  readonly #floats: Float32Array;

  constructor(storage: Storage) {
    this.tensor = storage.words(STEP_WORDS);
    this.#words = this.tensor.values;
    this.#floats = new Float32Array(this.#words.buffer, this.#words.byteOffset, STEP_WORDS);
  }

  /** Which rows the step takes: of the source where it gathers, of the data set where it draws. */
  set indices(indices: Tensor<Uint32Array>) {
    this.#words[STEP_INDICES] = indices.address;
  }

  /** Epoch over the model's whole life, from 0. */
  set epoch(epoch: number) {
    this.#words[STEP_EPOCH] = epoch;
  }

  /** Weight of the divergence of a gaussian code. */
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
