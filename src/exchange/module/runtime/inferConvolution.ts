/** The weights of a convolution. */
export interface ConvolutionWeights {
  /** [taps, inputs, outputs]: the rows and columns of the kernel, then channels. */
  readonly weight: Float32Array;
  /** [outputs]. */
  readonly bias?: Float32Array;
}

/** How a convolution lies: lengths along [rows, columns]; a sequence has one row. */
export interface ConvolutionPlan {
  /** The larger and the smaller picture, and the kernel. */
  readonly large: readonly [number, number];
  readonly small: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  /** Zeros before the larger picture. */
  readonly before: readonly [number, number];
  /** Whether the way is from the smaller picture to the larger one. */
  readonly transposed: boolean;
}

/** A convolution, or a transposed one, of a picture with its channels last. */
export function convolve(
  x: Float64Array,
  { weight, bias }: ConvolutionWeights,
  plan: ConvolutionPlan,
): Float64Array {
  const { large, small, kernel, strides, dilation, before, transposed } = plan;
  const [from, to] = transposed ? [small, large] : [large, small];
  const inputs = x.length / (from[0] * from[1]);
  const outputs = weight.length / (kernel[0] * kernel[1] * inputs);
  const y = new Float64Array(to[0] * to[1] * outputs);
  if (bias) for (let i = 0; i < y.length; i++) y[i] = bias[i % outputs]!;
  for (let smallRow = 0; smallRow < small[0]; smallRow++) {
    for (let smallColumn = 0; smallColumn < small[1]; smallColumn++) {
      for (let tap = 0; tap < kernel[0] * kernel[1]; tap++) {
        const row = smallRow * strides[0] + Math.floor(tap / kernel[1]) * dilation[0] - before[0];
        const column = smallColumn * strides[1] + (tap % kernel[1]) * dilation[1] - before[1];
        if (row < 0 || row >= large[0] || column < 0 || column >= large[1]) continue;
        const largePlace = row * large[1] + column;
        const smallPlace = smallRow * small[1] + smallColumn;
        const source = (transposed ? smallPlace : largePlace) * inputs;
        const target = (transposed ? largePlace : smallPlace) * outputs;
        for (let input = 0; input < inputs; input++) {
          const value = x[source + input]!;
          const first = (tap * inputs + input) * outputs;
          for (let output = 0; output < outputs; output++)
            y[target + output]! += value * weight[first + output]!;
        }
      }
    }
  }
  return y;
}
