/** Eigenvectors of a symmetric matrix, with their eigenvalues, greatest first. */
export interface Eigen {
  readonly values: Float64Array;
  /** Orthonormal vectors, one a row: [n, n]. */
  readonly vectors: Float64Array;
}

/** Each sweep about squares the size of what is left off the diagonal. */
const MOST_SWEEPS = 30;
/** Entries this small, relative to the trace, count as 0. */
const SMALL = 1e-14;

/**
 * All eigenvectors, by Jacobi's cyclic rotations (G. H. Golub and C. F. Van Loan, "Matrix Computations", section 8.5).
 *
 * @param matrix symmetric, [n, n], row-major; it is not changed
 */
export function symmetricEigen(matrix: Float64Array, n: number): Eigen {
  const a = matrix.slice();
  const vectors = new Float64Array(n * n);
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  let trace = 0;
  for (let i = 0; i < n; i++) trace += Math.abs(a[i * n + i]!);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        largest = Math.max(largest, Math.abs(a[p * n + q]!));
        rotate(a, vectors, n, p, q);
      }
    }
    if (largest <= SMALL * trace) break;
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[j * n + j]! - a[i * n + i]! || i - j);
  const sorted = new Float64Array(n * n);
  order.forEach((from, to) => {
    sorted.set(vectors.subarray(from * n, (from + 1) * n), to * n);
  });
  return { values: Float64Array.from(order, (i) => a[i * n + i]!), vectors: sorted };
}

/** Makes a[p, q] zero by a rotation, and turns the vectors by it. */
function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q]!;
  if (off === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  turn(a, n * p, n * q, n, 1, c, s);
  turn(a, p, q, n, n, c, s);
  turn(vectors, n * p, n * q, n, 1, c, s);
}

/** Turns two rows, or two columns, in their plane. */
function turn(
  values: Float64Array,
  first: number,
  second: number,
  count: number,
  step: number,
  c: number,
  s: number,
): void {
  for (let k = 0; k < count; k++) {
    const [i, j] = [first + k * step, second + k * step];
    const x = values[i]!;
    const y = values[j]!;
    values[i] = c * x - s * y;
    values[j] = s * x + c * y;
  }
}
