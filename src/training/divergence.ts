import { largest } from "../engine/largest.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import type { TrainingStep } from "../network/trainingStep.js";

/** When outputs are bounded from the weights, inputs are assumed to be at most this large. */
const LARGEST_INPUT = 1e9;
/** The squares of values up to this size fit in a float32. */
const SAFE = 1e18;
/** Networks of more values than this are checked with a pause after each parameter; it takes others less than a ms. */
const VALUES_AT_ONCE = 1 << 21;

/**
 * Whether an epoch ended with a model whose outputs are not finite. The epoch's losses do not show this, since they are
 * from before the updates: the last update may have made weights infinite, or so large that outputs overflow. If the
 * weights alone do not rule that out, the last batch is run through the network once more.
 *
 * @param step the step that ran last
 * @param rows number of rows in the last batch
 */
export function* hasDiverged({ network }: Learner, step: TrainingStep, rows: number): Work<boolean> {
  const { engine, layers, block } = network;
  const pauses = block.values.length > VALUES_AT_ONCE;
  let bound = LARGEST_INPUT;
  for (const { named, calls, largest: found } of layers) {
    for (const [name, { offset, size }] of named) {
      const value = largest(engine, block, offset, size);
      if (!(value < Infinity)) return true;
      found[name] = value;
      if (pauses) yield;
    }
    bound = Math.min(calls.bound(bound, found), Number.MAX_VALUE);
  }
  if (bound <= SAFE) return false;
  yield step.repeat(rows);
  return !Number.isFinite(step.losses(rows).loss);
}
