import { integer, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { cosPi, power } from "../math/elementary.js";
import type { ReduceOnPlateau, Schedule } from "./schedules.js";

/** Losses of an epoch, as far as they are known. */
export interface EpochLosses {
  readonly loss: number;
  readonly valLoss?: number | undefined;
}

/** Initial value of the best loss: larger than any loss, and, unlike infinity, valid in JSON. */
const NONE = Number.MAX_VALUE;

/**
 * The learning rate at each step. All schedules except `reduceOnPlateau` depend only on the step. `reduceOnPlateau`
 * also has a state, which follows the losses.
 */
export class LearningRate {
  readonly #schedule: number | Schedule;
  readonly #plateau: Plateau | undefined;

  constructor(schedule: number | Schedule) {
    this.#schedule = schedule;
    const reduced = findPlateau(schedule);
    this.#plateau = reduced && new Plateau(reduced);
  }

  /** The loss that the schedule monitors, if any. */
  get monitor(): "loss" | "valLoss" | undefined {
    return this.#plateau?.options.monitor;
  }

  /** The learning rate of a step; `steps` is the number of steps before it. */
  at(steps: number): number {
    return this.#rate(this.#schedule, steps);
  }

  /** Reports the losses of an epoch that has ended. */
  endEpoch(losses: EpochLosses): void {
    const loss = this.#plateau && losses[this.#plateau.options.monitor];
    if (loss !== undefined) this.#plateau!.endEpoch(loss);
  }

  /** The state needed to continue from here, besides the number of steps: finite numbers, none for most schedules. */
  state(): number[] {
    return this.#plateau?.state() ?? [];
  }

  /**
   * Restores a state that `state` returned.
   *
   * @throws {ArgumentError} if it belongs to another schedule
   */
  restore(state: readonly number[]): void {
    this.check(state);
    this.#plateau?.restore(state);
  }

  /** Throws whatever `restore` would throw. */
  check(state: readonly number[]): void {
    const length = this.state().length;
    if (!Array.isArray(state) || state.length !== length || !state.every(Number.isFinite)) {
      throw new ArgumentError(
        `the state of the learning rate must be ${length} finite numbers, not ${show(state)}`,
      );
    }
    this.#plateau?.check(state);
  }

  #rate(schedule: number | Schedule, step: number): number {
    if (typeof schedule === "number") return schedule;
    const { initialLearningRate: initial } = schedule;
    switch (schedule.kind) {
      case "exponentialDecay":
        return initial * power(schedule.decayRate, step / schedule.decaySteps);
      case "stepDecay":
        return initial * power(schedule.decayRate, Math.floor(step / schedule.decaySteps));
      case "cosineDecay": {
        const { alpha, decaySteps } = schedule;
        const wave = 0.5 * (1 + cosPi(Math.min(step, decaySteps) / decaySteps));
        return initial * ((1 - alpha) * wave + alpha);
      }
      case "warmup": {
        const { warmupSteps } = schedule;
        if (step >= warmupSteps) return this.#rate(schedule.schedule, step - warmupSteps);
        return initial + (this.#rate(schedule.schedule, 0) - initial) * (step / warmupSteps);
      }
      case "reduceOnPlateau":
        return this.#plateau!.rate;
    }
  }
}

/** Finds the only schedule with a state, also inside nested warm-ups. */
function findPlateau(schedule: number | Schedule): ReduceOnPlateau | undefined {
  if (typeof schedule === "number") return undefined;
  if (schedule.kind === "warmup") return findPlateau(schedule.schedule);
  return schedule.kind === "reduceOnPlateau" ? schedule : undefined;
}

/** Same algorithm as keras/src/callbacks/reduce_lr_on_plateau.py. */
class Plateau {
  readonly options: ReduceOnPlateau;
  rate: number;
  #best = NONE;
  /** Epochs without improvement. */
  #wait = 0;
  /** Remaining epochs of the cooldown, which do not count. */
  #cooldown = 0;

  constructor(options: ReduceOnPlateau) {
    this.options = options;
    this.rate = options.initialLearningRate;
  }

  endEpoch(loss: number): void {
    const { factor, patience, minDelta, cooldown, minLearningRate } = this.options;
    if (this.#cooldown > 0) {
      this.#cooldown--;
      this.#wait = 0;
    }
    if (loss < this.#best - minDelta) {
      this.#best = loss;
      this.#wait = 0;
    } else if (this.#cooldown === 0) {
      this.#wait++;
      if (this.#wait < patience || this.rate <= minLearningRate) return;
      this.rate = Math.max(this.rate * factor, minLearningRate);
      this.#cooldown = cooldown;
      this.#wait = 0;
    }
  }

  state(): number[] {
    return [this.rate, this.#best, this.#wait, this.#cooldown];
  }

  /** @throws {ArgumentError} for numbers that no training can produce */
  check([rate, , wait, cooldown]: readonly number[]): void {
    number("the reduced learning rate", rate, "a number of at least 0", (x) => x >= 0);
    integer("epochs without improvement", wait, 0);
    integer("epochs of cooldown", cooldown, 0);
  }

  restore([rate, best, wait, cooldown]: readonly number[]): void {
    this.rate = rate!;
    this.#best = best!;
    this.#wait = wait!;
    this.#cooldown = cooldown!;
  }
}
