// Batch normalization (S. Ioffe and C. Szegedy, "Batch normalization", 2015). One thread sums each column over all
// rows, in order and in float64, so the statistics do not depend on the number of threads or blocks.

import { areApart, areFloats, areRowsApart, areSameOrApart, isShare } from "./checks";
import { highDoubles, lowDoubles, madd, splat, storeUpTo } from "./simd";

/** 1 / √(variance + epsilon) of four columns. */
@inline
function scaleOf(variance: v128, epsilon: f32): v128 {
  return f32x4.div(splat(1), f32x4.sqrt(f32x4.add(variance, splat(epsilon))));
}

/** Four float64 as floats. */
@inline
function joined(a: v128, b: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(a), f32x4.demote_f64x2_zero(b), 0, 1, 4, 5);
}

/** Mean and (population) variance of columns `begin` to `end` of source[rows, columns]. */
export function columnMoments(
  begin: i32, end: i32, rows: i32, columns: i32, source: usize, mean: usize, variance: usize,
): void {
  assert(isShare(begin, end) && end <= columns && rows > 0, "columnMoments: sizes");
  assert(
    areFloats(source, rows, columns) && areFloats(mean, end) && areFloats(variance, end),
    "columnMoments: source, mean and variance are floats in memory",
  );
  assert(
    areApart(source, <i64>rows * columns << 2, mean, <i64>end << 2) &&
      areApart(source, <i64>rows * columns << 2, variance, <i64>end << 2) &&
      areApart(mean, <i64>end << 2, variance, <i64>end << 2),
    "columnMoments: mean and variance overlap nothing",
  );
  const stride = <usize>(columns << 2);
  const share = f64x2.splat(1 / <f64>rows);
  for (let j = begin; j < end; j += 4) {
    const at = <usize>(j << 2);
    const left = <usize>(end - j);
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let from = source + at;
    for (let row = 0; row < rows; row++) {
      const x = v128.load(from);
      a = f64x2.add(a, lowDoubles(x));
      b = f64x2.add(b, highDoubles(x));
      from += stride;
    }
    const meanLow = f64x2.mul(a, share);
    const meanHigh = f64x2.mul(b, share);
    a = f64x2.splat(0);
    b = f64x2.splat(0);
    from = source + at;
    for (let row = 0; row < rows; row++) {
      const x = v128.load(from);
      const c = f64x2.sub(lowDoubles(x), meanLow);
      const d = f64x2.sub(highDoubles(x), meanHigh);
      a = f64x2.add(a, f64x2.mul(c, c));
      b = f64x2.add(b, f64x2.mul(d, d));
      from += stride;
    }
    storeUpTo(mean + at, joined(meanLow, meanHigh), left);
    storeUpTo(variance + at, joined(f64x2.mul(a, share), f64x2.mul(b, share)), left);
  }
}

/** y = γ·(x − mean) / √(variance + epsilon) + β over rows `begin` to `end`; an address of 0 omits γ or β. */
export function batchNormalization(
  begin: i32, end: i32, columns: i32, x: usize, mean: usize, variance: usize, gamma: usize, beta: usize, y: usize,
  epsilon: f32,
): void {
  assert(isShare(begin, end) && columns > 0 && epsilon > 0, "batchNormalization: sizes");
  assert(
    areFloats(x, end, columns) && areFloats(y, end, columns) && areFloats(mean, columns) && areFloats(variance, columns),
    "batchNormalization: x, y, mean and variance are floats in memory",
  );
  assert(
    (!gamma || areFloats(gamma, columns)) && (!beta || areFloats(beta, columns)),
    "batchNormalization: gamma and beta are floats in memory",
  );
  assert(areSameOrApart(x, y, begin, end, columns), "batchNormalization: y is x, or does not overlap it");
  const width = <usize>columns;
  for (let j: usize = 0; j < width; j += 4) {
    const at = j << 2;
    const left = width - j;
    const center = v128.load(mean + at);
    const scale = scaleOf(v128.load(variance + at), epsilon);
    const factor = gamma ? f32x4.mul(scale, v128.load(gamma + at)) : scale;
    const shift = beta ? v128.load(beta + at) : splat(0);
    for (let row = begin; row < end; row++) {
      const offset = (<usize>row * width << 2) + at;
      storeUpTo(y + offset, madd(f32x4.sub(v128.load(x + offset), center), factor, shift), left);
    }
  }
}

/**
 * For columns `begin` to `end`: slopes = Σ dy and products = Σ dy·x̂ over all rows, with
 * x̂ = (x − mean) / √(variance + epsilon). These are the gradients of β and γ.
 */
