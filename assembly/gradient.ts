// What happens to a gradient between the backward pass and the optimizer: adding weight penalties, and clipping.
// Formulas as in Keras 3 (keras/src/regularizers, keras/src/optimizers/base_optimizer.py). A norm takes two kernels
// with a barrier between them: first the sum of squares of each row; then every thread sums these in row order.

import { areDoubles, areFloats, areRowsApart, areSumsApart, isShare } from "./checks";
import { highDoubles, keepUpTo, lowDoubles, madd, splat, storeUpTo, sumDoubles, sumLanes } from "./simd";

/** One float64 per row, without overlap with either matrix. */
function areSums(begin: i32, end: i32, columns: i32, a: usize, b: usize, sums: usize): bool {
  if (ASC_NO_ASSERT) return true;
  return areDoubles(sums, end) && areSumsApart(sums, a, begin, end, columns) &&
    areSumsApart(sums, b, begin, end, columns);
}

/**
 * The penalty l1·Σ|w| + l2·Σw² for rows `begin` to `end` of a weight matrix: sums[row] = the row's penalty, a float64;
 * gradient += l1·sign(w) + 2·l2·w. Sums move from float32 to float64 after 4 additions per lane.
 */
export function penalize(
  begin: i32, end: i32, columns: i32, weights: usize, gradient: usize, sums: usize, l1: f32, l2: f32,
): void {
  assert(isShare(begin, end) && columns > 0, "penalize: sizes");
  assert(
    areFloats(weights, end, columns) && areFloats(gradient, end, columns),
    "penalize: weights and gradient are floats in memory",
  );
  assert(areSums(begin, end, columns, weights, gradient, sums), "penalize: sums are float64 of their own");
  assert(areRowsApart(weights, gradient, begin, end, columns), "penalize: gradient does not overlap the weights");
  const first = splat(l1);
  const second = splat(l2);
  const twice = splat(2 * l2);
  const sign = i32x4.splat(0x80000000);
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * <usize>columns << 2;
    const w = weights + offset;
    const g = gradient + offset;
    let total: f64 = 0;
    for (let start = 0; start < columns; start += 16) {
      const stop = min(start + 16, columns);
      let sum = splat(0);
      for (let j = start; j < stop; j += 4) {
        const at = <usize>(j << 2);
        const left = <usize>(columns - j);
        const weight = keepUpTo(v128.load(w + at), left);
        const size = f32x4.abs(weight);
        sum = madd(size, madd(second, size, first), sum);
        const slope = v128.and(v128.or(first, v128.and(weight, sign)), f32x4.ne(weight, splat(0)));
        storeUpTo(g + at, f32x4.add(v128.load(g + at), madd(twice, weight, slope)), left);
      }
      total += sumLanes(sum);
    }
    store<f64>(sums + (<usize>row << 3), total);
  }
}

/** Clips every element of rows `begin` to `end` to [−limit, limit]; NaN stays NaN. */
export function clipValues(begin: i32, end: i32, columns: i32, gradient: usize, limit: f32): void {
  assert(isShare(begin, end) && columns > 0, "clipValues: sizes");
  assert(areFloats(gradient, end, columns), "clipValues: the gradient is floats in memory");
  const high = splat(limit);
  const low = splat(-limit);
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    // pmax and pmin return their first argument if they cannot be compared, so NaN stays NaN.
    const clipped = f32x4.pmin(f32x4.pmax(v128.load(gradient + i), low), high);
    storeUpTo(gradient + i, clipped, (last - i) >> 2);
  }
}

/** sums[row] = Σ g² over the row, in float64, for rows `begin` to `end`. */
export function sumSquares(begin: i32, end: i32, columns: i32, gradient: usize, sums: usize): void {
  assert(isShare(begin, end) && columns > 0, "sumSquares: sizes");
  assert(areFloats(gradient, end, columns), "sumSquares: the gradient is floats in memory");
  assert(areSums(begin, end, columns, gradient, gradient, sums), "sumSquares: sums are float64 of their own");
  for (let row = begin; row < end; row++) {
    const g = gradient + (<usize>row * <usize>columns << 2);
    let low = f64x2.splat(0);
    let high = f64x2.splat(0);
    for (let j = 0; j < columns; j += 4) {
      const x = keepUpTo(v128.load(g + <usize>(j << 2)), <usize>(columns - j));
      const a = lowDoubles(x);
      const b = highDoubles(x);
      low = f64x2.add(low, f64x2.mul(a, a));
      high = f64x2.add(high, f64x2.mul(b, b));
    }
    store<f64>(sums + (<usize>row << 3), sumDoubles(low, high));
  }
}

/**
 * gradient = gradient · limit / max(norm, limit) over rows `begin` to `end`, where norm² is the sum of the `count`
 * float64 values at `sums`. A norm that is not finite makes the whole gradient NaN, so that the problem stays visible.
 */
export function clipNorm(
  begin: i32, end: i32, columns: i32, gradient: usize, sums: usize, count: i32, limit: f32,
): void {
  assert(isShare(begin, end) && columns > 0 && count >= 0, "clipNorm: sizes");
  assert(areFloats(gradient, end, columns), "clipNorm: the gradient is floats in memory");
  assert(areDoubles(sums, count), "clipNorm: sums are float64 in memory");
  let total: f64 = 0;
  for (let i = 0; i < count; i++) total += load<f64>(sums + (<usize>i << 3));
  const norm = sqrt<f64>(total);
  const bound = <f64>limit;
  if (norm <= bound) return;
  const scale = splat(<f32>(bound / norm + (norm - norm)));
  const last = <usize>(end * columns) << 2;
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    storeUpTo(gradient + i, f32x4.mul(v128.load(gradient + i), scale), (last - i) >> 2);
  }
}
