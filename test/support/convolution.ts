/** A convolution of pictures in float64 and plain loops, by its definition; a transposed one by that of its adjoint. */
export interface ConvolutionCase {
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
  readonly padding: "valid" | "same";
}

/** Zeros before a dimension of `large` values that a convolution turns into `small` ones, as TensorFlow has it. */
function zerosBefore(
  large: number,
  small: number,
  axis: 0 | 1,
  { kernel, strides, dilation, padding }: ConvolutionCase,
) {
  const missing = (small - 1) * strides[axis] + (kernel[axis] - 1) * dilation[axis] + 1 - large;
  return padding === "same" ? Math.floor(Math.max(0, missing) / 2) : 0;
}

/** Calls `visit` with all pairs of places of the larger and the smaller picture that a tap of the kernel connects. */
function eachTap(
  large: readonly [number, number],
  small: readonly [number, number],
  options: ConvolutionCase,
  visit: (largePlace: number, smallPlace: number, tap: number) => void,
): void {
  const { kernel, strides, dilation } = options;
  const [top, left] = [0, 1].map((axis) => zerosBefore(large[axis]!, small[axis]!, axis as 0 | 1, options));
  for (let y = 0; y < small[0]; y++) {
    for (let x = 0; x < small[1]; x++) {
      for (let i = 0; i < kernel[0]; i++) {
        for (let j = 0; j < kernel[1]; j++) {
          const row = y * strides[0] + i * dilation[0] - top!;
          const column = x * strides[1] + j * dilation[1] - left!;
          if (row < 0 || row >= large[0] || column < 0 || column >= large[1]) continue;
          visit(row * large[1] + column, y * small[1] + x, i * kernel[1] + j);
        }
      }
    }
  }
}

/**
 * Pictures [rows, columns, channels] of one batch after a convolution or a transposed one.
 *
 * @param weight in PyTorch's shape: [features, channels, …kernel], features being those of the smaller picture
 */
export function convolvedPictures(
  x: Float64Array,
  inputShape: readonly [number, number, number],
  outputShape: readonly [number, number, number],
  options: ConvolutionCase & { readonly transposed: boolean },
  weight: ArrayLike<number>,
  bias: ArrayLike<number> | undefined,
): Float64Array {
  const [inputs, outputs] = [inputShape[2], outputShape[2]];
  const [inputSize, outputSize] = [inputShape, outputShape].map(([h, w, c]) => h * w * c) as [number, number];
  const batch = x.length / inputSize;
  const y = new Float64Array(batch * outputSize).map((_, i) => bias?.[i % outputs] ?? 0);
  const place = ([h, w]: readonly [number, number, number]) => [h, w] as const;
  const [large, small] = options.transposed ? [outputShape, inputShape] : [inputShape, outputShape];
  const channels = large[2];
  const taps = options.kernel[0] * options.kernel[1];
  eachTap(place(large), place(small), options, (largePlace, smallPlace, tap) => {
    const [from, to] = options.transposed ? [smallPlace, largePlace] : [largePlace, smallPlace];
    for (let sample = 0; sample < batch; sample++) {
      for (let input = 0; input < inputs; input++) {
        for (let output = 0; output < outputs; output++) {
          const [feature, channel] = options.transposed ? [input, output] : [output, input];
          const w = weight[(feature * channels + channel) * taps + tap]!;
          y[sample * outputSize + to * outputs + output]! +=
            w * x[sample * inputSize + from * inputs + input]!;
        }
      }
    }
  });
  return y;
}
