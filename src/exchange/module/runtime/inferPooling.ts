/** How windows lie on a picture: lengths along [rows, columns]; a sequence has one row. */
export interface PoolingPlan {
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly pool: readonly [number, number];
  readonly strides: readonly [number, number];
  /** How far the first window begins before the picture. */
  readonly before: readonly [number, number];
}

/** The largest value of each channel in each window. */
export function maxPooling(x: Float64Array, plan: PoolingPlan): Float64Array {
  return pooled(
    x,
    plan,
    Number.NEGATIVE_INFINITY,
    (most, value) => (value > most ? value : most),
    (most) => most,
  );
}

/** The mean of each channel in each window, without what lies beyond the picture. */
export function averagePooling(x: Float64Array, plan: PoolingPlan): Float64Array {
  return pooled(
    x,
    plan,
    0,
    (sum, value) => sum + value,
    (sum, count) => sum / count,
  );
}

function pooled(
  x: Float64Array,
  { input, output, pool, strides, before }: PoolingPlan,
  start: number,
  add: (so: number, value: number) => number,
  finish: (all: number, count: number) => number,
): Float64Array {
  const channels = x.length / (input[0] * input[1]);
  const y = new Float64Array(output[0] * output[1] * channels);
  for (let i = 0; i < y.length; i++) {
    const channel = i % channels;
    const place = (i - channel) / channels;
    const top = Math.floor(place / output[1]) * strides[0] - before[0];
    const left = (place % output[1]) * strides[1] - before[1];
    let all = start;
    let count = 0;
    for (let row = Math.max(0, top); row < Math.min(input[0], top + pool[0]); row++) {
      for (let column = Math.max(0, left); column < Math.min(input[1], left + pool[1]); column++) {
        all = add(all, x[(row * input[1] + column) * channels + channel]!);
        count++;
      }
    }
    y[i] = finish(all, count);
  }
  return y;
}

/** The mean of each channel over all places. */
export function globalAverage(x: Float64Array, channels: number): Float64Array {
  const y = new Float64Array(channels);
  for (let i = 0; i < x.length; i++) y[i % channels]! += x[i]!;
  return y.map((sum) => (sum * channels) / x.length);
}
