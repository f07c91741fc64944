/** How a picture is enlarged: lengths along [rows, columns]; a sequence has one row. */
export interface UpSamplingPlan {
  readonly input: readonly [number, number];
  readonly size: readonly [number, number];
}

/** Repeats each value. */
export function upSamplingNearest(x: Float64Array, { input, size }: UpSamplingPlan): Float64Array {
  const channels = x.length / (input[0] * input[1]);
  const width = input[1] * size[1];
  const y = new Float64Array(x.length * size[0] * size[1]);
  for (let place = 0; place * channels < y.length; place++) {
    const row = Math.floor(Math.floor(place / width) / size[0]);
    const column = Math.floor((place % width) / size[1]);
    const from = (row * input[1] + column) * channels;
    for (let channel = 0; channel < channels; channel++) y[place * channels + channel] = x[from + channel]!;
  }
  return y;
}

/** Interpolates linearly between the centres of neighbouring values. */
export function upSamplingBilinear(x: Float64Array, { input, size }: UpSamplingPlan): Float64Array {
  const channels = x.length / (input[0] * input[1]);
  const width = input[1] * size[1];
  const y = new Float64Array(x.length * size[0] * size[1]);
  for (let place = 0; place * channels < y.length; place++) {
    const rows = neighbours(Math.floor(place / width), input[0], size[0]);
    const columns = neighbours(place % width, input[1], size[1]);
    for (const [row, down] of rows) {
      for (const [column, right] of columns) {
        const from = (row * input[1] + column) * channels;
        for (let channel = 0; channel < channels; channel++)
          y[place * channels + channel]! += down * right * x[from + channel]!;
      }
    }
  }
  return y;
}

/** The two values that a place of an enlarged line lies between, with their weights. */
function neighbours(place: number, length: number, size: number): readonly (readonly [number, number])[] {
  const at = Math.min(length - 1, Math.max(0, (place + 0.5) / size - 0.5));
  const lower = Math.floor(at);
  return [
    [lower, 1 - (at - lower)],
    [Math.min(lower + 1, length - 1), at - lower],
  ];
}

/** A vector as the only value of each of several steps. */
export function repeated(x: Float64Array, steps: number): Float64Array {
  return Float64Array.from({ length: steps * x.length }, (_, i) => x[i % x.length]!);
}
