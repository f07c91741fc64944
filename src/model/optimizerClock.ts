import { ArgumentError } from "../errors.js";
import { LearningRate } from "./learningRate.js";
import type { Optimizer } from "./optimizers.js";

/** What changes from step to step: factors that the optimizers' kernels read from the step block. */
export interface StepFactors {
  /** η; of Adam and AdamW with the bias correction in it; of Nadam the factor of the first moment. */
  readonly learningRate: number;
  /** η·λ of AdamW. */
  readonly weightDecay: number;
  /** Nadam's factor of the gradient. */
  readonly gradientRate: number;
  /** Nadam's 1 / (1 − β₂ᵗ). */
  readonly secondFactor: number;
}

/** By which Nadam's momentum rises to β₁: keras/src/optimizers/nadam.py, after Dozat, 2016. */
const NADAM_DECAY = 0.96;

/** −ln of the smallest float64, rounded up: βᵗ is 0 from t = 746 / (1 − β) on, since −ln β > 1 − β. */
const SMALLEST_LOGARITHM = 746;
/** Steps that `reset` may take, 2³⁰: about a second. */
const MOST_STEPS = 1_073_741_824;

/**
 * What an optimizer carries from step to step beside the moments: powers of the decay rates, multiplied up, since
 * `Math.pow` differs between engines. All of it follows from the number of steps, but for what a learning rate that
 * follows the loss has seen.
 */
export class OptimizerClock {
  readonly learningRate: LearningRate;
  readonly #optimizer: Optimizer;
  #steps = 0;
  /** β₁ᵗ, β₂ᵗ. */
  #power1 = 1;
  #power2 = 1;
  /** Nadam's 0.96ᵗ, and u₁·u₂·…·uₜ. */
  #decay = 1;
  #product = 1;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
    this.learningRate = new LearningRate(optimizer.learningRate);
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Puts the clock to a number of steps. Multiplying up gives the very bits of a clock that has ticked so often. It ends
   * where nothing changes any more: each power shrinks until it is 0 or so small that its product rounds to itself.
   */
  reset(steps: number): void {
    this.#power1 = 1;
    this.#power2 = 1;
    this.#decay = 1;
    this.#product = 1;
    for (let left = steps; left > 0 && this.#advance(); left--);
    this.#steps = steps;
  }

  /**
   * Checks a number of steps that comes from a file.
   *
   * @throws {ArgumentError} when `reset` would take longer than anybody has trained: more than a billion steps with a
   * decay rate so near to 1 that its power still changes
   */
  check(steps: number): void {
    const optimizer = this.#optimizer;
    if (!("beta1" in optimizer)) return;
    const { beta1, beta2 } = optimizer;
    const settled = SMALLEST_LOGARITHM / (1 - Math.max(beta1, beta2));
    if (Math.min(steps, settled) > MOST_STEPS) {
      throw new ArgumentError(
        `steps is ${steps}, but with beta1 ${beta1} and beta2 ${beta2} it can be at most ${MOST_STEPS}`,
      );
    }
  }

  /** Begins a step and returns its factors. */
  tick(): StepFactors {
    const rate = this.learningRate.at(this.#steps++);
    this.#advance();
    const optimizer = this.#optimizer;
    const plain = { learningRate: rate, weightDecay: 0, gradientRate: 0, secondFactor: 0 };
    switch (optimizer.kind) {
      case "adam":
        return { ...plain, learningRate: this.#corrected(rate) };
      case "adamw":
        return { ...plain, learningRate: this.#corrected(rate), weightDecay: rate * optimizer.weightDecay };
      case "nadam":
        return this.#nadamFactors(rate, optimizer.beta1);
      default:
        return plain;
    }
  }

  /** Multiplies the powers up by a step; says whether any of them has changed. */
  #advance(): boolean {
    const optimizer = this.#optimizer;
    if (!("beta1" in optimizer)) return false;
    const [power1, power2, decay, product] = [this.#power1, this.#power2, this.#decay, this.#product];
    this.#power1 *= optimizer.beta1;
    this.#power2 *= optimizer.beta2;
    this.#decay *= NADAM_DECAY;
    this.#product *= nadamMomentum(optimizer.beta1, this.#decay);
    return (
      this.#power1 !== power1 || this.#power2 !== power2 || this.#decay !== decay || this.#product !== product
    );
  }

  /** The learning rate with Adam's bias correction. */
  #corrected(rate: number): number {
    return (rate * Math.sqrt(1 - this.#power2)) / (1 - this.#power1);
  }

  #nadamFactors(rate: number, beta1: number): StepFactors {
    const now = nadamMomentum(beta1, this.#decay);
    const next = nadamMomentum(beta1, this.#decay * NADAM_DECAY);
    return {
      learningRate: (rate * next) / (1 - this.#product * next),
      weightDecay: 0,
      gradientRate: (rate * (1 - now)) / (1 - this.#product),
      secondFactor: 1 / (1 - this.#power2),
    };
  }
}

/** uₜ = β₁·(1 − ½·0.96ᵗ), from 0.96ᵗ. */
function nadamMomentum(beta1: number, decay: number): number {
  return beta1 * (1 - 0.5 * decay);
}
