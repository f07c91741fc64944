// Penalties on activations, which keep codes sparse.

import { areApart, areDoubles, areFloats, areRowsApart, areSumsApart, isShare } from "./checks";
import { log4 } from "./math";
import { keepUpTo, madd, splat, storeUpTo, sumLanes } from "./simd";

/**
 * For rows `begin` to `end`: penalties[row] = strength·Σ|output[row, ·]|, a float64, and
 * gradient += strength·scale·sign(output); sign(0) is 0.
 */
export function activityL1(
  begin: i32, end: i32, columns: i32, output: usize, gradient: usize, penalties: usize, strength: f32, scale: f32,
): void {
  assert(isShare(begin, end) && columns > 0, "activityL1: sizes");
  assert(
    areFloats(output, end, columns) && areFloats(gradient, end, columns),
    "activityL1: output and gradient are floats in memory",
  );
  assert(
    areDoubles(penalties, end) && areSumsApart(penalties, output, begin, end, columns) &&
      areSumsApart(penalties, gradient, begin, end, columns),
    "activityL1: penalties are float64 of their own",
  );
  assert(areRowsApart(output, gradient, begin, end, columns), "activityL1: gradient does not overlap the output");
  const slope = splat(strength * scale);
  const sign = i32x4.splat(0x80000000);
  for (let row = begin; row < end; row++) {
    const offset = <usize>row * <usize>(columns << 2);
    let total: f64 = 0;
    for (let j: usize = 0; j < <usize>columns; j += 4) {
      const at = offset + (j << 2);
      const left = <usize>columns - j;
      const y = v128.load(output + at);
      total += sumLanes(keepUpTo(f32x4.abs(y), left));
      const change = v128.and(v128.or(slope, v128.and(y, sign)), f32x4.ne(y, splat(0)));
      storeUpTo(gradient + at, f32x4.add(v128.load(gradient + at), change), left);
    }
    store<f64>(penalties + (<usize>row << 3), <f64>strength * total);
  }
}

/** Means are kept at least this far from 0 and 1, where the divergence is infinite. */
const MARGIN: f32 = 1e-6;

/**
 * For columns `begin` to `end`, from the sums of a batch of `rows` activations in (0, 1), with mean m and target ρ:
 * values = weight·(ρ·ln(ρ/m) + (1 − ρ)·ln((1 − ρ)/(1 − m))), the Kullback-Leibler divergence of A. Ng, "Sparse
 * autoencoder" (CS294A), and slopes = d(value)/d(each activation) = weight·((1 − ρ)/(1 − m) − ρ/m) / rows.
 */
export function klSparsity(
  begin: i32, end: i32, rows: i32, sums: usize, slopes: usize, values: usize, target: f32, weight: f32,
): void {
  assert(isShare(begin, end) && rows > 0, "klSparsity: sizes");
  assert(
    areFloats(sums, end) && areFloats(slopes, end) && areFloats(values, end),
    "klSparsity: sums, slopes and values are floats in memory",
  );
  assert(
    areRowsApart(slopes, values, begin, end, 1) && areRowsApart(slopes, sums, begin, end, 1),
    "klSparsity: slopes do not overlap",
  );
  assert(areRowsApart(values, sums, begin, end, 1), "klSparsity: values do not overlap the sums");
  const count = splat(<f32>rows);
  const rho = splat(target);
  const rest = splat(1 - target);
  for (let j = begin; j < end; j += 4) {
    const at = <usize>(j << 2);
    const left = <usize>(end - j);
    const mean = f32x4.div(v128.load(sums + at), count);
    // Unlike pmin and pmax, min and max preserve NaN.
    const m = f32x4.min(splat(1 - MARGIN), f32x4.max(splat(MARGIN), mean));
    const n = f32x4.sub(splat(1), m);
    const slope = f32x4.sub(f32x4.div(rest, n), f32x4.div(rho, m));
    storeUpTo(slopes + at, f32x4.div(f32x4.mul(slope, splat(weight)), count), left);
    const value = madd(rho, log4(f32x4.div(rho, m)), f32x4.mul(rest, log4(f32x4.div(rest, n))));
    storeUpTo(values + at, f32x4.mul(value, splat(weight)), left);
  }
}

/** matrix[row, ·] += line over rows `begin` to `end`. */
export function addToRows(begin: i32, end: i32, columns: i32, line: usize, matrix: usize): void {
  assert(isShare(begin, end) && columns > 0, "addToRows: sizes");
  assert(
    areFloats(line, 1, columns) && areFloats(matrix, end, columns),
    "addToRows: line and matrix are floats in memory",
  );
  assert(
    areApart(line, <i64>columns << 2, matrix, <i64>end * columns << 2),
    "addToRows: the line is not part of the matrix",
  );
  for (let row = begin; row < end; row++) {
    const to = matrix + <usize>row * <usize>(columns << 2);
    for (let j: usize = 0; j < <usize>columns; j += 4) {
      const at = j << 2;
      storeUpTo(to + at, f32x4.add(v128.load(to + at), v128.load(line + at)), <usize>columns - j);
    }
  }
}
