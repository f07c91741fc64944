import type { RecurrentFields } from "../../src/index.js";
import { activations } from "./reference.js";

/** Weights as PyTorch has them; biases may be missing. */
export interface RecurrentWeights {
  readonly input: ArrayLike<number>;
  readonly state: ArrayLike<number>;
  readonly bias: ArrayLike<number> | undefined;
  readonly stateBias: ArrayLike<number> | undefined;
}

/** What a layer does, its sizes among its fields. */
export type RecurrentCase = Pick<
  RecurrentFields,
  "units" | "activation" | "recurrentActivation" | "returnSequences"
> & {
  readonly kind: "lstm" | "gru";
  readonly steps: number;
  readonly inputs: number;
};

/** out = W·x + b, with x the `width` values from `at` on. */
function affine(
  out: Float64Array,
  weights: ArrayLike<number>,
  x: ArrayLike<number>,
  at: number,
  width: number,
  bias: ArrayLike<number> | undefined,
): void {
  for (let row = 0; row < out.length; row++) {
    let sum = bias?.[row] ?? 0;
    for (let k = 0; k < width; k++) sum += weights[row * width + k]! * x[at + k]!;
    out[row] = sum;
  }
}

/** LSTMs and GRUs in float64, by the formulas of PyTorch's documentation, from x [rows, steps, inputs]. */
export function recurrentStates(
  x: ArrayLike<number>,
  layer: RecurrentCase,
  weights: RecurrentWeights,
): Float64Array {
  const { kind, units, steps, inputs, returnSequences } = layer;
  const f = activations[layer.activation];
  const gate = activations[layer.recurrentActivation];
  const rows = x.length / (steps * inputs);
  const result = new Float64Array(rows * (returnSequences ? steps : 1) * units);
  const own = new Float64Array((kind === "lstm" ? 4 : 3) * units);
  const past = own.slice();
  let end = 0;
  for (let row = 0; row < rows; row++) {
    const [h, c] = [new Float64Array(units), new Float64Array(units)];
    for (let t = 0; t < steps; t++) {
      affine(own, weights.input, x, (row * steps + t) * inputs, inputs, weights.bias);
      affine(past, weights.state, h, 0, units, weights.stateBias);
      for (let j = 0; j < units; j++) {
        const [first, second] = [gate(own[j]! + past[j]!), gate(own[units + j]! + past[units + j]!)];
        const third = 2 * units + j;
        if (kind === "lstm") {
          const last = 3 * units + j;
          c[j] = second * c[j]! + first * f(own[third]! + past[third]!);
          h[j] = gate(own[last]! + past[last]!) * f(c[j]!);
        } else {
          h[j] = (1 - second) * f(own[third]! + first * past[third]!) + second * h[j]!;
        }
      }
      if (!returnSequences && t + 1 < steps) continue;
      result.set(h, end);
      end += units;
    }
  }
  return result;
}
