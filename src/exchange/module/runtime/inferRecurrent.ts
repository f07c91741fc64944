/** The weights of an LSTM (gates i, f, g, o) or a GRU (gates r, z, n). */
export interface RecurrentWeights {
  /** Of inputs, [gates · units, features], and of states, [gates · units, units]. */
  readonly inputWeight: Float32Array;
  readonly stateWeight: Float32Array;
  /** [gates · units] each. */
  readonly inputBias?: Float32Array;
  readonly stateBias?: Float32Array;
}

/** What a recurrent layer does with the steps of a sequence. */
export interface RecurrentPlan {
  readonly steps: number;
  readonly units: number;
  /** f and σ of the formulas. */
  readonly activation: (value: number) => number;
  readonly gate: (value: number) => number;
  /** Whether the output has the states of all steps, not of the last one alone. */
  readonly sequences: boolean;
}

/** i, f, g, o = σ, σ, f, σ of W·x + b + V·h; c ← f·c + i·g; h ← o·f(c). */
export function lstm(x: Float64Array, weights: RecurrentWeights, plan: RecurrentPlan): Float64Array {
  const { units, activation, gate } = plan;
  const cells = new Float64Array(units);
  return overSteps(x, weights, plan, (own, past, j) => {
    const z = (index: number) => own[index * units + j]! + past[index * units + j]!;
    cells[j] = gate(z(1)) * cells[j]! + gate(z(0)) * activation(z(2));
    return gate(z(3)) * activation(cells[j]!);
  });
}

/** r, z = σ of W·x + b + V·h + d; n = f(W·x + b + r·(V·h + d)); h ← (1 − z)·n + z·h. */
export function gru(x: Float64Array, weights: RecurrentWeights, plan: RecurrentPlan): Float64Array {
  const { units, activation, gate } = plan;
  return overSteps(x, weights, plan, (own, past, j, before) => {
    const reset = gate(own[j]! + past[j]!);
    const update = gate(own[units + j]! + past[units + j]!);
    const candidate = activation(own[2 * units + j]! + reset * past[2 * units + j]!);
    return (1 - update) * candidate + update * before;
  });
}

/** The states of all steps or of the last one, from a state of 0. */
function overSteps(
  x: Float64Array,
  { inputWeight, stateWeight, inputBias, stateBias }: RecurrentWeights,
  { steps, units, sequences }: RecurrentPlan,
  next: (own: Float64Array, past: Float64Array, unit: number, before: number) => number,
): Float64Array {
  const features = x.length / steps;
  let state = new Float64Array(units);
  const states = new Float64Array(sequences ? steps * units : 0);
  for (let step = 0; step < steps; step++) {
    const own = products(inputWeight, inputBias, x.subarray(step * features, (step + 1) * features));
    const past = products(stateWeight, stateBias, state);
    state = state.map((before, unit) => next(own, past, unit, before));
    if (sequences) states.set(state, step * units);
  }
  return sequences ? states : state;
}

/** weight · x + bias. */
function products(weight: Float32Array, bias: Float32Array | undefined, x: Float64Array): Float64Array {
  const y = new Float64Array(weight.length / x.length);
  for (let i = 0; i < y.length; i++) {
    let sum = bias ? bias[i]! : 0;
    for (let k = 0; k < x.length; k++) sum += weight[i * x.length + k]! * x[k]!;
    y[i] = sum;
  }
  return y;
}