export function batchNormalizationSums(
  begin: i32, end: i32, rows: i32, columns: i32, x: usize, mean: usize, variance: usize, dy: usize, slopes: usize,
  products: usize, epsilon: f32,
): void {
  assert(isShare(begin, end) && end <= columns && rows > 0 && epsilon > 0, "batchNormalizationSums: sizes");
  assert(
    areFloats(x, rows, columns) && areFloats(dy, rows, columns) && areFloats(mean, end) && areFloats(variance, end) &&
      areFloats(slopes, end) && areFloats(products, end),
    "batchNormalizationSums: all are floats in memory",
  );
  assert(
    areApart(slopes, <i64>end << 2, x, <i64>rows * columns << 2) &&
      areApart(slopes, <i64>end << 2, dy, <i64>rows * columns << 2) &&
      areApart(products, <i64>end << 2, x, <i64>rows * columns << 2) &&
      areApart(products, <i64>end << 2, dy, <i64>rows * columns << 2) &&
      areApart(products, <i64>end << 2, slopes, <i64>end << 2),
    "batchNormalizationSums: the sums overlap nothing",
  );
  const stride = <usize>(columns << 2);
  for (let j = begin; j < end; j += 4) {
    const at = <usize>(j << 2);
    const left = <usize>(end - j);
    const center = v128.load(mean + at);
    let a = f64x2.splat(0);
    let b = f64x2.splat(0);
    let c = f64x2.splat(0);
    let d = f64x2.splat(0);
    let offset = at;
    for (let row = 0; row < rows; row++) {
      const g = v128.load(dy + offset);
      const gx = f32x4.mul(g, f32x4.sub(v128.load(x + offset), center));
      a = f64x2.add(a, lowDoubles(g));
      b = f64x2.add(b, highDoubles(g));
      c = f64x2.add(c, lowDoubles(gx));
      d = f64x2.add(d, highDoubles(gx));
      offset += stride;
    }
    storeUpTo(slopes + at, joined(a, b), left);
    const scale = scaleOf(v128.load(variance + at), epsilon);
    storeUpTo(products + at, f32x4.mul(joined(c, d), scale), left);
  }
}

/**
 * dx = γ / √(variance + epsilon) · (dy − scale·Σ dy − x̂·scale·Σ dy·x̂) over rows `begin` to `end`, with
 * `scale` = 1 / (number of all rows); `batchNormalizationSums` computes the sums.
 */
export function batchNormalizationBackward(
  begin: i32, end: i32, columns: i32, x: usize, mean: usize, variance: usize, gamma: usize, dy: usize, slopes: usize,
  products: usize, dx: usize, scale: f32, epsilon: f32,
): void {
  assert(isShare(begin, end) && columns > 0 && epsilon > 0, "batchNormalizationBackward: sizes");
  assert(
    areFloats(x, end, columns) && areFloats(dy, end, columns) && areFloats(dx, end, columns) && areFloats(mean, columns) &&
      areFloats(variance, columns) && areFloats(slopes, columns) && areFloats(products, columns),
    "batchNormalizationBackward: all are floats in memory",
  );
  assert(!gamma || areFloats(gamma, columns), "batchNormalizationBackward: gamma is floats in memory");
  assert(
    areRowsApart(x, dx, begin, end, columns) && areRowsApart(dy, dx, begin, end, columns),
    "batchNormalizationBackward: dx overlaps neither x nor dy",
  );
  const width = <usize>columns;
  const share = splat(scale);
  for (let j: usize = 0; j < width; j += 4) {
    const at = j << 2;
    const left = width - j;
    const center = v128.load(mean + at);
    const deviation = scaleOf(v128.load(variance + at), epsilon);
    const factor = gamma ? f32x4.mul(deviation, v128.load(gamma + at)) : deviation;
    const slope = f32x4.mul(v128.load(slopes + at), share);
    const along = f32x4.mul(f32x4.mul(v128.load(products + at), share), deviation);
    for (let row = begin; row < end; row++) {
      const offset = (<usize>row * width << 2) + at;
      const centered = f32x4.sub(v128.load(x + offset), center);
      const rest = f32x4.sub(f32x4.sub(v128.load(dy + offset), slope), f32x4.mul(centered, along));
      storeUpTo(dx + offset, f32x4.mul(rest, factor), left);
    }
  }
}

/** average += share·(value − average) for elements `begin` to `end`. */
export function follow(begin: i32, end: i32, average: usize, value: usize, share: f32): void {
  assert(isShare(begin, end), "follow: sizes");
  assert(areFloats(average, end) && areFloats(value, end), "follow: average and value are floats in memory");
  assert(areRowsApart(average, value, begin, end, 1), "follow: average does not overlap value");
  for (let j = begin; j < end; j += 4) {
    const at = <usize>(j << 2);
    const old = v128.load(average + at);
    storeUpTo(average + at, madd(f32x4.sub(v128.load(value + at), old), splat(share), old), <usize>(end - j));
  }
}
