// Losses of rows and their gradients. For rows `begin` to `end`, each kernel writes
//   losses[row] = mean of the elements' losses over the columns, a float64;
//   gradient    = d(loss)/d(prediction) · scale, where scale is 1 / (rows · columns) for a mean over the batch.
// `gradient` may be the address of `prediction`. Sums move from float32 to float64 after at most 64 additions per lane.

import { areDoubles, areFloats, areRowsApart, areSameOrApart, areSumsApart, isShare } from "./checks";
import { expOfMinusAbs, log4, one, sigmoidFrom } from "./math";
import { highDoubles, keepUpTo, lowDoubles, madd, nmadd, select4, splat, storeUpTo, sumLanes } from "./simd";

/** How many vectors are summed (or factors multiplied) in float32 before the sum continues in float64. */
const RUN: i32 = 64;

/** What all losses require of their caller, except about overlaps. */
function areBatch(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  return isShare(begin, end) && columns > 0 && areFloats(prediction, end, columns) && areFloats(target, end, columns) &&
    areFloats(gradient, end, columns) && areDoubles(losses, end);
}

/** What is written does not overlap what is still to be read; the gradient may replace the prediction. */
function areLossesApart(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  return areSameOrApart(prediction, gradient, begin, end, columns) &&
    areRowsApart(target, gradient, begin, end, columns) &&
    areSumsApart(losses, prediction, begin, end, columns) && areSumsApart(losses, target, begin, end, columns) &&
    areSumsApart(losses, gradient, begin, end, columns);
}

@inline
function at(base: usize, row: i32, columns: i32): usize {
  return base + (<usize>row * <usize>columns << 2);
}

/** (y − x)², gradient 2·(y − x). */
export function meanSquaredError(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  assert(
    areBatch(begin, end, columns, prediction, target, gradient, losses),
    "meanSquaredError: sizes, alignment and memory",
  );
  assert(
    areLossesApart(begin, end, columns, prediction, target, gradient, losses),
    "meanSquaredError: only the gradient may overlap, and only all of what it replaces",
  );
  const factor = splat(2 * scale);
  if (columns <= 2) {
    shortSquaredError(begin, end, columns, prediction, target, gradient, losses, factor);
    return;
  }
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

/** The same for rows of one or two columns: several rows are processed side by side. */
function shortSquaredError(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, factor: v128,
): void {
  const last = <usize>(end * columns) << 2;
  let loss = losses + (<usize>begin << 3);
  for (let i = <usize>(begin * columns) << 2; i < last; i += 16) {
    const left = (last - i) >> 2;
    const difference = f32x4.sub(v128.load(prediction + i), v128.load(target + i));
    storeUpTo(gradient + i, f32x4.mul(difference, factor), left);
    const squares = f32x4.mul(difference, difference);
    const low = lowDoubles(squares);
    const high = highDoubles(squares);
    if (columns == 1) {
      storeDoubles(loss, low, left);
      if (left > 2) storeDoubles(loss + 16, high, left - 2);
      loss += 32;
    } else {
      const sums = f64x2.add(i64x2.shuffle(low, high, 0, 2), i64x2.shuffle(low, high, 1, 3));
      storeDoubles(loss, f64x2.mul(sums, f64x2.splat(0.5)), left >> 1);
      loss += 16;
    }
  }
}

/** Stores all of `x` if `count` is 2 or more, otherwise its first lane. */
@inline
function storeDoubles(ptr: usize, x: v128, count: usize): void {
  if (count >= 2) v128.store(ptr, x);
  else v128.store64_lane(ptr, x, 0);
}

/** |y − x|, gradient ±1; 0 where they are equal. */
export function meanAbsoluteError(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  assert(
    areBatch(begin, end, columns, prediction, target, gradient, losses),
    "meanAbsoluteError: sizes, alignment and memory",
  );
  assert(
    areLossesApart(begin, end, columns, prediction, target, gradient, losses),
    "meanAbsoluteError: only the gradient may overlap, and only all of what it replaces",
  );
  const slope = splat(scale);
  const sign = i32x4.splat(0x80000000);
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
        const difference = f32x4.sub(v128.load(y + offset), v128.load(x + offset));
        sum = f32x4.add(sum, keepUpTo(f32x4.abs(difference), left));
        const step = v128.and(v128.or(slope, v128.and(difference, sign)), f32x4.ne(difference, splat(0)));
        // A NaN also has a sign; set all bits, so that it stays visible.
        storeUpTo(d + offset, v128.or(step, f32x4.ne(difference, difference)), left);
      }
      total += sumLanes(sum);
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}

/**
 * Huber's loss (1964) as in Keras: ½d² for |d| ≤ δ, δ·(|d| − ½δ) beyond, with d = y − x; the gradient is d clipped to
 * [−δ, δ].
 */
