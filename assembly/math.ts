// exp, log, tanh, sigmoid and sin/cos of four floats at once. They only use IEEE operations, so that results do not
// depend on any engine's math library. The polynomials are those of the Cephes library (S. L. Moshier, single
// precision: expf, logf, tanhf, sinf, cosf).
//
// Largest errors over all floats whose result is a normal float, in units in the last place, for both builds: exp 1.05,
// log 0.85, tanh 1.35, sigmoid 2.4. test/kernels/math.test.ts asserts these and lists the measurements. eˣ − 1 and
// ln(1 + eˣ) are only used by activations and tested there; sin and cos are tested through the normal distribution.

import { madd, nmadd, select4, splat } from "./simd";

/** Adding 1.5·2²³ rounds a float of magnitude below 2²² to an integer, stored in the low bits of the sum. */
const ROUND: f32 = 12582912.0;
/** ln 2 in two parts; the first has few enough bits that n·LN2_HIGH is exact for |n| ≤ 2¹⁴. */
const LN2_HIGH: f32 = 0.693359375;
const LN2_LOW: f32 = -2.12194440e-4;

/** The smallest float whose exponential is a normal float: ln 2⁻¹²⁶ = −87.336544750… */
const EXP_LOWEST: f32 = -87.33654022216797;
/** The largest float whose exponential is finite: ln of the largest float is 88.722839052… */
const EXP_HIGHEST: f32 = 88.72283172607422;

// V8 builds a v128 constant again at each use, from two general registers and through one port of the processor; a
// broadcast from memory is a single load. This makes the loss 2.5 times faster. The data never change, so it does no
// harm that each thread's instance writes them again.
//
// By index: 1; log₂ e; 1.5·2²³; ln 2 in two parts; the polynomial of eˣ from the highest power down; the smallest x
// whose exponential is a normal float; the sign bit; the x below which eˣ − 1 rounds to −1; √2 − 1; ½; −½; the
// polynomial of the logarithm from the highest power down; 10; 2; the polynomial of the hyperbolic tangent from the
// highest power down; the |x| from which it is not used.
const CONSTANTS = memory.data<f32>([
  1, 1.4426950408889634, 12582912, 0.693359375, -2.1219444e-4, 1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3,
  4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1, -87.33654022216797, -0.0, -25, 0.41421356, 0.5, -0.5,
  7.0376836292e-2, -1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1, 10, 2, -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2,
  1.33314422036e-1, -3.33332819422e-1, 0.625,
]);

@inline
function constant(index: usize): v128 {
  return v128.load32_splat(CONSTANTS + (index << 2));
}

/** 1 in each lane. */
@inline
export function one(): v128 {
  return constant(0);
}

/** x / ln 2, rounded to an integer, stored in the low bits of the float. */
@inline
function shiftedPower(x: v128): v128 {
  // Adding 1.5·2²³ rounds a float of magnitude below 2²² to an integer, stored in the low bits of the sum.
  return madd(x, constant(1), constant(2));
}

/** x minus the multiple of ln 2 that `shiftedPower` found: within ±½·ln 2. */
@inline
function powerRest(x: v128, shifted: v128): v128 {
  const n = f32x4.sub(shifted, constant(2));
  // ln 2 in two parts; the first has few enough bits that its product with n is exact.
  return nmadd(n, constant(4), nmadd(n, constant(3), x));
}

/** eʳ − 1 for r within about ±½·ln 2. */
@inline
function expMinusOneOfRest(r: v128): v128 {
  let p = madd(r, constant(5), constant(6));
  p = madd(p, r, constant(7));
  p = madd(p, r, constant(8));
  p = madd(p, r, constant(9));
  p = madd(p, r, constant(10));
  return madd(f32x4.mul(r, r), p, r);
}

