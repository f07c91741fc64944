import { ArgumentError } from "../common/errors.js";
import type { StepFactors } from "../engine/stepBlock.js";
import { LearningRate } from "./learningRate.js";
import type { Progression } from "./optimizer.js";
import { kindOf, type Optimizer } from "./optimizers.js";

/** The most steps that `reset` may take, 2³⁰: about a second. */
const MOST_STEPS = 1_073_741_824;

/** For optimizers in which only the learning rate changes. */
const STEADY: Progression = {
  settled: 0,
  advance: () => false,
  factors: (learningRate) => ({ learningRate }),
};

/** Counts an optimizer's steps and computes the factors that change from step to step. */
export class OptimizerClock {
  readonly learningRate: LearningRate;
  readonly #optimizer: Optimizer;
  #steps = 0;
  #progression: Progression;

  constructor(optimizer: Optimizer) {
    this.#optimizer = optimizer;
    this.learningRate = new LearningRate(optimizer.learningRate);
    this.#progression = this.#begin();
  }

  #begin(): Progression {
    return kindOf(this.#optimizer.kind).progression?.(this.#optimizer) ?? STEADY;
  }

  /** Steps taken. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * Sets the number of steps. It advances step by step, so the bits are the same as after that many ticks. It stops
   * early once nothing changes any more: each power shrinks until it is 0, or so small that its product rounds to
   * itself.
   */
  reset(steps: number): void {
    this.#progression = this.#begin();
    for (let left = steps; left > 0 && this.#progression.advance(); left--);
    this.#steps = steps;
  }

  /**
   * Checks a number of steps from a file.
   *
   * @throws {ArgumentError} if `reset` would take too long: more than a billion steps, which no training reaches, with
   * a decay rate so close to 1 that its power still changes
   */
  check(steps: number): void {
    if (Math.min(steps, this.#begin().settled) > MOST_STEPS) {
      throw new ArgumentError(
        `steps is ${steps}, but with the decay rates of this ${this.#optimizer.kind} it can be at most ${MOST_STEPS}`,
      );
    }
  }

  /** Begins a step and returns its factors. */
  tick(): StepFactors {
    const rate = this.learningRate.at(this.#steps++);
    this.#progression.advance();
    return { weightDecay: 0, gradientRate: 0, secondFactor: 0, ...this.#progression.factors(rate) };
  }
}
