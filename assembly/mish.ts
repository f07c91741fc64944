// Mish, z·tanh(ln(1 + e^z)) (D. Misra, "Mish: a self regularized non-monotonic activation function", 2019).
//
// With m = e^−|z|, tanh(ln(1 + e^z)) is (1 + 2m) / (1 + 2m + 2m²) for z ≥ 0 and (2m + m²) / (2 + 2m + m²) below 0. No
// power of e overflows, and nothing cancels.

import { expOfMinusAbs, one } from "./math";
import { madd, select4, splat } from "./simd";

/** |z| is limited to this value, for which e^−|z| is already 0: −∞·0 would be NaN. */
const FAR: f32 = 128;
/** Below this z, e^z counts as 0; the exponential itself never goes below 2⁻¹²⁶. */
const LOWEST: f32 = -87;

/** e^−|z|, or 0 if z is so negative that it makes no difference. */
@inline
function powerOf(z: v128): v128 {
  return v128.andnot(expOfMinusAbs(z), f32x4.lt(z, splat(LOWEST)));
}

/** 1 + 2m + 2m² for z ≥ 0, and 2 + 2m + m² below. */
@inline
function denominator(m: v128, negative: v128): v128 {
  const square = f32x4.mul(m, m);
  const ends = f32x4.add(select4(splat(2), one(), negative), select4(square, f32x4.add(square, square), negative));
  return madd(splat(2), m, ends);
}

/** tanh(ln(1 + e^z)). */
@inline
function tanhOfSoftplus(m: v128, negative: v128): v128 {
  const numerator = madd(splat(2), m, select4(f32x4.mul(m, m), one(), negative));
  return f32x4.div(numerator, denominator(m, negative));
}

@inline
export function mish4(z: v128): v128 {
  const t = tanhOfSoftplus(powerOf(z), i32x4.shr_s(z, 31));
  return f32x4.mul(f32x4.pmax(z, splat(-FAR)), t);
}

/** t + z·(1 − t²)·σ(z) with t = tanh(ln(1 + e^z)); the factor of z is 4m²·(1 + m) or 4m·(1 + m) over the denominator². */
@inline
export function mishSlope(z: v128): v128 {
  const m = powerOf(z);
  const negative = i32x4.shr_s(z, 31);
  const below = denominator(m, negative);
  const near = f32x4.pmin(splat(FAR), f32x4.pmax(splat(-FAR), z));
  const power = f32x4.mul(select4(one(), m, negative), f32x4.mul(splat(4), m));
  const factor = f32x4.div(f32x4.mul(power, f32x4.add(one(), m)), f32x4.mul(below, below));
  const slope = madd(near, factor, tanhOfSoftplus(m, negative));
  return v128.or(slope, f32x4.ne(z, z));
}
