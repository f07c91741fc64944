// Layers with at most two inputs and two units. A tile of the matrix product would be mostly padding here, so the lanes
// hold four rows of the batch instead. Nothing is packed; the weights are read in place.
//
// Sums over the batch run in four lanes, with row 4i + l in lane l; at the end, the lanes are added in order. Whether a
// layer uses these kernels depends only on its shape, so the results still do not depend on tiles or threads.

import { NARROW } from "./abi";
import { areApart, areFloats, isShare, isStride } from "./checks";
import { keepUpTo, madd, splat, storeUpTo } from "./simd";
import { Stride } from "./types";

/** Element `index` of each of four rows of `width` floats, starting at address `rows`. */
@inline
function column(rows: usize, width: i32, index: i32): v128 {
  const low = v128.load(rows);
  if (width == 1) return low;
  const high = v128.load(rows, 16);
  return index ? i32x4.shuffle(low, high, 1, 3, 5, 7) : i32x4.shuffle(low, high, 0, 2, 4, 6);
}

/** C[row, ·] = seed + A[row, ·]·B for rows `begin` to `end`; n and k are compile-time constants. */
@inline
function productOf(
  begin: i32, end: i32, n: i32, k: i32, a: usize, b: usize, bRow: usize, bColumn: usize, seed: usize, c: usize,
): void {
  const w00 = v128.load32_splat(b);
  const w10 = v128.load32_splat(b + bRow);
  const w01 = v128.load32_splat(b + bColumn);
  const w11 = v128.load32_splat(b + bRow + bColumn);
  const s0 = v128.load32_splat(seed);
  const s1 = v128.load32_splat(seed, 4);
  let from = a + <usize>(begin * k << 2);
  let to = c + <usize>(begin * n << 2);
  for (let left = (end - begin) * n; left > 0; left -= 4 * n) {
    const x0 = column(from, k, 0);
    let y0 = madd(x0, w00, s0);
    let y1 = madd(x0, w01, s1);
    if (k == 2) {
      const x1 = column(from, k, 1);
      y0 = madd(x1, w10, y0);
      y1 = madd(x1, w11, y1);
    }
    if (n == 1) {
      storeUpTo(to, y0, <usize>left);
    } else {
      storeUpTo(to, i32x4.shuffle(y0, y1, 0, 4, 1, 5), <usize>left);
      if (left > 4) storeUpTo(to + 16, i32x4.shuffle(y0, y1, 2, 6, 3, 7), <usize>(left - 4));
    }
    from += <usize>(k << 4);
    to += <usize>(n << 4);
  }
}

/**
 * Rows `begin` to `end` of C[·, n] = seed + A[·, k]·B, row-major, with n and k 1 or 2; each sum runs over k in order.
 *
 * @param b address of B[0, 0]; `bRow` and `bColumn` are the bytes from one k and from one column to the next
 * @param seed n floats: the initial value of every row
 */
export function narrowProduct(
  begin: i32, end: i32, n: i32, k: i32, a: usize, b: usize, bRow: Stride, bColumn: Stride, seed: usize, c: usize,
): void {
  assert(isShare(begin, end), "narrowProduct: a share");
  assert(areFloats(a, end, k) && areFloats(c, end, n), "narrowProduct: a and c are floats in memory");
  assert(areFloats(b, 1) && isStride(bRow, 1, 0) && isStride(bColumn, 1, 0), "narrowProduct: b is floats in memory");
  assert(
    areFloats(b + <usize>(k - 1) * bRow + <usize>(n - 1) * bColumn, 1) && areFloats(seed, n),
    "narrowProduct: b and seed end in memory",
  );
  assert(areApart(a, <i64>end * k << 2, c, <i64>end * n << 2), "narrowProduct: c does not overlap a");
  assert(n > 0 && n <= NARROW && k > 0 && k <= NARROW, "narrowProduct: sizes");
  if (n == 1) {
    if (k == 1) productOf(begin, end, 1, 1, a, b, bRow, bColumn, seed, c);
    else productOf(begin, end, 1, 2, a, b, bRow, bColumn, seed, c);
  } else if (k == 1) productOf(begin, end, 2, 1, a, b, bRow, bColumn, seed, c);
  else productOf(begin, end, 2, 2, a, b, bRow, bColumn, seed, c);
}

/** The sum of the lanes, in order. */
@inline
function total(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)
  );
}

/** The same, but with zeros for rows beyond the remaining `left`, whatever is in memory there. */
@inline
function present(rows: usize, width: i32, index: i32, left: i32): v128 {
  const x = column(rows, width, index);
  return left >= 4 ? x : keepUpTo(x, <usize>left);
}

