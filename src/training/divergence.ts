import { ELEMENTS_PER_TURN } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Parameter } from "../layers/parameter.js";
import type { Learner } from "../network/learner.js";
import type { TrainingStep } from "../network/trainingStep.js";

/** When outputs are bounded from the weights, inputs are assumed to be at most this large. */
const LARGEST_INPUT = 1e9;
/** The squares of values up to this size fit in a float32. */
const SAFE = 1e18;
/**
 * Whether an epoch ended with a model whose outputs are not finite. The epoch's losses do not show this, since they are
 * from before the updates: the last update may have made weights infinite, or so large that outputs overflow. If the
 * weights alone do not rule that out, the last batch is run through the network once more.
 *
 * @param step the step that ran last
 * @param rows number of rows in the last batch
 */
export function* hasDiverged({ network }: Learner, step: TrainingStep, rows: number): Work<boolean> {
  const { layers, values } = network;
  // Most networks are checked without pausing: in small ones, a generator per parameter costs a tenth of an epoch.
  const pauses = values.length > ELEMENTS_PER_TURN;
  let bound = LARGEST_INPUT;
  for (const { named, calls, largest: found } of layers) {
    for (const [name, parameter] of named) {
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

/** The largest absolute value of a parameter, or of a part of it; NaN if a value is not finite. */
function largest(values: Float32Array, { offset, size }: Parameter, start = 0, end = size): number {
  let result = 0;
  for (let i = offset + start; i < offset + end; i++) {
    const value = values[i]! < 0 ? -values[i]! : values[i]!;
    if (!(value < Infinity)) return Number.NaN;
    if (value > result) result = value;
  }
  return result;
}

/** Like `largest`, with pauses. */
function* largestInTurns(values: Float32Array, parameter: Parameter): Work<number> {
  const { size } = parameter;
  let result = 0;
  for (let start = 0; start < size && !Number.isNaN(result); start += ELEMENTS_PER_TURN) {
    if (start > 0) yield;
    const part = largest(values, parameter, start, Math.min(start + ELEMENTS_PER_TURN, size));
    // Math.max returns NaN if any argument is NaN.
    result = Math.max(result, part);
  }
  return result;
}
