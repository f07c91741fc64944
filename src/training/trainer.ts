import { ArgumentError, StateError } from "../common/errors.js";
import type { ExampleRows } from "../data/examples.js";
import type { Samples } from "../data/samples.js";
import type { Scaling } from "../data/scaling.js";
import type { Lifetime } from "../engine/lifetime.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import { TrainingStep } from "../network/trainingStep.js";
import type { Callback, TrainedModel } from "./callbacks.js";
import { type CheckedFitOptions, checkFitOptions, type FitOptions } from "./fitOptions.js";
import { assertPossible, checkSamples, comparesUnits, divide, withTargets } from "./fitSamples.js";
import { Gate } from "./gate.js";
import { emptyHistory, type History } from "./history.js";
import { assertResumable, type Progress, runOptions, withOptionsOf } from "./progress.js";
import { Run } from "./run.js";
import { type ExampleStream, isStream, type StreamedRows, toInput } from "./sampleStream.js";
import { StreamedData } from "./streamedData.js";
import { type BatchSource, TrainingData } from "./trainingData.js";

/** Trains a model, one run at a time, and tracks its progress. */
export class Trainer {
  readonly #learner: Learner;
  readonly #model: TrainedModel;
  readonly #lifetime: Lifetime;
  #progress: Progress = { epochs: 0, history: emptyHistory(), options: undefined };
  /** Whether the next run continues the one from a checkpoint. */
  #resumes = false;
  #gate: Gate | undefined;

  /** @param lifetime the model's lifetime */
  constructor(learner: Learner, model: TrainedModel, lifetime: Lifetime) {
    this.#learner = learner;
    this.#model = model;
    this.#lifetime = lifetime;
  }

  /** How far training has come; while it is running, as of the end of the last complete epoch. */
  get progress(): Progress {
    return this.#progress;
  }

  get training(): boolean {
    return this.#gate !== undefined;
  }

  get paused(): boolean {
    return this.#gate?.paused ?? false;
  }

  /** Takes over another model's progress; the next run continues from it. */
  resumeFrom(progress: Progress): void {
    this.#progress = progress;
    this.#resumes = progress.options !== undefined;
  }

  /**
   * Trains the model.
   *
   * @param inTurns whether other code can run during training
   * @param watcher a callback to call after all callbacks of the options
   * @throws the errors of `fit`
   */
  *fit(
    samples: Samples | ExampleStream,
    options: FitOptions,
    inTurns: boolean,
    watcher?: Callback,
  ): Work<History> {
    this.#lifetime.assertAlive();
    const before = this.#progress.options;
    const given = this.#resumes && typeof options === "object" && options !== null;
    const checked = checkFitOptions(given ? withOptionsOf(before!, options) : options);
    const input = toInput("samples", samples, this.#learner.network.inputSize, checked);
    if (!inTurns && (isStream(samples) || isStream(checked.validationData))) {
      throw new ArgumentError("a stream of samples has to be waited for, which fitSync cannot do; use fit");
    }
    if (this.#gate) throw new StateError("the model is being trained already");
    const gate = new Gate(this.#lifetime, checked.signal, inTurns);
    this.#gate = gate;
    try {
      const callbacks = watcher ? [...checked.callbacks, watcher] : checked.callbacks;
      return yield* this.#train(input, { ...checked, callbacks }, gate);
    } finally {
      gate.release();
      this.#gate = undefined;
    }
  }

  /** Makes training wait after the current step. */
  pause(): void {
    if (!this.#gate) throw new StateError("the model is not being trained, so there is nothing to pause");
    this.#gate.pause();
  }

  /** Lets training continue. */
  resume(): void {
    this.#gate?.resume();
  }

  /** Checks everything, then runs. All memory is released, however training ends. */
  *#train(input: ExampleRows | StreamedRows, options: CheckedFitOptions, gate: Gate): Work<History> {
    const learner = this.#learner;
    const progress = this.#progress;
    const samples = divide(input, options);
    const { training, validation } = samples;
    const described = runOptions(options, training, validation !== undefined);
    const resumed = this.#resumes ? progress.options : undefined;
    const done = resumed ? progress.history.loss.length : 0;
    if (resumed) assertResumable(resumed, done, described);
    assertPossible(learner, samples, options, options.epochs - done);
    yield* gate.pass();
    const scaling = yield* checkSamples(learner, samples, options, gate);
    const data = this.#batches(training, options, scaling, gate);
    let step: TrainingStep | undefined;
    try {
      yield* data.open();
      const compared = validation && (data.source.targets ? withTargets(validation) : validation);
      step = new TrainingStep(learner, data.source, data.batchSize, options.metrics);
      // All checks have passed, and nothing has been changed so far.
      if (scaling) learner.network.scaling!.parameters = scaling.fitted();
      // If an earlier training was interrupted, this one starts from the current values.
      learner.keep();
      if (!resumed) progress.history = emptyHistory(options.metrics, described.validates);
      progress.options = described;
      const model = this.#model;
      const run = new Run({ learner, model, gate, options, progress, data, validation: compared, step });
      yield* run.begin();
      this.#resumes = false;
      yield* run.train();
      return run.history;
    } finally {
      step?.release();
      data.release();
    }
  }

  #batches(
    training: ExampleRows | StreamedRows,
    options: CheckedFitOptions,
    scaling: Scaling | undefined,
    gate: Gate,
  ): BatchSource {
    const learner = this.#learner;
    const { engine } = learner.network;
    const { batchSize, shuffle, shuffleBuffer } = options;
    const { seed } = learner.task;
    const how = { batchSize, shuffle, seed, scaling, unit: comparesUnits(learner, options) };
    if ("data" in training) return new TrainingData(engine, training, how);
    return new StreamedData(engine, training, gate, { ...how, shuffleBuffer });
  }
}