/** The gradients; units and inputs are compile-time constants. */
@inline
function gradientOf(
  units: i32, inputs: i32, rows: i32, x: usize, delta: usize, weights: usize, unitStep: usize, inputStep: usize,
  bias: usize,
): void {
  let s00 = splat(0);
  let s01 = splat(0);
  let s10 = splat(0);
  let s11 = splat(0);
  let b0 = splat(0);
  let b1 = splat(0);
  for (let left = rows; left > 0; left -= 4) {
    const d0 = present(delta, units, 0, left);
    const x0 = present(x, inputs, 0, left);
    const d1 = units == 2 ? present(delta, units, 1, left) : d0;
    const x1 = inputs == 2 ? present(x, inputs, 1, left) : x0;
    s00 = madd(d0, x0, s00);
    b0 = f32x4.add(b0, d0);
    if (inputs == 2) s01 = madd(d0, x1, s01);
    if (units == 2) {
      s10 = madd(d1, x0, s10);
      b1 = f32x4.add(b1, d1);
    }
    if (inputs == 2 && units == 2) s11 = madd(d1, x1, s11);
    x += <usize>(inputs << 4);
    delta += <usize>(units << 4);
  }
  store<f32>(weights, total(s00));
  if (inputs == 2) store<f32>(weights + inputStep, total(s01));
  if (units == 2) store<f32>(weights + unitStep, total(s10));
  if (inputs == 2 && units == 2) store<f32>(weights + unitStep + inputStep, total(s11));
  if (bias) {
    store<f32>(bias, total(b0));
    if (units == 2) store<f32>(bias, total(b1), 4);
  }
}

/** What is written does not overlap what is read. */
function areGradientsApart(
  units: i32, inputs: i32, rows: i32, x: usize, delta: usize, weights: usize, unitStep: usize, inputStep: usize,
  bias: usize,
): bool {
  if (ASC_NO_ASSERT) return true;
  const xSize = <i64>rows * inputs << 2;
  const deltaSize = <i64>rows * units << 2;
  const size = <i64>(units - 1) * <i64>unitStep + <i64>(inputs - 1) * <i64>inputStep + 4;
  const biasSize: i64 = bias ? <i64>units << 2 : 0;
  return areApart(weights, size, x, xSize) && areApart(weights, size, delta, deltaSize) &&
    areApart(bias, biasSize, x, xSize) && areApart(bias, biasSize, delta, deltaSize);
}

/**
 * Gradients of a narrow layer: dW[j, i] = Σ δ[row, j]·x[row, i] and, where `bias` is not 0, db[j] = Σ δ[row, j].
 * There is too little work to divide: it is a single item, and `begin` and `end` only tell whether this thread does it.
 *
 * @param weights address of dW[0, 0]; `unitStep` and `inputStep` are the bytes from one unit and one input to the next
 */
export function narrowGradient(
  begin: i32, end: i32, units: i32, inputs: i32, rows: i32, x: usize, delta: usize,
  weights: usize, unitStep: Stride, inputStep: Stride, bias: usize,
): void {
  assert(isShare(begin, end) && rows >= 0, "narrowGradient: a share");
  assert(
    areFloats(x, rows, inputs) && areFloats(delta, rows, units),
    "narrowGradient: x and delta are floats in memory",
  );
  assert(
    areFloats(weights, 1) && isStride(unitStep, 1, 0) && isStride(inputStep, 1, 0),
    "narrowGradient: the weights are floats in memory",
  );
  assert(
    areFloats(weights + <usize>(units - 1) * unitStep + <usize>(inputs - 1) * inputStep, 1),
    "narrowGradient: the weights end in memory",
  );
  assert(!bias || areFloats(bias, units), "narrowGradient: the bias is floats in memory");
  assert(
    areGradientsApart(units, inputs, rows, x, delta, weights, unitStep, inputStep, bias),
    "narrowGradient: the gradients overlap neither x nor delta",
  );
  assert(units > 0 && units <= NARROW && inputs > 0 && inputs <= NARROW, "narrowGradient: sizes");
  if (begin >= end) return;
  if (units == 1) {
    if (inputs == 1) gradientOf(1, 1, rows, x, delta, weights, unitStep, inputStep, bias);
    else gradientOf(1, 2, rows, x, delta, weights, unitStep, inputStep, bias);
  } else if (inputs == 1) gradientOf(2, 1, rows, x, delta, weights, unitStep, inputStep, bias);
  else gradientOf(2, 2, rows, x, delta, weights, unitStep, inputStep, bias);
}
