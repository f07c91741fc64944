import { ELEMENTS_PER_TURN } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Parameter } from "../layers/parameter.js";
import type { Learner } from "../network/learner.js";
import type { TrainingStep } from "../network/trainingStep.js";

/** Inputs are taken to be no larger than this when outputs are bounded from the weights. */
const LARGEST_INPUT = 1e9;
/** Squares of values up to here are float32. */
const SAFE = 1e18;
/**
 * Whether an epoch has ended with a model that gives no finite numbers. Its losses were taken before the updates, so they
 * do not tell: the last update may have made weights infinite, or so large that the outputs are. Where the weights alone do
 * not rule that out, the last batch goes through the network once more.
 *
 * @param step whose plan ran last
 * @param rows of the last batch
 */
export function* hasDiverged({ network }: Learner, step: TrainingStep, rows: number): Work<boolean> {
  const { layers, values } = network;
  // Most networks are looked at in one go: a generator for each parameter costs small ones a tenth of an epoch.
  const pauses = values.length > ELEMENTS_PER_TURN;
  let bound = LARGEST_INPUT;
  for (const { parameters, calls } of layers) {
    const found: Record<string, number> = {};
    for (const [name, parameter] of Object.entries(parameters)) {
      const value = pauses ? yield* largestInTurns(values, parameter) : largest(values, parameter);
      // Infinite and NaN parameters make it NaN.
      if (!(value < Infinity)) return true;
      found[name] = value;
    }
    bound = Math.min(calls.bound(bound, found), Number.MAX_VALUE);
  }
  if (bound <= SAFE) return false;
  yield step.repeat(rows);
  return !Number.isFinite(step.losses(rows).loss);
}

/** The largest absolute value of a parameter, or of a part of it; NaN when one is not finite. */
function largest(values: Float32Array, { offset, size }: Parameter, start = 0, end = size): number {
  let result = 0;
  for (let i = offset + start; i < offset + end; i++) {
    const value = values[i]! < 0 ? -values[i]! : values[i]!;
    if (!(value < Infinity)) return Number.NaN;
    if (value > result) result = value;
  }
  return result;
}

/** `largest`, with pauses. */
function* largestInTurns(values: Float32Array, parameter: Parameter): Work<number> {
  const { size } = parameter;
  let result = 0;
  for (let start = 0; start < size && !Number.isNaN(result); start += ELEMENTS_PER_TURN) {
    if (start > 0) yield;
    const part = largest(values, parameter, start, Math.min(start + ELEMENTS_PER_TURN, size));
    // Math.max keeps NaN.
    result = Math.max(result, part);
  }
  return result;
}
