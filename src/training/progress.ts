import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Rows } from "../data/samples.js";
import type { MetricName } from "../network/stepMetrics.js";
import type { CheckedFitOptions, FitOptions } from "./fitOptions.js";
import type { History } from "./history.js";
import type { StreamedRows } from "./sampleStream.js";

/**
 * The settings that a training run depends on, besides the model and the data's values. They must be the same to
 * continue the run.
 */
export interface TrainingOptions {
  /** Total number of epochs. */
  readonly epochs: number;
  /** Samples per step. */
  readonly batchSize: number;
  /** Whether the samples are shuffled anew in each epoch. */
  readonly shuffle: boolean;
  /** Null if no buffer is used: for data in memory, or without shuffling. */
  readonly shuffleBuffer: number | null;
  /** The fraction of samples held out for validation. */
  readonly validationSplit: number;
  /** Whether there is validation data. */
  readonly validates: boolean;
  /** What is measured besides the loss. */
  readonly metrics: readonly MetricName[];
  /** Number of training rows; null for a stream. */
  readonly rows: number | null;
}

/**
 * How far a model's training has come: what `fit` continues from, and what a checkpoint stores besides the learner's
 * state.
 */
export interface Progress {
  /** Number of epochs over the whole life of the model; it determines the order of the samples. */
  epochs: number;
  /** History of the last training run. */
  history: History;
  /** Options of the last training run; undefined before the first. */
  options: TrainingOptions | undefined;
}

/** The options of a training run on these samples. */
export function runOptions(
  options: CheckedFitOptions,
  training: Rows | StreamedRows,
  validates: boolean,
): TrainingOptions {
  const { epochs, batchSize, shuffle, shuffleBuffer, validationSplit, metrics } = options;
  const streamed = !("data" in training);
  return {
    epochs,
    batchSize,
    shuffle,
    shuffleBuffer: streamed && shuffle ? shuffleBuffer : null,
    validationSplit,
    validates,
    metrics,
    rows: streamed ? null : training.rows,
  };
}

/** Options of `fit`, with missing ones taken from the training run that is continued. */
export function withOptionsOf(run: TrainingOptions, options: FitOptions): FitOptions {
  const { epochs, batchSize, shuffle, shuffleBuffer, validationSplit, metrics } = run;
  return {
    epochs,
    batchSize,
    shuffle,
    ...(shuffleBuffer !== null && { shuffleBuffer }),
    ...(options.validationData === undefined && { validationSplit }),
    metrics,
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
  };
}

/** @throws {ArgumentError} if a training run cannot be continued exactly with these options */
export function assertResumable(before: TrainingOptions, done: number, now: TrainingOptions): void {
  for (const key of Object.keys(before) as (keyof TrainingOptions)[]) {
    if (key === "epochs" || JSON.stringify(before[key]) === JSON.stringify(now[key])) continue;
    throw new ArgumentError(
      `the checkpoint's training has ${inWords(key, before)}, not ${inWords(key, now)}`,
    );
  }
  if (now.epochs < done) {
    throw new ArgumentError(`epochs is ${now.epochs}, but the checkpoint's training has ${done} behind it`);
  }
}

function inWords(key: keyof TrainingOptions, options: TrainingOptions): string {
  const value = options[key];
  if (key === "rows") return value === null ? "a stream of samples" : `${value} rows to train on`;
  if (key === "validates") return value ? "validation" : "no validation";
  return `${key} ${Array.isArray(value) ? `[${value.join(", ")}]` : show(value)}`;
}
