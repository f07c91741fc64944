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
  for (let from = 0, to = 0; from < x.length; from += inputs) {
    for (let unit = 0, at = 0; unit < units; unit++) {
      let sum = bias ? bias[unit]! : 0;
      for (let k = 0; k < inputs; k++) sum += weight[at++]! * x[from + k]!;
      y[to++] = sum;
    }
  }
  return y;
}
