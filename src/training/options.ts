import { boolean, integer, knownKeys, number, show } from "../check.js";
import { ArgumentError } from "../errors.js";
import type { Samples } from "./samples.js";

/** What `onEpochEnd` is told. */
export interface EpochLog {
  /** Counts from 1. */
  readonly epoch: number;
  /** How many there will be. */
  readonly epochs: number;
  /** Steps (batches) of the epoch. */
  readonly steps: number;
  /** Mean over the samples, each taken before the update of its batch. */
  readonly loss: number;
  /** Of a variational model: the part of `loss` that compares output and sample. */
  readonly reconstructionLoss?: number;
  /** Of a variational model: mean divergence, not weighted. */
  readonly klLoss?: number;
  /** Loss of the validation data after the epoch, if there are any. */
  readonly valLoss?: number;
  /** Wall time of the training steps, in seconds, without validation. */
  readonly seconds: number;
  /** Wall time of a step, in milliseconds. */
  readonly msPerStep: number;
}

/** What `onBatchEnd` is told. */
export interface BatchLog {
  readonly epoch: number;
  readonly epochs: number;
  /** Counts from 1. */
  readonly step: number;
  readonly steps: number;
  /** Mean over the samples of the epoch so far. */
  readonly loss: number;
}

/** Options of `fitSync`. */
export interface FitSyncOptions {
  /** Times to go through the data; default 1. */
  epochs?: number;
  /** Samples a step; default 32, as in Keras. A last partial batch is trained on. */
  batchSize?: number;
  /** Whether each epoch takes the samples in a new random order; default true. */
  shuffle?: boolean;
  /** Samples to evaluate after each epoch. Excludes `validationSplit`. */
  validationData?: Samples;
  /** The last part of the samples, as a fraction in [0, 1), that is held out for validation; default 0. */
  validationSplit?: number;
  /** Called after each epoch. */
  onEpochEnd?: (log: EpochLog) => void;
  /** Called after each step. */
  onBatchEnd?: (log: BatchLog) => void;
}

/** Options of `fit`. */
export interface FitOptions extends Omit<FitSyncOptions, "onEpochEnd"> {
  /** Called after each epoch; a returned promise is waited for. */
  onEpochEnd?: (log: EpochLog) => void | Promise<void>;
  /** Ends training after the running step; `fit` is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Options with everything decided. */
export interface CheckedFitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly validationData: Samples | undefined;
  readonly validationSplit: number;
  readonly onEpochEnd: ((log: EpochLog) => void | Promise<void>) | undefined;
  readonly onBatchEnd: ((log: BatchLog) => void) | undefined;
  readonly signal: AbortSignal | undefined;
}

const KEYS = [
  "epochs",
  "batchSize",
  "shuffle",
  "validationData",
  "validationSplit",
  "onEpochEnd",
  "onBatchEnd",
  "signal",
] as const;

/** @throws {ArgumentError} for unknown options and values out of range */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  knownKeys("fit", options, KEYS);
  for (const name of ["onEpochEnd", "onBatchEnd"] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== "function") {
      throw new ArgumentError(`${name} must be a function, not ${show(value)}`);
    }
  }
  if (options.signal !== undefined && typeof options.signal?.throwIfAborted !== "function") {
    throw new ArgumentError(`signal must be an AbortSignal, not ${show(options.signal)}`);
  }
  const validationSplit = number(
    "validationSplit",
    options.validationSplit ?? 0,
    "in [0, 1)",
    (x) => x >= 0 && x < 1,
  );
  if (validationSplit > 0 && options.validationData !== undefined) {
    throw new ArgumentError("validationData and validationSplit exclude each other");
  }
  return {
    epochs: integer("epochs", options.epochs ?? 1),
    batchSize: integer("batchSize", options.batchSize ?? 32),
    shuffle: boolean("shuffle", options.shuffle ?? true),
    validationData: options.validationData,
    validationSplit,
    onEpochEnd: options.onEpochEnd,
    onBatchEnd: options.onBatchEnd,
    signal: options.signal,
  };
}
