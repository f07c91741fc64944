/** The weights of a normalization, [channels] each. */
export interface NormalizationWeights {
  /** γ and β. */
  readonly weight?: Float32Array;
  readonly bias?: Float32Array;
  /** Mean and variance of each channel over the training samples. */
  readonly runningMean?: Float32Array;
  readonly runningVariance?: Float32Array;
}

/** γ · (x − mean) / √(variance + epsilon) + β, with each channel's mean and variance in training. */
export function batchNormalization(
  x: Float64Array,
  { weight, bias, runningMean, runningVariance }: NormalizationWeights,
  epsilon: number,
): Float64Array {
  return x.map((value, i) => {
    const channel = i % runningMean!.length;
    const normal = (value - runningMean![channel]!) / Math.sqrt(runningVariance![channel]! + epsilon);
    return normal * (weight ? weight[channel]! : 1) + (bias ? bias[channel]! : 0);
  });
}

/** γ · (x − mean) / √(variance + epsilon) + β, with mean and variance of the last dimension's own values. */
export function layerNormalization(
  x: Float64Array,
  { weight, bias }: NormalizationWeights,
  epsilon: number,
  channels: number,
): Float64Array {
  const y = new Float64Array(x.length);
  for (let from = 0; from < x.length; from += channels) {
    let mean = 0;
    for (let k = 0; k < channels; k++) mean += x[from + k]! / channels;
    let variance = 0;
    for (let k = 0; k < channels; k++) variance += (x[from + k]! - mean) ** 2 / channels;
    for (let k = 0; k < channels; k++) {
      const normal = (x[from + k]! - mean) / Math.sqrt(variance + epsilon);
      y[from + k] = normal * (weight ? weight[k]! : 1) + (bias ? bias[k]! : 0);
    }
  }
  return y;
}
