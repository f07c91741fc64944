import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Work } from "../engine/turns.js";
import type { NamedWeight } from "../network/namedWeights.js";
import type { Gate } from "./gate.js";
import type { History } from "./history.js";
import type { BatchLog, BatchPlace, EpochLog, EpochPlace } from "./logs.js";

/** What a callback may do with the model that is trained; the `Autoencoder` itself. */
export interface TrainedModel {
  /** Copies of all weights and biases. */
  getWeights(): NamedWeight[];
  /** Replaces weights and biases, by their names; from `onBatchEnd` on, the next step starts from them. */
  setWeights(weights: readonly NamedWeight[]): void;
  /** The model as a file. */
  toSafetensors(): Uint8Array;
  /** The model and all that training goes on from, as a file. */
  toCheckpoint(): Uint8Array;
}

/** A training as callbacks see it. */
export interface TrainingRun {
  /** The model that is trained. */
  readonly model: TrainedModel;
  /** How many epochs there will be, with those behind a checkpoint that training goes on from. */
  readonly epochs: number;
  /** What happened so far; grows by an entry before each `onEpochEnd`. */
  readonly history: History;
  /** Whether there are validation data. */
  readonly validates: boolean;
  /**
   * Ends training in order: `fit` is resolved. From `onEpochEnd` and `onEpochBegin`, no further epoch is begun; within
   * an epoch it ends after the running step, and that epoch does not count: it has no entry in the history.
   */
  stop(): void;
}

/**
 * What is called while a model is trained, by Keras's names. `fit` waits for the promise that a callback returns, until it
 * is settled or the training is aborted; `fitSync` does not wait. What a callback throws, or rejects its promise with, ends
 * the training, and `fit` is rejected with it. `onTrainEnd` is called when training comes to its end or is stopped, not when
 * it fails or is aborted.
 */
export interface Callback {
  /** Before the first epoch, after everything was checked. */
  onTrainBegin?(run: TrainingRun): void | Promise<void>;
  /** Before the first step of each epoch. */
  onEpochBegin?(place: EpochPlace, run: TrainingRun): void | Promise<void>;
  /** Before each step. */
  onBatchBegin?(place: BatchPlace, run: TrainingRun): unknown;
  /** After each step, when the parameters have been updated. */
  onBatchEnd?(log: BatchLog, run: TrainingRun): unknown;
  /** After the epoch's validation; the history has its entry. */
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

/** @throws {ArgumentError} unless `callbacks` is an array of objects that have functions for moments of training */
export function checkCallbacks(callbacks: unknown): Callback[] {
  if (!Array.isArray(callbacks)) {
    throw new ArgumentError(`callbacks must be an array, not ${show(callbacks)}`);
  }
  return callbacks.map((callback: unknown, index) => {
    const name = `callbacks[${index}]`;
    if (typeof callback !== "object" || callback === null) {
      throw new ArgumentError(`${name} must be an object, not ${show(callback)}`);
    }
    // Objects of a class may have whatever else they need.
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

/** The callbacks of a training, told in the order in which they were given. */
export class Callbacks {
  readonly #callbacks: { readonly [moment in Moment]: readonly Callback[] };
  readonly #run: TrainingRun;
  readonly #gate: Gate;

  /** @param gate the training's, which ends the waiting for a promise */
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

  /** Whether anybody is to be told at a moment. */
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

/** Whether a callback returned something to wait for; arrow functions return whatever their expression gives. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | undefined)?.then === "function";
}
