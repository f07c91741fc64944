// Activations, as Keras 3 defines them.

/** Replaces every value by f of it. */
export function activate(values: Float64Array, f: (value: number) => number): Float64Array {
  for (let i = 0; i < values.length; i++) values[i] = f(values[i]!);
  return values;
}

export function relu(z: number): number {
  return z > 0 ? z : 0;
}

export function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}

export function tanh(z: number): number {
  return Math.tanh(z);
}

export function leakyRelu(z: number): number {
  return z > 0 ? z : 0.2 * z;
}

export function elu(z: number): number {
  return z > 0 ? z : Math.expm1(z);
}

/** λ·z above 0, and λ·α·(eᶻ − 1) below (G. Klambauer et al., 2017). */
export function selu(z: number): number {
  return 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z));
}

/** ln(1 + eᶻ). */
export function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

export function silu(z: number): number {
  return z * sigmoid(z);
}

export function mish(z: number): number {
  return z * Math.tanh(softplus(z));
}

/** z·Φ(z), with Φ the distribution of standard normal values. */
export function gelu(z: number): number {
  return 0.5 * z * erfc(-z * Math.SQRT1_2);
}

/**
 * The complementary error function: W. J. Cody's rational approximations as in Numerical Recipes (3rd ed., 6.2.2), with a
 * relative error below 1.2e-7.
 */
export function erfc(x: number): number {
  const t = 2 / (2 + Math.abs(x));
  let sum = 0;
  for (const coefficient of ERFC) sum = sum * t + coefficient;
  const tail = t * Math.exp(-x * x + sum);
  return x >= 0 ? tail : 2 - tail;
}

/** From the highest power of t to the lowest. */
const ERFC = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];
