import type { MetricName } from "../network/stepMetrics.js";
import { type EpochLog, type Metrics, validationName } from "./logs.js";

/** The history of a training run, one entry per epoch. */
export interface History {
  /**
   * Training loss of each epoch, penalties included: the mean over the samples, from before the update of each batch.
   * In a variational model, the divergence is weighted as in each step.
   */
  readonly loss: number[];
  /**
   * In a variational model: the part of `loss` that compares output and sample, a sum over the outputs; otherwise
   * empty.
   */
  readonly reconstructionLoss: number[];
  /**
   * In a variational model: the mean divergence of the codes from the standard normal distribution, not weighted;
   * otherwise empty.
   */
  readonly klLoss: number[];
  /** Loss of the validation data after each epoch, as `evaluate` gives it; empty without validation. */
  readonly valLoss: number[];
  /** Each of the `metrics` over the training samples, computed like the loss; no keys without metrics. */
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

/** Adds the entries of an epoch. */
export function addEpoch(history: History, log: EpochLog): void {
  history.loss.push(log.loss);
  if (log.reconstructionLoss !== undefined) history.reconstructionLoss.push(log.reconstructionLoss);
  if (log.klLoss !== undefined) history.klLoss.push(log.klLoss);
  history.seconds.push(log.seconds);
  if (log.metrics) append(history.metrics, log.metrics);
  if (log.valLoss !== undefined) history.valLoss.push(log.valLoss);
  if (log.valMetrics) append(history.valMetrics, log.valMetrics);
}

function append(series: History["metrics"], values: Metrics): void {
  for (const name of Object.keys(series) as MetricName[]) series[name]!.push(values[name]!);
}

/** Series of the history that can be watched. Those of the validation data start with `val`, as in Keras. */
export type MonitorName = "loss" | "valLoss" | MetricName | `val${Capitalize<MetricName>}`;

/** The series of a history, by the names under which they can be watched. */
export function monitored(history: History): Map<string, readonly number[]> {
  const result = new Map<string, readonly number[]>([["loss", history.loss]]);
  for (const [name, series] of Object.entries(history.metrics)) result.set(name, series);
  result.set("valLoss", history.valLoss);
  for (const [name, series] of Object.entries(history.valMetrics)) {
    result.set(validationName(name), series);
  }
  return result;
}
