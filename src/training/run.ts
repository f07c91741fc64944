import { DivergedError, EngineError } from "../common/errors.js";
import type { ExampleRows } from "../data/examples.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import type { TrainingStep } from "../network/trainingStep.js";
import { Callbacks, type TrainedModel, type TrainingRun } from "./callbacks.js";
import { hasDiverged } from "./divergence.js";
import { type Evaluation, evaluate } from "./evaluation.js";
import type { CheckedFitOptions } from "./fitOptions.js";
import type { Gate } from "./gate.js";
import { addEpoch, type History } from "./history.js";
import type { EpochLog } from "./logs.js";
import { areFinite, LossSums } from "./lossSums.js";
import type { Progress } from "./progress.js";
import type { StreamedRows } from "./sampleStream.js";
import type { BatchSource } from "./trainingData.js";

/** What a training run works with, ready to start. */
export interface RunParts {
  readonly learner: Learner;
  readonly model: TrainedModel;
  readonly gate: Gate;
  readonly options: CheckedFitOptions;
  /** Updated after each epoch, so that it survives an abort. */
  readonly progress: Progress;
  readonly data: BatchSource;
  readonly validation: ExampleRows | StreamedRows | undefined;
  readonly step: TrainingStep;
}

/** A training run: epoch after epoch until the last one, until it is stopped, or until something fails. */
export class Run implements TrainingRun {
  readonly model: TrainedModel;
  readonly epochs: number;
  readonly history: History;
  readonly validates: boolean;
  readonly #parts: RunParts;
  readonly #callbacks: Callbacks;
  #stopped = false;
  /** Whether there is an epoch whose start can be restored. */
  #restorable = false;

  constructor(parts: RunParts) {
    this.model = parts.model;
    this.epochs = parts.options.epochs;
    this.history = parts.progress.history;
    this.validates = parts.validation !== undefined;
    this.#parts = parts;
    this.#callbacks = new Callbacks(parts.options.callbacks, this, parts.gate);
  }

  // Callbacks may pass this function on by itself.
  readonly stop = (): void => {
    this.#stopped = true;
  };

  begin(): Work<void> {
    return this.#callbacks.trainBegin();
  }

  /** Runs all epochs. After a failure, the weights are those from before the epoch. */
  *train(): Work<void> {
    try {
      while (!this.#stopped && this.history.loss.length < this.epochs) yield* this.#epoch();
      yield* this.#callbacks.trainEnd();
    } catch (error) {
      // A worker that died leaves a half-finished step, and a failed stream a half-finished epoch.
      const { data, learner } = this.#parts;
      if (this.#restorable && (error instanceof EngineError || data.failed)) learner.restore();
      throw error;
    }
  }

  /** Trains for one epoch, validates and records it. If the run is stopped meanwhile, nothing is recorded. */
  *#epoch(): Work<void> {
    const { learner, progress, validation } = this.#parts;
    const callbacks = this.#callbacks;
    const epoch = this.history.loss.length + 1;
    if (callbacks.hear("onEpochBegin")) yield* callbacks.epochBegin({ epoch, epochs: this.epochs });
    if (this.#stopped) return;
    yield* learner.save();
    this.#restorable = true;
    const trained = yield* this.#batches(epoch);
    if (!trained) return;
    const validated = validation && (yield* this.#validate(epoch, validation));
    learner.clock.learningRate.endEpoch({ loss: trained.loss, valLoss: validated?.loss });
    const log: EpochLog = {
      ...trained,
      ...(validated && { valLoss: validated.loss }),
      ...(validated?.metrics && { valMetrics: validated.metrics }),
    };
    addEpoch(this.history, log);
    progress.epochs++;
    learner.keep();
    if (callbacks.hear("onEpochEnd")) yield* callbacks.epochEnd(log);
  }

  /** Runs the batches of an epoch. Returns undefined if the run is stopped meanwhile. */
  *#batches(epoch: number): Work<EpochLog | undefined> {
    const { learner, data, step, options, progress, gate } = this.#parts;
    const { epochs } = this;
    const callbacks = this.#callbacks;
    const started = performance.now();
    const total = data.rows && Math.ceil(data.rows / data.batchSize);
    const tellsBegin = callbacks.hear("onBatchBegin");
    const tellsEnd = callbacks.hear("onBatchEnd");
    const sums = new LossSums(step, options.metrics);
    let steps = 0;
    let last = 0;
    data.begin(progress.epochs);
    for (;;) {
      if (data.refill) yield* data.refill();
      const count = data.next();
      if (count === 0) break;
      if (gate.paused) yield* gate.pass();
      else gate.check();
      steps++;
      const place =
        tellsBegin || tellsEnd
          ? { epoch, epochs, step: steps, ...(total !== undefined && { steps: total }) }
          : undefined;
      if (tellsBegin) yield* callbacks.batchBegin(place!);
      yield step.prepare(count, data.indices, learner.clock.tick(), progress.epochs, data.places);
      if (!sums.add(count)) {
        throw this.#diverged(`the loss or a metric stopped being finite in epoch ${epoch}, step ${steps}`);
      }
      last = count;
      if (tellsEnd) yield* callbacks.batchEnd({ ...place!, loss: sums.loss });
      yield;
      if (this.#stopped) return undefined;
    }
    if (yield* hasDiverged(learner, step, last)) {
      const what = "a weight, or the loss after the update, stopped being finite";
      throw this.#diverged(`${what} in epoch ${epoch}, step ${steps}`);
    }
    const seconds = (performance.now() - started) / 1000;
    const means = sums.means(learner.task.latent !== undefined);
    const learningRate = learner.clock.learningRate.at(learner.clock.steps);
    return { epoch, epochs, steps, ...means, learningRate, seconds, msPerStep: (seconds * 1000) / steps };
  }

  /**
   * Loss and metrics of the validation data.
   *
   * @throws what a validation stream throws, and for invalid chunks; the weights from before the epoch are then restored
   * @throws {DivergedError} if a loss or metric is not finite
   */
  *#validate(epoch: number, validation: ExampleRows | StreamedRows): Work<Evaluation> {
    const { learner, gate, options } = this.#parts;
    let measured: Evaluation;
    try {
      measured = yield* evaluate(learner, options.metrics, validation, gate);
    } catch (error) {
      if (!gate.isEnd(error)) learner.restore();
      throw error;
    }
    if (!areFinite([measured.loss, ...Object.values(measured.metrics ?? {})])) {
      throw this.#diverged(`the loss or a metric of the validation data is not finite after epoch ${epoch}`);
    }
    return measured;
  }

  /** Restores the weights from before the epoch. */
  #diverged(what: string): DivergedError {
    this.#parts.learner.restore();
    return new DivergedError(
      `${what}; the weights from before that epoch are kept. ` +
        "Try a lower learning rate, or data scaled to a smaller range",
    );
  }
}
