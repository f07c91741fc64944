// The standard normal distribution: its density φ and its cumulative distribution function Φ(x) = ½·erfc(−x/√2), used
// by GELU.
//
// Φ(−x) = e^(−x²/2)·s·Q(s) for x ≥ 0, with s = 1 / (1 + 0.35·x): without the exponential, Φ is smooth in s. Q is a
// polynomial of degree 8, fitted on x in [0, 13.3] to the smallest relative error, 3.2e-8. Relative error in float32:
// 7e-7, including the exponential. x² is split into two parts; otherwise its rounding alone would cost 5e-6 of e^−x²/2.
// test/kernels/activation.test.ts asserts the resulting errors of GELU.

import { expOfSum, one } from "./math";
import { madd } from "./simd";

// Broadcast from memory, as in math.ts. By index: the coefficients of Q from s⁸ to s⁰; 0.35; about the largest x for
// which e^(−x²/2) is a normal float; −½; 1/√(2π).
const CONSTANTS = memory.data<f32>([
  -0.02911501615, 0.1438184254, -0.2553910447, 0.1587966112, -0.02284345188, 0.1053921575, 0.1198630849, 0.1398575599,
  0.1396216579, 0.35, 13.2, -0.5, 0.3989422804,
]);

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** |z|, at most 13.2; NaN gives 13.2. */
@inline
export function magnitude(z: v128): v128 {
  return f32x4.pmin(constant(10), f32x4.abs(z));
}

/** e^(−x²/2) for x in [0, 13.2]. */
@inline
export function bell(x: v128): v128 {
  // The square of a 12-bit number is exact.
  const high = v128.and(x, i32x4.splat(0xfffff000));
  const low = f32x4.mul(f32x4.sub(x, high), f32x4.add(x, high));
  return expOfSum(f32x4.mul(f32x4.mul(high, high), constant(11)), f32x4.mul(low, constant(11)));
}

/** Φ(−x) / e^(−x²/2) for x in [0, 13.2]: Mills' ratio over √(2π). */
@inline
export function tailOverBell(x: v128): v128 {
  const s = f32x4.div(one(), madd(x, constant(9), one()));
  let q = madd(constant(0), s, constant(1));
  q = madd(q, s, constant(2));
  q = madd(q, s, constant(3));
  q = madd(q, s, constant(4));
  q = madd(q, s, constant(5));
  q = madd(q, s, constant(6));
  q = madd(q, s, constant(7));
  q = madd(q, s, constant(8));
  return f32x4.mul(q, s);
}

/** z·Φ(z) (Hendrycks and Gimpel, "Gaussian error linear units", 2016), without the tanh approximation. */
@inline
export function gelu4(z: v128): v128 {
  const x = magnitude(z);
  const tail = f32x4.mul(f32x4.mul(x, tailOverBell(x)), bell(x));
  const kept = v128.and(tail, f32x4.lt(x, constant(10)));
  // z·Φ(z) = −x·Φ(−x) below 0, z − x·Φ(−x) above.
  return f32x4.sub(v128.andnot(z, f32x4.lt(z, f32x4.splat(0))), kept);
}

/** d(z·Φ(z))/dz = Φ(z) + z·φ(z). */
@inline
export function geluSlope(z: v128): v128 {
  const x = magnitude(z);
  const density = bell(x);
  const tail = f32x4.mul(tailOverBell(x), density);
  const weighted = f32x4.mul(f32x4.mul(x, constant(12)), density);
  // The slope at −z is 1 minus the slope at z.
  const below = f32x4.sub(tail, weighted);
  const negative = i32x4.shr_s(z, 31);
  const slope = v128.bitselect(below, f32x4.sub(one(), below), negative);
  return v128.or(slope, f32x4.ne(z, z));
}
