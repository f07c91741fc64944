import { knownKeys, number, show } from "../check.js";
import { ArgumentError } from "../errors.js";
import type { Network } from "./network.js";

/** A penalty on the weights W of a layer, added to the loss: l1·Σ|w| + l2·Σw², as Keras's regularizers. */
export interface Penalty {
  readonly l1: number;
  readonly l2: number;
}

/**
 * factor·Σ|w|, which drives weights to 0.
 *
 * @param factor at least 0, default 0.01
 * @throws {ArgumentError} for anything else
 */
export function l1(factor = 0.01): Penalty {
  return { l1: checkFactor("the factor of l1", factor), l2: 0 };
}

/**
 * factor·Σw², which keeps weights small.
 *
 * @param factor at least 0, default 0.01
 * @throws {ArgumentError} for anything else
 */
export function l2(factor = 0.01): Penalty {
  return { l1: 0, l2: checkFactor("the factor of l2", factor) };
}

/**
 * l1·Σ|w| + l2·Σw².
 *
 * @param factors `l1` and `l2`, at least 0, default 0
 * @throws {ArgumentError} for anything else
 */
export function l1l2(factors: { l1?: number; l2?: number }): Penalty {
  knownKeys("l1l2", factors, ["l1", "l2"]);
  return { l1: checkFactor("l1", factors.l1 ?? 0), l2: checkFactor("l2", factors.l2 ?? 0) };
}

function checkFactor(name: string, value: unknown): number {
  return number(name, value, "a number of at least 0", (x) => x >= 0);
}

/** Checks a penalty and returns a clean copy. */
export function toPenalty(name: string, value: Penalty): Penalty {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ArgumentError(`${name} must be a penalty such as l2(1e-4), not ${show(value)}`);
  }
  return l1l2(value);
}

/** The penalties of all layers for the weights as they are now: what they add to the loss. */
export function penaltyOf({ layers, values }: Network): number {
  let total = 0;
  for (const { layer, weight } of layers) {
    if (!layer.kernelPenalty) continue;
    const { l1, l2 } = layer.kernelPenalty;
    const { offset, rows, columns } = weight;
    let sum = 0;
    for (const w of values.subarray(offset, offset + rows * columns))
      sum += Math.abs(w) * (l1 + l2 * Math.abs(w));
    total += sum;
  }
  return total;
}
