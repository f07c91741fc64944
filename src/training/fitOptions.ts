import { boolean, type Hints, integer, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Samples } from "../data/samples.js";
import { type LossAlias, toLossName } from "../network/losses.js";
import type { MetricName } from "../network/stepMetrics.js";
import { type Callback, checkCallbacks } from "./callbacks.js";
import type { BatchLog, EpochLog } from "./logs.js";
import type { SampleStream } from "./sampleStream.js";

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
  /**
   * What to measure beside the loss, by the names of losses; default nothing. Of the training samples it is taken from
   * the batches, before their updates, as the loss is. `"mse"`, `"mae"` and `"bce"` will do; results have the long names.
   */
  metrics?: readonly (MetricName | LossAlias)[];
  /** What to call at the moments of training, such as `earlyStopping({ patience: 3 })`; default nothing. */
  callbacks?: readonly Callback[];
  /** Called after each epoch, after the `callbacks`. */
  onEpochEnd?: (log: EpochLog) => void;
  /** Called after each step, after the `callbacks`. */
  onBatchEnd?: (log: BatchLog) => void;
}

/** Options of `fit`. */
export interface FitOptions extends Omit<FitSyncOptions, "onEpochEnd" | "onBatchEnd" | "validationData"> {
  /** Samples to evaluate after each epoch. Excludes `validationSplit`. */
  validationData?: Samples | SampleStream;
  /**
   * For a stream of samples: the rows, at least a batch, that are held in memory to draw each batch from when
   * shuffling; default 1024. An order is random only as far as this buffer reaches; one that holds all rows makes it
   * uniformly random.
   */
  shuffleBuffer?: number;
  /** Called after each epoch, after the `callbacks`; `fit` waits for a returned promise. */
  onEpochEnd?: (log: EpochLog) => void | Promise<void>;
  /** Called after each step, after the `callbacks`; `fit` waits for a returned promise. */
  onBatchEnd?: (log: BatchLog) => unknown;
  /** Ends training after the running step; `fit` is then rejected with the signal's reason. */
  signal?: AbortSignal;
}

/** Options with everything decided. */
export interface CheckedFitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly shuffleBuffer: number;
  readonly validationData: Samples | SampleStream | undefined;
  readonly validationSplit: number;
  readonly metrics: readonly MetricName[];
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
}

const KEYS = [
  "epochs",
  "batchSize",
  "shuffle",
  "shuffleBuffer",
  "validationData",
  "validationSplit",
  "metrics",
  "callbacks",
  "onEpochEnd",
  "onBatchEnd",
  "signal",
] as const;

const HINTS: Hints = {
  verbose: "fit prints nothing; onEpochEnd and onBatchEnd are told the losses",
  learningrate: "the learning rate is the optimizer's, given to Autoencoder.create",
  lr: "the learning rate is the optimizer's, given to Autoencoder.create",
  optimizer: "the optimizer is given to Autoencoder.create",
  loss: "the loss is given to Autoencoder.create",
};

/** @throws {ArgumentError} for unknown options and values out of range */
export function checkFitOptions(options: FitOptions): CheckedFitOptions {
  knownKeys("fit", options, KEYS, HINTS);
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
    shuffleBuffer: integer("shuffleBuffer", options.shuffleBuffer ?? 1024),
    validationData: options.validationData,
    validationSplit,
    metrics: checkMetrics("metrics", options.metrics ?? []),
    callbacks: allCallbacks(options),
    signal: options.signal,
  };
}

/** @throws {ArgumentError} unless `metrics` is an array of known names, none of them twice */
export function checkMetrics(name: string, metrics: unknown): MetricName[] {
  if (!Array.isArray(metrics)) throw new ArgumentError(`${name} must be an array, not ${show(metrics)}`);
  const checked = metrics.map((metric, index) => toLossName(`${name}[${index}]`, metric));
  const twice = checked.find((metric, index) => checked.indexOf(metric) < index);
  if (twice !== undefined) throw new ArgumentError(`${name} has ${show(twice)} twice`);
  return checked;
}

/** The callbacks, and after them those that are options of their own. */
function allCallbacks({ callbacks, onEpochEnd, onBatchEnd }: FitOptions): Callback[] {
  for (const [name, value] of Object.entries({ onEpochEnd, onBatchEnd })) {
    if (value !== undefined && typeof value !== "function") {
      throw new ArgumentError(`${name} must be a function, not ${show(value)}`);
    }
  }
  const last: Callback = {
    ...(onEpochEnd && { onEpochEnd: (log) => onEpochEnd(log) }),
    ...(onBatchEnd && { onBatchEnd: (log) => onBatchEnd(log) }),
  };
  return [...checkCallbacks(callbacks ?? []), last];
}
