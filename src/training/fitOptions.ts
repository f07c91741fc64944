import { boolean, type Hints, integer, knownKeys, number, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { ExampleOptions, Examples } from "../data/examples.js";
import type { Samples } from "../data/samples.js";
import { type LossAlias, toLossName } from "../network/losses.js";
import type { MetricName } from "../network/stepMetrics.js";
import { type Callback, checkCallbacks } from "./callbacks.js";
import type { BatchLog, EpochLog } from "./logs.js";
import type { ExampleStream } from "./sampleStream.js";

/** Options of `fitSync`. */
export interface FitSyncOptions extends ExampleOptions {
  /** Number of passes over the data; default 1. */
  epochs?: number;
  /** Samples per step; default 32, as in Keras. A smaller last batch is trained on, too. */
  batchSize?: number;
  /** Whether to shuffle the samples anew in each epoch; default true. */
  shuffle?: boolean;
  /**
   * Samples to evaluate after each epoch; with targets or weights of their own as `{ samples, targets, sampleWeight }`.
   * Cannot be combined with `validationSplit`.
   */
  validationData?: Samples | Examples;
  /**
   * The fraction of samples, in [0, 1), to hold out for validation, taken from the end together with their targets and
   * weights; default 0.
   */
  validationSplit?: number;
  /**
   * What to measure besides the loss, by loss names; default nothing. Training metrics are computed per batch, before
   * its update, like the loss. `"mse"`, `"mae"` and `"bce"` are accepted; results use the long names.
   */
  metrics?: readonly (MetricName | LossAlias)[];
  /** Callbacks to call during training, such as `earlyStopping({ patience: 3 })`; default none. */
  callbacks?: readonly Callback[];
  /** Called after each epoch, after the `callbacks`. */
  onEpochEnd?: (log: EpochLog) => void;
  /** Called after each step, after the `callbacks`. */
  onBatchEnd?: (log: BatchLog) => void;
}

/** Options of `fit`. */
export interface FitOptions extends Omit<FitSyncOptions, "onEpochEnd" | "onBatchEnd" | "validationData"> {
  /**
   * Samples to evaluate after each epoch, as for `fitSync`, or a stream of them. Cannot be combined with
   * `validationSplit`.
   */
  validationData?: Samples | Examples | ExampleStream;
  /**
   * For a stream with shuffling: how many rows to hold in memory, at least a batch, from which each batch is drawn;
   * default 1024. Rows are shuffled only within this buffer; if it holds all rows, the order is uniformly random.
   */
  shuffleBuffer?: number;
  /** Called after each epoch, after the `callbacks`; `fit` waits for a returned promise. */
  onEpochEnd?: (log: EpochLog) => void | Promise<void>;
  /** Called after each step, after the `callbacks`; `fit` waits for a returned promise. */
  onBatchEnd?: (log: BatchLog) => unknown;
  /** Aborts training after the current step; `fit` then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/** Options that have been checked, with all defaults filled in. */
export interface CheckedFitOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly shuffleBuffer: number;
  readonly targets: Samples | undefined;
  readonly sampleWeight: ArrayLike<number> | undefined;
  readonly validationData: Samples | Examples | ExampleStream | undefined;
  readonly validationSplit: number;
  readonly metrics: readonly MetricName[];
  readonly callbacks: readonly Callback[];
  readonly signal: AbortSignal | undefined;
}

const KEYS = [
  "targets",
  "sampleWeight",
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
  y: "what the samples are compared with is given as targets",
  classweight: "there are no classes; sampleWeight weighs each sample",
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
    targets: options.targets,
    sampleWeight: options.sampleWeight,
    validationData: options.validationData,
    validationSplit,
    metrics: checkMetrics("metrics", options.metrics ?? []),
    callbacks: allCallbacks(options),
    signal: options.signal,
  };
}

/** @throws {ArgumentError} unless `metrics` is an array of known names without duplicates */
export function checkMetrics(name: string, metrics: unknown): MetricName[] {
  if (!Array.isArray(metrics)) throw new ArgumentError(`${name} must be an array, not ${show(metrics)}`);
  const checked = metrics.map((metric, index) => toLossName(`${name}[${index}]`, metric));
  const twice = checked.find((metric, index) => checked.indexOf(metric) < index);
  if (twice !== undefined) throw new ArgumentError(`${name} has ${show(twice)} twice`);
  return checked;
}

/** The callbacks, followed by those given as `onEpochEnd` and `onBatchEnd`. */
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
