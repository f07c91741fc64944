import { symmetricEigen } from "./symmetricEigen.js";

/** The directions in which rows vary most. */
export interface PrincipalAxes {
  /** The means of the columns. */
  readonly means: Float64Array;
  /** Orthonormal directions, one a row, the greatest variance first: [count, width]. */
  readonly axes: Float64Array;
  /** The variance along each of them. */
  readonly variances: Float64Array;
  /** The variance of all columns together. */
  readonly total: number;
}

/** Axes that are followed beside the wanted ones: the more, the fewer rounds. */
const SPARE = 10;
/** Multiplications that the rounds may take in all. */
const MOST_WORK = 2e9;
const [FEWEST_ROUNDS, MOST_ROUNDS] = [8, 40];

/**
 * Principal component analysis: the eigenvectors of the columns' covariances. Exact for up to twice as many columns as
 * axes are wanted, and a few; beyond that by subspace iteration with Rayleigh and Ritz's projection (Golub and Van Loan,
 * section 8.2). The largest coefficient of an axis is positive, so that pictures do not flip.
 *
 * @param values [rows, width], row-major
 * @param count how many axes, at most `width`
 */
export function principalAxes(values: ArrayLike<number>, width: number, count: number): PrincipalAxes {
  const means = columnMeans(values, width);
  const covariance = covariances(values, width, means);
  let total = 0;
  for (let d = 0; d < width; d++) total += covariance[d * width + d]!;
  const size = Math.min(width, 2 * count + SPARE);
  const { values: variances, vectors } =
    size === width ? symmetricEigen(covariance, width) : leading(covariance, width, size);
  const axes = vectors.slice(0, count * width);
  for (let axis = 0; axis < count; axis++) {
    const own = axes.subarray(axis * width, (axis + 1) * width);
    const greatest = own.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    if (greatest < 0) for (let d = 0; d < width; d++) own[d] = -own[d]!;
  }
  return { means, axes, variances: variances.slice(0, count), total };
}

function columnMeans(values: ArrayLike<number>, width: number): Float64Array {
  const means = new Float64Array(width);
  for (let i = 0; i < values.length; i++) means[i % width]! += values[i]!;
  return means.map((sum) => (sum * width) / values.length);
}

function covariances(values: ArrayLike<number>, width: number, means: Float64Array): Float64Array {
  const sums = new Float64Array(width * width);
  const centred = new Float64Array(width);
  const rows = values.length / width;
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < width; d++) centred[d] = values[i * width + d]! - means[d]!;
    for (let d = 0; d < width; d++) {
      const own = centred[d]! / rows;
      if (own !== 0) for (let e = d; e < width; e++) sums[d * width + e]! += own * centred[e]!;
    }
  }
  for (let d = 0; d < width; d++) {
    for (let e = 0; e < d; e++) sums[d * width + e] = sums[e * width + d]!;
  }
  return sums;
}

/** The eigenvectors of the `size` largest eigenvalues, or close to them. */
function leading(matrix: Float64Array, n: number, size: number) {
  const rounds = Math.floor(MOST_WORK / (n * n * size));
  let basis = start(n, size);
  for (let round = Math.max(FEWEST_ROUNDS, Math.min(MOST_ROUNDS, rounds)); round > 0; round--) {
    orthonormalize(basis, n, size);
    basis = product(basis, matrix, size, n);
  }
  orthonormalize(basis, n, size);
  const image = product(basis, matrix, size, n);
  const small = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) small[i * size + j] = dot(basis, i * n, image, j * n, n);
  }
  const { values, vectors } = symmetricEigen(small, size);
  return { values, vectors: combined(vectors, basis, size, n) };
}

/** Rows that no direction is orthogonal to by chance: fractional parts of multiples of square roots. */
function start(n: number, size: number): Float64Array {
  return Float64Array.from({ length: size * n }, (_, i) => {
    const product = ((i % n) + 1) * Math.sqrt(Math.floor(i / n) + 2.3);
    return product - Math.floor(product) - 0.5;
  });
}

/** rows · matrix for a symmetric matrix: [size, n]. */
function product(rows: Float64Array, matrix: Float64Array, size: number, n: number): Float64Array {
  const result = new Float64Array(size * n);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < n; j++) result[i * n + j] = dot(rows, i * n, matrix, j * n, n);
  }
  return result;
}

/** weights · rows, [size, n]. */
function combined(weights: Float64Array, rows: Float64Array, size: number, n: number): Float64Array {
  const result = new Float64Array(size * n);
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const weight = weights[i * size + k]!;
      for (let j = 0; j < n; j++) result[i * n + j]! += weight * rows[k * n + j]!;
    }
  }
  return result;
}

/** Gram and Schmidt's process, in place and twice over for accuracy. A row that depends on others becomes 0. */
function orthonormalize(rows: Float64Array, n: number, size: number): void {
  for (let i = 0; i < size; i++) {
    const before = Math.sqrt(dot(rows, i * n, rows, i * n, n));
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const part = dot(rows, i * n, rows, k * n, n);
        for (let j = 0; j < n; j++) rows[i * n + j]! -= part * rows[k * n + j]!;
      }
    }
    const length = Math.sqrt(dot(rows, i * n, rows, i * n, n));
    const scale = length > 1e-12 * before ? 1 / length : 0;
    for (let j = 0; j < n; j++) rows[i * n + j]! *= scale;
  }
}

function dot(a: Float64Array, i: number, b: Float64Array, j: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[i + k]! * b[j + k]!;
  return sum;
}
