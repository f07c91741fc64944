import type { MetricName } from "../network/stepMetrics.js";

/** Means of metrics, by their names. */
export type Metrics = Readonly<Partial<Record<MetricName, number>>>;

/** Metrics by their names. */
export function named(names: readonly MetricName[], values: readonly number[]): Metrics {
  return Object.fromEntries(names.map((name, index) => [name, values[index]!]));
}

/** The name of a value of the validation data, as in Keras: `valLoss`. */
export function validationName(name: string): string {
  return `val${name[0]!.toUpperCase()}${name.slice(1)}`;
}

/** The argument of `onEpochEnd`. */
export interface EpochLog {
  /** Counted from 1. */
  readonly epoch: number;
  /** Total number of epochs. */
  readonly epochs: number;
  /** Number of steps (batches) in the epoch. */
  readonly steps: number;
  /** Mean over the samples, from before the update of each batch. */
  readonly loss: number;
  /** In a variational model: the part of `loss` that compares output and sample. */
  readonly reconstructionLoss?: number;
  /** In a variational model: the mean divergence, not weighted. */
  readonly klLoss?: number;
  /** Loss of the validation data after the epoch, if there is any. */
  readonly valLoss?: number;
  /** Each of the `metrics` over the training samples, computed like the loss; absent without metrics. */
  readonly metrics?: Metrics;
  /** Each of the `metrics` over the validation data; absent without metrics or validation. */
  readonly valMetrics?: Metrics;
  /** Learning rate after the epoch's last step, before `reduceOnPlateau` looks at the losses; Keras logs the same. */
  readonly learningRate: number;
  /** Wall time of the training steps, in seconds, without validation. */
  readonly seconds: number;
  /** Wall time of a step, in milliseconds. */
  readonly msPerStep: number;
}

/** The argument of `onBatchEnd`. */
export interface BatchLog {
  /** Counted from 1. */
  readonly epoch: number;
  /** Total number of epochs. */
  readonly epochs: number;
  /** Counted from 1. */
  readonly step: number;
  /** Number of steps in the epoch; absent in the first epoch of a stream, whose length is not known yet. */
  readonly steps?: number;
  /** Mean over the samples of the epoch so far. */
  readonly loss: number;
}

/** The argument of `onBatchBegin`. */
export type BatchPlace = Omit<BatchLog, "loss">;

/** The argument of `onEpochBegin`; `epoch` is counted from 1. */
export type EpochPlace = Pick<EpochLog, "epoch" | "epochs">;
