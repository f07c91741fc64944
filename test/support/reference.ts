// What the kernels compute, in float64 and in the plainest form. For tests only: Math.exp and its like may differ
// between engines in their last bits, far below a float's.

/** Half a unit in the last place of a float, the largest relative error of one rounding. */
export const EPSILON = 2 ** -24;

/** C[m, n] = seed[m, n] + A[m, k]·B[k, n], row-major, and the same sums over absolute values. */
export function product(
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  b: Float32Array,
  seed: Float32Array,
) {
  const c = Float64Array.from(seed);
  const magnitude = Float64Array.from(seed, Math.abs);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!;
      for (let j = 0; j < n; j++) {
        const term = x * b[p * n + j]!;
        c[i * n + j]! += term;
        magnitude[i * n + j]! += Math.abs(term);
      }
    }
  }
  return { c, magnitude };
}

/** The same in float32, rounded after each product and each sum, over k in order: the portable build's very bits. */
export function productInFloats(
  m: number,
  n: number,
  k: number,
  a: Float32Array,
  b: Float32Array,
  seed: Float32Array,
): Float32Array {
  const c = Float32Array.from(seed);
  for (let i = 0; i < m; i++) {
    for (let p = 0; p < k; p++) {
      const x = a[i * k + p]!;
      for (let j = 0; j < n; j++) c[i * n + j] = c[i * n + j]! + Math.fround(x * b[p * n + j]!);
    }
  }
  return c;
}

export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** f(z), by name of activation. */
export const activations = {
  linear: (z: number) => z,
  relu: (z: number) => Math.max(0, z),
  sigmoid,
  tanh: Math.tanh,
} as const;

/** f′(z), from y = f(z). */
export const derivatives = {
  linear: (_y: number) => 1,
  relu: (y: number) => (y > 0 ? 1 : 0),
  sigmoid: (y: number) => y * (1 - y),
  tanh: (y: number) => 1 - y * y,
} as const;

/** The bounds that predictions are clipped to, as floats. */
export const CLIP_LOW = Math.fround(1e-7);
export const CLIP_HIGH = Math.fround(1 - 1e-7);

/** The loss of one element, from prediction y (or logit z) and target x. */
export const losses = {
  meanSquaredError: (y: number, x: number) => (y - x) ** 2,
  binaryCrossentropy: (y: number, x: number) => {
    const p = Math.min(CLIP_HIGH, Math.max(CLIP_LOW, y));
    return -x * Math.log(p) - (1 - x) * Math.log1p(-p);
  },
  /** −x·ln σ(z) − (1 − x)·ln(1 − σ(z)), with ln σ(z) = −softplus(−z) so that nothing overflows. */
  binaryCrossentropyLogits: (z: number, x: number) => x * softplus(-z) + (1 - x) * softplus(z),
} as const;

/** ln(1 + eᶻ) */
function softplus(z: number): number {
  return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
}

/** Central difference of `f` in float64, over the distance that is left of 2·`step` after rounding. */
export function slope(f: (y: number) => number, y: number, step: number): number {
  const [low, high] = [y - step, y + step];
  return (f(high) - f(low)) / (high - low);
}

/** One step of gradient descent: the new parameter and velocity. */
export function sgdStep(
  theta: number,
  gradient: number,
  velocity: number,
  rate: number,
  momentum: number,
  nesterov: boolean,
) {
  const v = momentum * velocity - rate * gradient;
  return { theta: theta + (nesterov ? momentum * v - rate * gradient : v), velocity: v };
}

/** One step of Adam: the new parameter and moments. `rate` holds the bias correction. */
export function adamStep(
  theta: number,
  gradient: number,
  first: number,
  second: number,
  rate: number,
  oneMinusBeta1: number,
  oneMinusBeta2: number,
  epsilon: number,
) {
  const m = (1 - oneMinusBeta1) * first + oneMinusBeta1 * gradient;
  const v = (1 - oneMinusBeta2) * second + oneMinusBeta2 * gradient * gradient;
  return { theta: theta - (rate * m) / (Math.sqrt(v) + epsilon), first: m, second: v };
}
