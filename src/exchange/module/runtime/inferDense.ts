/** The weights of a dense layer. */
export interface DenseWeights {
  /** [units, inputs]. */
  readonly weight: Float32Array;
  /** [units]. */
  readonly bias?: Float32Array;
}

/** weight · x + bias, at each place of all dimensions but the last, which has as many values as the weight has columns. */
export function dense(x: Float64Array, { weight, bias }: DenseWeights, inputs: number): Float64Array {
  const units = weight.length / inputs;
  const y = new Float64Array((x.length / inputs) * units);
  for (let i = 0; i < y.length; i++) {
    const unit = i % units;
    const from = ((i - unit) / units) * inputs;
    let sum = bias ? bias[unit]! : 0;
    for (let k = 0; k < inputs; k++) sum += weight[unit * inputs + k]! * x[from + k]!;
    y[i] = sum;
  }
  return y;
}