export function huber(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
  delta: f32,
): void {
  assert(areBatch(begin, end, columns, prediction, target, gradient, losses), "huber: sizes, alignment and memory");
  assert(
    areLossesApart(begin, end, columns, prediction, target, gradient, losses),
    "huber: only the gradient may overlap, and only all of what it replaces",
  );
  const factor = splat(scale);
  const limit = splat(delta);
  const sign = i32x4.splat(0x80000000);
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
        const size = f32x4.abs(difference);
        // pmin returns its first argument if they cannot be compared, so NaN stays NaN.
        const slope = f32x4.pmin(size, limit);
        sum = madd(slope, nmadd(splat(0.5), slope, size), sum);
        const signed = v128.or(slope, v128.and(difference, sign));
        storeUpTo(d + offset, f32x4.mul(signed, factor), left);
      }
      total += sumLanes(sum);
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}

/** −x·ln p − (1 − x)·ln(1 − p), with p = y clipped to [1e-7, 1 − 1e-7] as in Keras; the gradient is 0 where clipped. */
export function binaryCrossentropy(
  begin: i32, end: i32, columns: i32, prediction: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  assert(
    areBatch(begin, end, columns, prediction, target, gradient, losses),
    "binaryCrossentropy: sizes, alignment and memory",
  );
  assert(
    areLossesApart(begin, end, columns, prediction, target, gradient, losses),
    "binaryCrossentropy: only the gradient may overlap, and only all of what it replaces",
  );
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
        // pmax would replace a NaN by the bound; put it back, so that it stays visible.
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
 * Cross-entropy of sigmoid(z) from the logits z: max(z, 0) − z·x + ln(1 + e^−|z|), gradient sigmoid(z) − x. Both use
 * the same exponential. One logarithm is taken of the product of up to 64 factors 1 + e^−|z| ≤ 2.
 */
export function binaryCrossentropyLogits(
  begin: i32, end: i32, columns: i32, logits: usize, target: usize, gradient: usize, losses: usize, scale: f32,
): void {
  assert(
    areBatch(begin, end, columns, logits, target, gradient, losses),
    "binaryCrossentropyLogits: sizes, alignment and memory",
  );
  assert(
    areLossesApart(begin, end, columns, logits, target, gradient, losses),
    "binaryCrossentropyLogits: only the gradient may overlap, and only all of what it replaces",
  );
  for (let row = begin; row < end; row++) {
    let z = at(logits, row, columns);
    let x = at(target, row, columns);
    let d = at(gradient, row, columns);
    let total: f64 = 0;
    for (let left = columns; left > 0; left -= RUN << 2) {
      const count = min(left, RUN << 2);
      total += logitsRun(count, z, x, d, scale);
      z += RUN << 4;
      x += RUN << 4;
      d += RUN << 4;
    }
    store<f64>(losses + (<usize>row << 3), total / <f64>columns);
  }
}

/** The loss of up to 4·RUN elements; writes their gradient. Processes two vectors at a time. */
function logitsRun(count: i32, z: usize, x: usize, d: usize, scale: f32): f64 {
  const factor = splat(scale);
  let sum0 = splat(0);
  let sum1 = splat(0);
  let product0 = splat(1);
  let product1 = splat(1);
  for (; count >= 8; count -= 8) {
    const z0 = v128.load(z);
    const z1 = v128.load(z, 16);
    const x0 = v128.load(x);
    const x1 = v128.load(x, 16);
    const e0 = expOfMinusAbs(z0);
    const e1 = expOfMinusAbs(z1);
    const f0 = f32x4.add(e0, one());
    const f1 = f32x4.add(e1, one());
    product0 = f32x4.mul(product0, f0);
    product1 = f32x4.mul(product1, f1);
    sum0 = f32x4.add(sum0, nmadd(z0, x0, f32x4.pmax(splat(0), z0)));
    sum1 = f32x4.add(sum1, nmadd(z1, x1, f32x4.pmax(splat(0), z1)));
    const y0 = f32x4.div(select4(e0, one(), i32x4.shr_s(z0, 31)), f0);
    const y1 = f32x4.div(select4(e1, one(), i32x4.shr_s(z1, 31)), f1);
    v128.store(d, f32x4.mul(f32x4.sub(y0, x0), factor));
    v128.store(d, f32x4.mul(f32x4.sub(y1, x1), factor), 16);
    z += 32;
    x += 32;
    d += 32;
  }
  for (; count > 0; count -= 4) {
    const left = <usize>count;
    const z0 = v128.load(z);
    const x0 = v128.load(x);
    const e0 = expOfMinusAbs(z0);
    product0 = f32x4.mul(product0, f32x4.add(keepUpTo(e0, left), splat(1)));
    sum0 = f32x4.add(sum0, keepUpTo(nmadd(z0, x0, f32x4.pmax(splat(0), z0)), left));
    storeUpTo(d, f32x4.mul(f32x4.sub(sigmoidFrom(z0, e0), x0), factor), left);
    z += 16;
    x += 16;
    d += 16;
  }
  return sumLanes(f32x4.add(sum0, log4(product0))) + sumLanes(f32x4.add(sum1, log4(product1)));
}
