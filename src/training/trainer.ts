import { ArgumentError, StateError } from "../common/errors.js";
import type { Samples } from "../data/samples.js";
import type { Lifetime } from "../engine/lifetime.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import type { Callback, TrainedModel } from "./callbacks.js";
import { fitModel } from "./fit.js";
import { checkFitOptions, type FitOptions } from "./fitOptions.js";
import { Gate } from "./gate.js";
import { emptyHistory, type History } from "./history.js";
import { type Progress, withOptionsOf } from "./progress.js";
import { isStream, type SampleStream, toInput } from "./sampleStream.js";

/** Trains a model, one training run at a time, and tracks its progress. */
export class Trainer {
  readonly #learner: Learner;
  readonly #model: TrainedModel;
  readonly #lifetime: Lifetime;
  #progress: Progress = { epochs: 0, history: emptyHistory(), options: undefined };
  /** Whether the next training run continues the one from a checkpoint. */
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

  /** Takes over another model's progress; the next training run continues from it. */
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
    samples: Samples | SampleStream,
    options: FitOptions,
    inTurns: boolean,
    watcher?: Callback,
  ): Work<History> {
    this.#lifetime.assertAlive();
    const before = this.#progress.options;
    const given = this.#resumes && typeof options === "object" && options !== null;
    const checked = checkFitOptions(given ? withOptionsOf(before!, options) : options);
    const input = toInput("samples", samples, this.#learner.network.inputSize);
    if (!inTurns && (isStream(samples) || isStream(checked.validationData))) {
      throw new ArgumentError("a stream of samples has to be waited for, which fitSync cannot do; use fit");
    }
    if (this.#gate) throw new StateError("the model is being trained already");
    const gate = new Gate(this.#lifetime, checked.signal, inTurns);
    this.#gate = gate;
    const context = {
      learner: this.#learner,
      seed: this.#learner.task.seed,
      model: this.#model,
      gate,
      progress: this.#progress,
      resumes: this.#resumes,
      onBegin: () => {
        this.#resumes = false;
      },
    };
    try {
      const callbacks = watcher ? [...checked.callbacks, watcher] : checked.callbacks;
      return yield* fitModel(context, input, { ...checked, callbacks });
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
}