/** eˣ for x within [EXP_LOWEST, EXP_HIGHEST]; does not handle overflow or subnormal results. */
@inline
export function expInRange(x: v128): v128 {
  const shifted = shiftedPower(x);
  const p = f32x4.add(expMinusOneOfRest(powerRest(x, shifted)), one());
  // 2ⁿ·p: n is in the low bits of `shifted`; add it to the exponent of p.
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** e^(x + low) for x as in `expInRange` and |low| ≤ 0.05, the part of the exponent below the precision of x. */
@inline
export function expOfSum(x: v128, low: v128): v128 {
  const shifted = shiftedPower(x);
  const p = f32x4.add(expMinusOneOfRest(f32x4.add(powerRest(x, shifted), low)), one());
  return i32x4.add(p, i32x4.shl(shifted, 23));
}

/** eˣ − 1 for x ≤ 0, accurate near 0: 2ⁿ·(eʳ − 1) + (2ⁿ − 1). NaN is treated as −25. */
@inline
export function expMinusOne(x: v128): v128 {
  const a = f32x4.pmax(constant(13), x);
  const shifted = shiftedPower(a);
  const power = i32x4.add(one(), i32x4.shl(shifted, 23));
  return madd(power, expMinusOneOfRest(powerRest(a, shifted)), f32x4.sub(power, one()));
}

/** eˣ; results below 2⁻¹²⁶ are flushed to 0, results above the largest float become infinity, NaN stays NaN. */
export function exp4(x: v128): v128 {
  const y = expInRange(f32x4.pmin(splat(EXP_HIGHEST), f32x4.pmax(splat(EXP_LOWEST), x)));
  let z = select4(splat(Infinity), y, f32x4.gt(x, splat(EXP_HIGHEST)));
  z = v128.andnot(z, f32x4.lt(x, splat(EXP_LOWEST)));
  return select4(x, z, f32x4.ne(x, x));
}

/**
 * e^−|x|, used by sigmoid, softplus and cross-entropy. The result is never less than 2⁻¹²⁶. NaN gives this lower bound
 * too: a caller that must preserve NaN has to check x.
 */
@inline
export function expOfMinusAbs(x: v128): v128 {
  return expInRange(f32x4.pmax(v128.or(x, constant(12)), constant(11)));
}

/** 1 / (1 + e^−x), from e = e^−|x|. */
@inline
export function sigmoidFrom(x: v128, e: v128): v128 {
  const negative = i32x4.shr_s(x, 31);
  return f32x4.div(select4(e, one(), negative), f32x4.add(one(), e));
}

/** 1 / (1 + e^−x); results below 2⁻¹²⁶ are flushed to 0, NaN stays NaN. */
@inline
export function sigmoid4(x: v128): v128 {
  const y = v128.andnot(sigmoidFrom(x, expOfMinusAbs(x)), f32x4.lt(x, constant(11)));
  // The exponential may lose a NaN; a mask of ones is itself NaN.
  return v128.or(y, f32x4.ne(x, x));
}

/** Natural logarithm: −infinity for 0, NaN for negative numbers; subnormal arguments are handled. */
export function log4(x: v128): v128 {
  const subnormal = f32x4.lt(x, splat(1.17549435e-38));
  const scaled = select4(f32x4.mul(x, splat(8388608)), x, subnormal);
  // Split into m·2ᵉ with m in [√½, √2): the offset moves the boundary between two exponents from 1 to √½.
  const offset = i32x4.sub(scaled, i32x4.splat(0x3f3504f3));
  let e = f32x4.convert_i32x4_s(i32x4.shr_s(offset, 23));
  e = f32x4.sub(e, v128.and(subnormal, splat(23)));
  const m = i32x4.add(v128.and(offset, i32x4.splat(0x007fffff)), i32x4.splat(0x3f3504f3));
  const f = f32x4.sub(m, splat(1));
  let p = madd(f, splat(7.0376836292e-2), splat(-1.1514610310e-1));
  p = madd(p, f, splat(1.1676998740e-1));
  p = madd(p, f, splat(-1.2420140846e-1));
  p = madd(p, f, splat(1.4249322787e-1));
  p = madd(p, f, splat(-1.6668057665e-1));
  p = madd(p, f, splat(2.0000714765e-1));
  p = madd(p, f, splat(-2.4999993993e-1));
  p = madd(p, f, splat(3.3333331174e-1));
  const f2 = f32x4.mul(f, f);
  p = f32x4.mul(f32x4.mul(f, f2), p);
  p = madd(e, splat(LN2_LOW), p);
  p = madd(f2, splat(-0.5), p);
  let y = madd(e, splat(LN2_HIGH), f32x4.add(f, p));
  y = select4(splat(-Infinity), y, f32x4.eq(x, splat(0)));
  y = select4(splat(NaN), y, f32x4.lt(x, splat(0)));
  return select4(x, y, v128.or(f32x4.ne(x, x), f32x4.eq(x, splat(Infinity))));
}

/** ln(1 + u) for u in [0, 1], accurate for small u: 1 + u, which would round, is never computed. */
@inline
function logOnePlus(u: v128): v128 {
  // If 1 + u is above √2, use half of it, so that f is within [√½ − 1, √2 − 1].
  const large = f32x4.gt(u, constant(14));
  const f = select4(f32x4.mul(f32x4.sub(u, one()), constant(15)), u, large);
  let p = madd(f, constant(17), constant(18));
  p = madd(p, f, constant(19));
  p = madd(p, f, constant(20));
  p = madd(p, f, constant(21));
  p = madd(p, f, constant(22));
  p = madd(p, f, constant(23));
  p = madd(p, f, constant(24));
  p = madd(p, f, constant(25));
  const f2 = f32x4.mul(f, f);
  p = f32x4.mul(f32x4.mul(f, f2), p);
  p = f32x4.add(p, v128.and(large, constant(4)));
  p = madd(f2, constant(16), p);
  return f32x4.add(v128.and(large, constant(3)), f32x4.add(f, p));
}

/** ln(1 + eˣ); results below 2⁻¹²⁶ are flushed to 0, NaN stays NaN. */
@inline
export function softplus4(x: v128): v128 {
  const y = f32x4.add(f32x4.pmax(x, splat(0)), logOnePlus(expOfMinusAbs(x)));
  return v128.andnot(y, f32x4.lt(x, constant(11)));
}

/** Hyperbolic tangent. */
@inline
export function tanh4(x: v128): v128 {
  const sign = v128.and(x, constant(12));
  const a = v128.xor(x, sign);
  // |x| ≥ 0.625: 1 − 2 / (e^2|x| + 1); beyond 9.1 the result rounds to 1.
  const e = expInRange(f32x4.mul(f32x4.pmin(constant(26), a), constant(27)));
  const large = f32x4.sub(one(), f32x4.div(constant(27), f32x4.add(e, one())));
  const z = f32x4.mul(x, x);
  let p = madd(z, constant(28), constant(29));
  p = madd(p, z, constant(30));
  p = madd(p, z, constant(31));
  p = madd(p, z, constant(32));
  const small = madd(f32x4.mul(p, z), x, x);
  // `small` already has the sign of x, except for −0, which the sum turned into 0.
  return v128.or(select4(small, large, v128.or(f32x4.lt(a, constant(33)), f32x4.ne(x, x))), sign);
}

/** sin(2π·turns) for turns in [0, 1]; with `shift` 1 the cosine, which is the sine one quadrant further. */
@inline
function sinCosOf(turns: v128, shift: i32): v128 {
  const quarters = f32x4.mul(turns, splat(4));
  const shifted = f32x4.add(quarters, splat(ROUND));
  const q = f32x4.sub(shifted, splat(ROUND));
  // The rest after the nearest quadrant, in radians, in [−π/4, π/4].
  const x = f32x4.mul(f32x4.sub(quarters, q), splat(1.5707963267948966));
  const z = f32x4.mul(x, x);
  let s = madd(z, splat(-1.9515295891e-4), splat(8.3321608736e-3));
  s = madd(s, z, splat(-1.6666654611e-1));
  s = madd(f32x4.mul(s, z), x, x);
  let c = madd(z, splat(2.443315711809948e-5), splat(-1.388731625493765e-3));
  c = madd(c, z, splat(4.166664568298827e-2));
  c = madd(f32x4.mul(c, z), z, madd(z, splat(-0.5), splat(1)));
  const k = i32x4.add(shifted, i32x4.splat(shift));
  const odd = i32x4.shr_s(i32x4.shl(k, 31), 31);
  const minus = i32x4.shl(i32x4.shr_u(k, 1), 31);
  return v128.xor(select4(c, s, odd), minus);
}

/** sin(2π·turns) for turns in [0, 1]. */
@inline
export function sinTurns(turns: v128): v128 {
  return sinCosOf(turns, 0);
}

/** cos(2π·turns) for turns in [0, 1]. */
@inline
export function cosTurns(turns: v128): v128 {
  return sinCosOf(turns, 1);
}
