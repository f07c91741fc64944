import type { TrainingStep } from "../network/trainingStep.js";
import type { CheckedFitOptions } from "./fitOptions.js";
import { type EpochLog, named } from "./logs.js";

/** Sums of an epoch's losses and metrics. */
export class LossSums {
  readonly #step: TrainingStep;
  readonly #metrics: CheckedFitOptions["metrics"];
  readonly #sums: number[];
  #loss = 0;
  #reconstruction = 0;
  #divergence = 0;
  #rows = 0;

  constructor(step: TrainingStep, metrics: CheckedFitOptions["metrics"]) {
    this.#step = step;
    this.#metrics = metrics;
    this.#sums = metrics.map(() => 0);
  }

  /** Adds the step that has just run on `rows` rows. Returns whether all sums are still finite. */
  add(rows: number): boolean {
    const { loss, reconstruction, divergence } = this.#step.losses(rows);
    this.#loss += loss;
    this.#reconstruction += reconstruction;
    this.#divergence += divergence;
    this.#rows += rows;
    if (this.#sums.length === 0) return Number.isFinite(this.#loss);
    this.#step.metricSums(rows).forEach((value, index) => {
      this.#sums[index]! += value;
    });
    return Number.isFinite(this.#loss) && areFinite(this.#sums);
  }

  /** Mean loss of the rows so far. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  means(variational: boolean): Pick<EpochLog, "loss" | "reconstructionLoss" | "klLoss" | "metrics"> {
    const rows = this.#rows;
    const metrics = this.#sums.map((value) => value / rows);
    return {
      loss: this.loss,
      ...(variational && {
        reconstructionLoss: this.#reconstruction / rows,
        klLoss: this.#divergence / rows,
      }),
      ...(metrics.length > 0 && { metrics: named(this.#metrics, metrics) }),
    };
  }
}

export function areFinite(values: readonly number[]): boolean {
  return values.every(Number.isFinite);
}
