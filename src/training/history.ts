import type { MetricName } from "../network/stepMetrics.js";

/** What happened in training, one entry an epoch. */
export interface History {
  /**
   * Training loss of each epoch, penalties included: mean over the samples, each taken before the update of its batch. A
   * variational model's is that of each step's weight of the divergence.
   */
  readonly loss: number[];
  /** Of a variational model: the part of `loss` that compares output and sample, a sum over the outputs; else empty. */
  readonly reconstructionLoss: number[];
  /** Of a variational model: mean divergence of the codes from the standard normal distribution, not weighted; else empty. */
  readonly klLoss: number[];
  /** Loss of the validation data after each epoch, as `evaluate` gives it; empty without validation. */
  readonly valLoss: number[];
  /** Each of the `metrics` over the training samples, taken as the loss is; no keys without metrics. */
  readonly metrics: Readonly<Partial<Record<MetricName, number[]>>>;
  /** Each of the `metrics` over the validation data after each epoch; no keys without metrics or validation. */
  readonly valMetrics: Readonly<Partial<Record<MetricName, number[]>>>;
  /** Wall time of each epoch's training steps, in seconds. */
  readonly seconds: number[];
}

export function emptyHistory(metrics: readonly MetricName[] = [], validates = false): History {
  const series = (names: readonly MetricName[]) =>
    Object.fromEntries(names.map((name): [string, number[]] => [name, []]));
  return {
    loss: [],
    reconstructionLoss: [],
    klLoss: [],
    valLoss: [],
    metrics: series(metrics),
    valMetrics: series(validates ? metrics : []),
    seconds: [],
  };
}

/** What can be watched: a series of the history, those of the validation data by Keras's `val` before the name. */
export type MonitorName = "loss" | "valLoss" | MetricName | `val${Capitalize<MetricName>}`;

/** The series of a history by the names under which they can be watched. */
export function monitored(history: History): Map<string, readonly number[]> {
  const result = new Map<string, readonly number[]>([["loss", history.loss]]);
  for (const [name, series] of Object.entries(history.metrics)) result.set(name, series);
  result.set("valLoss", history.valLoss);
  for (const [name, series] of Object.entries(history.valMetrics)) {
    result.set(`val${name[0]!.toUpperCase()}${name.slice(1)}`, series);
  }
  return result;
}
