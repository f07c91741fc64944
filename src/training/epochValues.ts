import type { EpochLog } from "./logs.js";

/** A value of an epoch, by the name of its series in the history. */
export type NamedValue = readonly [name: string, value: number];

/** What an epoch measured on the training samples: its losses, then the metrics. */
export function trainingValues({ loss, reconstructionLoss, klLoss, metrics }: EpochLog): NamedValue[] {
  return present({ loss, reconstructionLoss, klLoss, ...metrics });
}

/** The same of the validation data, under the same names; none without validation. */
export function validationValues({ valLoss, valMetrics }: EpochLog): NamedValue[] {
  return present({ loss: valLoss, ...valMetrics });
}

function present(values: Readonly<Record<string, number | undefined>>): NamedValue[] {
  return Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
}
