import type { Learner } from "../model/learner.js";
import type { Network, Parameter } from "../model/network.js";
import type { TrainingStep } from "../model/trainingStep.js";
import { ELEMENTS_PER_TURN } from "./samples.js";
import type { Work } from "./turns.js";

/** Inputs are taken to be no larger than this when outputs are bounded from the weights. */
const LARGEST_INPUT = 1e9;
/** Squares of values up to here are float32. */
const SAFE = 1e18;
/** exp(½ log σ²) of a gaussian code stays small up to this log σ². */
const SAFE_LOG_VARIANCE = 60;

/**
 * Whether an epoch has ended with a model that gives no finite numbers. Its losses were taken before the updates, so they
 * do not tell: the last update may have made weights infinite, or so large that the outputs are. Where the weights alone do
 * not rule that out, the last batch goes through the network once more.
 *
 * @param step whose plan ran last
 * @param rows of the last batch
 */
export function* hasDiverged({ network }: Learner, step: TrainingStep, rows: number): Work<boolean> {
  const bound = yield* largestOutput(network);
  if (Number.isNaN(bound)) return true;
  if (bound <= SAFE) return false;
  yield step.repeat(rows);
  return !Number.isFinite(step.losses(rows).loss);
}

/** An upper bound of the values inside the network, from the largest weight of each layer; NaN when one is not finite. */
function* largestOutput({ layers, values }: Network): Work<number> {
  let bound = LARGEST_INPUT;
  for (const { weight, bias, inputs, layer, transition } of layers) {
    const w = yield* largest(values, weight);
    const b = bias ? yield* largest(values, bias) : 0;
    if (Number.isNaN(w + b)) return Number.NaN;
    const { activation } = layer;
    // No other activation gives more than 1.1·|z| + 1.
    const z = 1.1 * (bound * inputs * w + b) + 1;
    bound = activation === "sigmoid" || activation === "tanh" ? 1 : Math.min(z, Number.MAX_VALUE);
    if (transition?.kind === "sample" && bound > SAFE_LOG_VARIANCE) bound = Number.MAX_VALUE;
  }
  return bound;
}

/** The largest absolute value of a parameter; NaN when one is not finite. Pauses now and then. */
function* largest(values: Float32Array, { offset, rows, columns }: Parameter): Work<number> {
  let result = 0;
  const end = offset + rows * columns;
  for (let start = offset; start < end; start += ELEMENTS_PER_TURN) {
    if (start > offset) yield;
    for (let i = start; i < Math.min(start + ELEMENTS_PER_TURN, end); i++) {
      const value = values[i]! < 0 ? -values[i]! : values[i]!;
      if (!(value < Infinity)) return Number.NaN;
      if (value > result) result = value;
    }
  }
  return result;
}
