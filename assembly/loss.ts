// Losses of rows and their gradients. Each writes, for rows `begin` to `end`,
//   losses[row] = mean over the columns of the elements' losses, a float64;
//   gradient    = d(loss)/d(prediction) · scale, where scale is 1 / (rows · columns) for a mean over the batch.
// `gradient` may be the address of `prediction`. Sums leave float32 after at most 64 additions a lane.

import { expOfMinusAbs, log4, sigmoidFrom } from "./math";
import { keepUpTo, madd, nmadd, select4, splat, storeUpTo, sumLanes } from "./simd";

/** Vectors that are summed in float32 (and whose factors are multiplied) before the sum goes on in float64. */
const RUN: i32 = 64;

@inline
function at(base: usize, row: i32, columns: i32): usize {
  return base + (<usize>row * <usize>columns << 2);
}

/** (y − x)², gradient 2·(y − x). */
export function meanSquaredError(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  const factor = splat(2 * scale);
  for (let row = begin; row < end; row++) {
    const y = at(prediction, row, columns);
    const x = at(target, row, columns);
    const d = at(gradient, row, columns);
    let total: f64 = 0;
    for (let start = 0; start < columns; start += RUN << 2) {
      const stop = min(start + (RUN << 2), columns);
      let sum = splat(0);
      for (let j = start; j < stop; j += 4) {
        const offset = <usize>(j << 2);
        const left = <usize>(columns - j);
        const difference = keepUpTo(f32x4.sub(v128.load(y + offset), v128.load(x + offset)), left);
        sum = madd(difference, difference, sum);
        storeUpTo(d + offset, f32x4.mul(difference, factor), left);
      }
      total += sumLanes(sum);
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}

/** −x·ln p − (1 − x)·ln(1 − p), p = y clipped to [1e-7, 1 − 1e-7] as Keras clips it; no gradient where it was. */
export function binaryCrossentropy(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  const low = splat(1e-7);
  const high = splat(1 - 1e-7);
  for (let row = begin; row < end; row++) {
    let total: f64 = 0;
    for (let start = 0; start < columns; start += RUN << 2) {
      const stop = min(start + (RUN << 2), columns);
      let sum = splat(0);
      for (let j = start; j < stop; j += 4) {
        const offset = <usize>(j << 2);
        const left = <usize>(columns - j);
        const y = v128.load(at(prediction, row, columns) + offset);
        const x = v128.load(at(target, row, columns) + offset);
        const p = f32x4.pmin(high, f32x4.pmax(low, y));
        const q = f32x4.sub(splat(1), p);
        const value = nmadd(x, log4(p), f32x4.mul(f32x4.sub(x, splat(1)), log4(q)));
        // A NaN would pass through pmax as the bound; it must stay visible.
        sum = f32x4.add(sum, keepUpTo(select4(y, value, f32x4.ne(y, y)), left));
        const slope = f32x4.div(f32x4.sub(p, x), f32x4.mul(p, q));
        const inside = v128.and(f32x4.ge(y, low), f32x4.le(y, high));
        storeUpTo(at(gradient, row, columns) + offset, v128.and(f32x4.mul(slope, splat(scale)), inside), left);
      }
      total += sumLanes(sum);
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}

/**
 * Cross-entropy of sigmoid(z), from the logits z: max(z, 0) − z·x + ln(1 + e^−|z|), gradient sigmoid(z) − x.
 * The exponential serves both; the logarithm is taken once of the product of up to 64 factors 1 + e^−|z| ≤ 2.
 */
export function binaryCrossentropyLogits(
  begin: i32, end: i32, columns: i32, logits: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  const factor = splat(scale);
  for (let row = begin; row < end; row++) {
    const z0 = at(logits, row, columns);
    const x0 = at(target, row, columns);
    const d0 = at(gradient, row, columns);
    let total: f64 = 0;
    for (let start = 0; start < columns; start += RUN << 2) {
      const stop = min(start + (RUN << 2), columns);
      let sum = splat(0);
      let product = splat(1);
      for (let j = start; j < stop; j += 4) {
        const offset = <usize>(j << 2);
        const left = <usize>(columns - j);
        const x = v128.load(x0 + offset);
        let z = v128.load(z0 + offset);
        const e = expOfMinusAbs(z);
        const y = sigmoidFrom(z, e);
        const linear = nmadd(z, x, f32x4.pmax(splat(0), z));
        sum = f32x4.add(sum, keepUpTo(linear, left));
        product = f32x4.mul(product, f32x4.add(splat(1), keepUpTo(e, left)));
        storeUpTo(d0 + offset, f32x4.mul(f32x4.sub(y, x), factor), left);
      }
      total += sumLanes(f32x4.add(sum, log4(product)));
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}
