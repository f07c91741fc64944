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

/** SELU's λ and α. */
const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Φ(x) of the standard normal distribution: a series near 0, a continued fraction in the tails. */
export function normalCdf(x: number): number {
  const a = Math.abs(x);
  const density = normalDensity(a);
  if (a < 3) {
    // Φ(a) − ½ = φ(a)·(a + a³/3 + a⁵/(3·5) + …)
    let term = a;
    let sum = a;
    for (let n = 3; term > sum * 1e-17; n += 2) {
      term *= (a * a) / n;
      sum += term;
    }
    return x < 0 ? 0.5 - density * sum : 0.5 + density * sum;
  }
  // Φ(−a) = φ(a) / (a + 1/(a + 2/(a + 3/(a + …))))
  let fraction = a;
  for (let n = 160; n > 0; n--) fraction = a + n / fraction;
  const tail = density / fraction;
  return x < 0 ? tail : 1 - tail;
}

function normalDensity(x: number): number {
  return Math.exp(-(x * x) / 2) / Math.sqrt(2 * Math.PI);
}

/** f(z), by name of activation. */
export const activations = {
  linear: (z: number) => z,
  relu: (z: number) => Math.max(0, z),
  sigmoid,
  tanh: Math.tanh,
  leakyRelu: (z: number) => (z > 0 ? z : 0.2 * z),
  elu: (z: number) => (z > 0 ? z : Math.expm1(z)),
  selu: (z: number) => SELU_SCALE * (z > 0 ? z : SELU_ALPHA * Math.expm1(z)),
  softplus,
  silu: (z: number) => (z === -Infinity ? 0 : z * sigmoid(z)),
  gelu: (z: number) => (z === -Infinity ? 0 : z * normalCdf(z)),
  mish: (z: number) => (z === -Infinity ? 0 : z * Math.tanh(softplus(z))),
} as const;

/** f′(z), from z. */
export const slopes = {
  linear: () => 1,
  relu: (z: number) => (z > 0 ? 1 : 0),
  sigmoid: (z: number) => sigmoid(z) * sigmoid(-z),
  tanh: (z: number) => 1 - Math.tanh(z) ** 2,
  leakyRelu: (z: number) => (z > 0 ? 1 : 0.2),
  elu: (z: number) => (z > 0 ? 1 : Math.exp(z)),
  selu: (z: number) => SELU_SCALE * (z > 0 ? 1 : SELU_ALPHA * Math.exp(z)),
  softplus: sigmoid,
  silu: (z: number) => sigmoid(z) * (1 + z * sigmoid(-z)),
  gelu: (z: number) => normalCdf(z) + z * normalDensity(z),
  mish: (z: number) => {
    const t = Math.tanh(softplus(z));
    return t + z * sigmoid(z) * (1 - t * t);
  },
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
  meanAbsoluteError: (y: number, x: number) => Math.abs(y - x),
  huber: (y: number, x: number) => {
    const d = Math.abs(y - x);
    return d <= HUBER_DELTA ? d ** 2 / 2 : HUBER_DELTA * (d - HUBER_DELTA / 2);
  },
} as const;

/** δ of the Huber losses above. */
export const HUBER_DELTA = 0.75;

/** ln(1 + eᶻ) */
export function softplus(z: number): number {
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
