import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Work } from "../engine/turns.js";
import type { NamedWeight } from "../network/namedWeights.js";
import type { Gate } from "./gate.js";
import type { History } from "./history.js";
import type { BatchLog, BatchPlace, EpochLog, EpochPlace } from "./logs.js";

/** What a callback may do with the model in training; the object is the `Autoencoder` itself. */
export interface TrainedModel {
  /** Copies of all weights and biases. */
  getWeights(): NamedWeight[];
  /** Replaces weights and biases, by name. If called in `onBatchEnd` or later, the next step starts from them. */
  setWeights(weights: readonly NamedWeight[]): void;
  /** The model as a file. */
  toSafetensors(): Uint8Array;
  /** The model and everything needed to continue training, as a file. */
  toCheckpoint(): Uint8Array;
}

/** A training run as callbacks see it. */
export interface TrainingRun {
  /** The model in training. */
  readonly model: TrainedModel;
  /** Total number of epochs, including those before a checkpoint that training continues from. */
  readonly epochs: number;
  /** The history so far. It grows by one entry before each `onEpochEnd`. */
  readonly history: History;
  /** Whether there is validation data. */
  readonly validates: boolean;
  /**
   * Ends training normally: `fit` resolves. When called in `onEpochEnd` or `onEpochBegin`, no further epoch starts.
   * When called within an epoch, training ends after the current step, and that epoch gets no entry in the history.
   */
  stop(): void;
}

/**
 * Functions that are called during training, named as in Keras. `fit` waits for a promise that a callback returns,
 * until it settles or training is aborted; `fitSync` does not wait. If a callback throws or its promise rejects,
 * training ends and `fit` rejects with that error. `onTrainEnd` is called when training finishes or is stopped, not
 * when it fails or is aborted.
 */
export interface Callback {
  /** Before the first epoch, after all options have been checked. */
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** Before the first step of each epoch. */
  onEpochBegin?(place: EpochPlace, run: TrainingRun): void | Promise<void>;
  /** Before each step. */
  onBatchBegin?(place: BatchPlace, run: TrainingRun): unknown;
  /** After each step, once the parameters have been updated. */
  onBatchEnd?(log: BatchLog, run: TrainingRun): unknown;
  /** After the epoch's validation; the history already has its entry. */
  onEpochEnd?(log: EpochLog, run: TrainingRun): void | Promise<void>;
  /** After the last epoch, or when training was stopped. */
  onTrainEnd?(run: TrainingRun): void | Promise<void>;
}

const MOMENTS = [
  "onTrainBegin",
  "onEpochBegin",
  "onBatchBegin",
  "onBatchEnd",
  "onEpochEnd",
  "onTrainEnd",
] as const satisfies readonly (keyof Callback)[];

/** @throws {ArgumentError} unless `callbacks` is an array of objects with callback functions */
export function checkCallbacks(callbacks: unknown): Callback[] {
  if (!Array.isArray(callbacks)) {
    throw new ArgumentError(`callbacks must be an array, not ${show(callbacks)}`);
  }
  return callbacks.map((callback: unknown, index) => {
    const name = `callbacks[${index}]`;
    if (typeof callback !== "object" || callback === null) {
      throw new ArgumentError(`${name} must be an object, not ${show(callback)}`);
    }
    // Instances of a class may have other properties.
    if (Object.getPrototypeOf(callback) === Object.prototype) knownKeys(name, callback, MOMENTS);
    const given = callback as Record<string, unknown>;
    for (const moment of MOMENTS) {
      if (given[moment] !== undefined && typeof given[moment] !== "function") {
        throw new ArgumentError(`${moment} of ${name} must be a function, not ${show(given[moment])}`);
      }
    }
    return callback;
  });
}

type Moment = (typeof MOMENTS)[number];

/** The callbacks of a training run, called in the order in which they were given. */
export class Callbacks {
  readonly #callbacks: { readonly [moment in Moment]: readonly Callback[] };
  readonly #run: TrainingRun;
  readonly #gate: Gate;

  /** @param gate the training's gate, which can end the wait for a promise */
  constructor(callbacks: readonly Callback[], run: TrainingRun, gate: Gate) {
    const listening = (moment: Moment) => callbacks.filter((callback) => callback[moment] !== undefined);
    this.#callbacks = {
      onTrainBegin: listening("onTrainBegin"),
      onEpochBegin: listening("onEpochBegin"),
      onBatchBegin: listening("onBatchBegin"),
      onBatchEnd: listening("onBatchEnd"),
      onEpochEnd: listening("onEpochEnd"),
      onTrainEnd: listening("onTrainEnd"),
    };
    this.#run = run;
    this.#gate = gate;
  }

  /** Whether any callback handles this moment. */
  hear(moment: Moment): boolean {
    return this.#callbacks[moment].length > 0;
  }

  trainBegin(): Work<void> {
    return this.#tell("onTrainBegin", (callback) => callback.onTrainBegin?.(this.#run));
  }

  epochBegin(place: EpochPlace): Work<void> {
    return this.#tell("onEpochBegin", (callback) => callback.onEpochBegin?.(place, this.#run));
  }

  batchBegin(place: BatchPlace): Work<void> {
    return this.#tell("onBatchBegin", (callback) => callback.onBatchBegin?.(place, this.#run));
  }

  batchEnd(log: BatchLog): Work<void> {
    return this.#tell("onBatchEnd", (callback) => callback.onBatchEnd?.(log, this.#run));
  }

  epochEnd(log: EpochLog): Work<void> {
    return this.#tell("onEpochEnd", (callback) => callback.onEpochEnd?.(log, this.#run));
  }

  trainEnd(): Work<void> {
    return this.#tell("onTrainEnd", (callback) => callback.onTrainEnd?.(this.#run));
  }

  *#tell(moment: Moment, call: (callback: Callback) => unknown): Work<void> {
    for (const callback of this.#callbacks[moment]) {
      const told: unknown = call(callback);
      if (isPromise(told)) yield* this.#gate.settled(told);
    }
  }
}

/** Whether a callback returned a promise. An arrow function may return any value, since it returns its expression. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === "function";
}
