/**
 * Elementary functions that use only IEEE 754 additions, multiplications, divisions and square roots. `Math.sin` or
 * `Math.log` differ in the last bits between engines; these functions give the same bits everywhere.
 */

/** Taylor coefficients of sin(x)/x in x², from x⁰ to x¹⁴: (−1)ⁿ/(2n + 1)!. */
const SIN = [1, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800, 1 / 6227020800, -1 / 1307674368000];

/** Taylor coefficients of cos(x) in x², from x⁰ to x¹⁶: (−1)ⁿ/(2n)!. */
const COS = [
  1,
  -1 / 2,
  1 / 24,
  -1 / 720,
  1 / 40320,
  -1 / 3628800,
  1 / 479001600,
  -1 / 87178291200,
  1 / 20922789888000,
];

/** Series of atanh(s)/s in s², from s⁰ to s²²: 1/(2n + 1). */
const ATANH = Array.from({ length: 12 }, (_, n) => 1 / (2 * n + 1));

/** Taylor coefficients of eˣ, from x⁰ to x¹³: 1/n!. */
const EXP = [1];
for (let n = 1; n <= 13; n++) EXP.push(EXP[n - 1]! / n);

/** ln 2 in two parts: the first has 21 trailing zero bits, so a product with an exponent is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const bits = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(8));

function horner(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}

/** sin(π/2 · (quadrant + rest)) for |rest| ≤ ½; the omitted terms of the series are below 1e-16. */
function sinQuadrant(quadrant: number, rest: number): number {
  const x = rest * (Math.PI / 2);
  const odd = quadrant % 2 !== 0;
  const value = odd ? horner(COS, x * x) : x * horner(SIN, x * x);
  const half = ((quadrant % 4) + 4) % 4;
  return half >= 2 ? -value : value;
}

/**
 * sin(πx), named as in IEEE 754-2019 §9.2. Because x counts half turns, the reduction to |angle| ≤ π/4 is exact
 * (|x| < 2⁵¹). Absolute error of the Taylor series below 1e-15.
 */
export function sinPi(x: number): number {
  const quadrant = Math.floor(2 * x + 0.5);
  return sinQuadrant(quadrant, 2 * x - quadrant);
}

/** cos(πx), with the same reduction and error as {@link sinPi}. */
export function cosPi(x: number): number {
  const quadrant = Math.floor(2 * x + 0.5);
  return sinQuadrant(quadrant + 1, 2 * x - quadrant);
}

/**
 * Natural logarithm: x = m·2ᵉ with m in [√½, √2), ln x = e·ln 2 + 2·atanh((m − 1)/(m + 1)). The omitted terms of the
 * series of atanh are below 1e-19, because |(m − 1)/(m + 1)| ≤ 0.172. Relative error below 1e-15.
 *
 * @param x positive, finite and normal (at least 2⁻¹⁰²²)
 */
export function log(x: number): number {
  bits.setFloat64(0, x);
  const high = bits.getUint32(0);
  let exponent = (high >>> 20) - 1023;
  bits.setUint32(0, (high & 0xfffff) | 0x3ff00000);
  let mantissa = bits.getFloat64(0);
  if (mantissa >= Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  const s = (mantissa - 1) / (mantissa + 1);
  return exponent * LN2_HIGH + (2 * s * horner(ATANH, s * s) + exponent * LN2_LOW);
}

/**
 * eˣ: x = n·ln 2 + r with |r| ≤ ½·ln 2; the omitted terms of the Taylor series are below 1e-17. Relative error below
 * 1e-15. Returns 0 below −708, where results would no longer be normal numbers, and infinity above 709.
 */
export function exp(x: number): number {
  if (x < -708) return 0;
  if (x > 709) return Infinity;
  const n = Math.floor(x / Math.LN2 + 0.5);
  const r = x - n * LN2_HIGH - n * LN2_LOW;
  // Two factors, because 2¹⁰²⁴ overflows.
  const half = Math.floor(n / 2);
  return horner(EXP, r) * powerOfTwo(half) * powerOfTwo(n - half);
}

/** 2ⁿ for whole n within ±1022. */
function powerOfTwo(n: number): number {
  bits.setUint32(0, (n + 1023) << 20);
  bits.setUint32(4, 0);
  return bits.getFloat64(0);
}

/**
 * baseˣ: by squaring for integer x, otherwise e^(x·ln base), with a relative error that grows as 1e-15·|x·ln base|.
 *
 * @param base positive, finite and normal
 * @param x at least 0
 */
export function power(base: number, x: number): number {
  if (!Number.isSafeInteger(x)) return exp(x * log(base));
  let result = 1;
  for (let square = base, left = x; left > 0; left = Math.floor(left / 2)) {
    if (left % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}
