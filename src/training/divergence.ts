import { ELEMENTS_PER_TURN } from "../data/samples.js";
import type { Work } from "../engine/turns.js";
import type { Learner } from "../network/learner.js";
import type { NetworkLayer, Parameter } from "../network/network.js";
import type { TrainingStep } from "../network/trainingStep.js";

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
  const { layers, values } = network;
  // Most networks are looked at in one go: a generator for each parameter costs small ones a tenth of an epoch.
  const pauses = values.length > ELEMENTS_PER_TURN;
  let bound = LARGEST_INPUT;
  for (const layer of layers) {
    const { weight, bias } = layer;
    const w = pauses ? yield* largestInTurns(values, weight) : largest(values, weight);
    const b = bias ? largest(values, bias) : 0;
    // Infinite and NaN parameters make these NaN.
    if (!(w + b < Infinity)) return true;
    bound = largestOutput(layer, bound, w, b);
  }
  if (bound <= SAFE) return false;
  yield step.repeat(rows);
  return !Number.isFinite(step.losses(rows).loss);
}

/** An upper bound of a layer's outputs from those of its inputs, its weights and its bias. */
function largestOutput(
  { inputs, layer, transition }: NetworkLayer,
  input: number,
  w: number,
  b: number,
): number {
  const { activation } = layer;
  // No other activation gives more than 1.1·|z| + 1.
  const z = 1.1 * (input * inputs * w + b) + 1;
  const bound = activation === "sigmoid" || activation === "tanh" ? 1 : Math.min(z, Number.MAX_VALUE);
  return transition?.kind === "sample" && bound > SAFE_LOG_VARIANCE ? Number.MAX_VALUE : bound;
}

/** The largest absolute value of a parameter, or of a part of it; NaN when one is not finite. */
function largest(
  values: Float32Array,
  { offset, rows, columns }: Parameter,
  start = 0,
  end = rows * columns,
): number {
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
  const size = parameter.rows * parameter.columns;
  let result = 0;
  for (let start = 0; start < size && !Number.isNaN(result); start += ELEMENTS_PER_TURN) {
    if (start > 0) yield;
    const part = largest(values, parameter, start, Math.min(start + ELEMENTS_PER_TURN, size));
    // Math.max keeps NaN.
    result = Math.max(result, part);
  }
  return result;
}
