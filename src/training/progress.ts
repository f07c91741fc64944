import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Rows } from "../data/samples.js";
import type { MetricName } from "../network/stepMetrics.js";
import type { CheckedFitOptions, FitOptions } from "./fitOptions.js";
import type { History } from "./history.js";
import type { StreamedRows } from "./sampleStream.js";

/** What a training depends on beside the model and the data's values: what has to be the same to go on with it. */
export interface TrainingOptions {
  /** How many epochs it has in all. */
  readonly epochs: number;
  /** Samples a step. */
  readonly batchSize: number;
  /** Whether each epoch takes the samples in a new random order. */
  readonly shuffle: boolean;
  /** Null where nothing is drawn from a buffer: data in memory, or no shuffling. */
  readonly shuffleBuffer: number | null;
  /** The fraction of the samples that is held out for validation. */
  readonly validationSplit: number;
  /** Whether there are validation data. */
  readonly validates: boolean;
  /** What is measured beside the loss. */
  readonly metrics: readonly MetricName[];
  /** Rows that are trained on; null for a stream. */
  readonly rows: number | null;
}

/** How far a model's training is: what `fit` goes on from, and what a checkpoint holds beside the learner's state. */
export interface Progress {
  /** Epochs over the whole life of the model; the order of the samples follows from it. */
  epochs: number;
  /** Of the last training. */
  history: History;
  /** Of the last training; undefined before the first. */
  options: TrainingOptions | undefined;
}

/** The options of a training of these samples. */
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

/** Options of `fit`, with those of the training that it goes on with where there are none. */
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

/** @throws {ArgumentError} when a training cannot go on exactly under these options */
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
