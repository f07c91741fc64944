import type { MetricName } from "../network/stepMetrics.js";

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
  /** Each of the `metrics` over the training samples, taken as the loss is; absent without metrics. */
  readonly metrics?: Readonly<Partial<Record<MetricName, number>>>;
  /** Each of the `metrics` over the validation data; absent without metrics or validation. */
  readonly valMetrics?: Readonly<Partial<Record<MetricName, number>>>;
  /** Wall time of the training steps, in seconds, without validation. */
  readonly seconds: number;
  /** Wall time of a step, in milliseconds. */
  readonly msPerStep: number;
}

/** What `onBatchEnd` is told. */
export interface BatchLog {
  /** Counts from 1. */
  readonly epoch: number;
  /** How many there will be. */
  readonly epochs: number;
  /** Counts from 1. */
  readonly step: number;
  /** How many there will be in the epoch; absent in the first epoch of a stream, whose length is not known yet. */
  readonly steps?: number;
  /** Mean over the samples of the epoch so far. */
  readonly loss: number;
}

/** What `onBatchBegin` is told. */
export type BatchPlace = Omit<BatchLog, "loss">;

/** What `onEpochBegin` is told; `epoch` counts from 1. */
export type EpochPlace = Pick<EpochLog, "epoch" | "epochs">;
