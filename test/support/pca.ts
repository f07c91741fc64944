/** The rows of a table, in float64. */
export type Table = readonly (readonly number[])[];

/** Entries away from the diagonal, relative to it, at which a matrix counts as diagonal. */
const DIAGONAL = 1e-15;
const MOST_SWEEPS = 50;

/** The eigenvalues and eigenvectors (as rows) of a symmetric matrix, by Jacobi's rotations, greatest eigenvalue first. */
export function eigen(matrix: Table): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((_, j) => (i === j ? 1 : 0)));
  const trace = a.reduce((sum, row, i) => sum + Math.abs(row[i]!), 0);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let largest = 0;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        largest = Math.max(largest, Math.abs(a[p]![q]!));
        rotate(a, vectors, p, q);
      }
    }
    if (largest <= DIAGONAL * trace) break;
  }
  const order = a.map((_, i) => i).sort((i, j) => a[j]![j]! - a[i]![i]!);
  return { values: order.map((i) => a[i]![i]!), vectors: order.map((i) => vectors[i]!) };
}

/** Makes a[p][q] zero by a rotation, and turns the vectors by it. */
function rotate(a: number[][], vectors: number[][], p: number, q: number): void {
  const off = a[p]![q]!;
  if (off === 0) return;
  const theta = (a[q]![q]! - a[p]![p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const turn = (x: number, y: number): [number, number] => [c * x - s * y, s * x + c * y];
  for (const row of a) [row[p], row[q]] = turn(row[p]!, row[q]!);
  for (let k = 0; k < a.length; k++) {
    [a[p]![k], a[q]![k]] = turn(a[p]![k]!, a[q]![k]!);
    [vectors[p]![k], vectors[q]![k]] = turn(vectors[p]![k]!, vectors[q]![k]!);
  }
}

/** The `count` directions of the greatest variance of rows whose mean is 0. */
export function principalComponents(rows: Table, count: number): number[][] {
  const width = rows[0]!.length;
  const covariance = Array.from({ length: width }, (_, i) =>
    Array.from({ length: width }, (_, j) => rows.reduce((sum, x) => sum + x[i]! * x[j]!, 0) / rows.length),
  );
  return eigen(covariance).vectors.slice(0, count);
}

/** Rows projected to the space of orthonormal directions. */
export function project(rows: Table, directions: Table): number[][] {
  return rows.map((row) => {
    const result = row.map(() => 0);
    for (const direction of directions) {
      const length = direction.reduce((sum, value, i) => sum + value * row[i]!, 0);
      direction.forEach((value, i) => {
        result[i]! += length * value;
      });
    }
    return result;
  });
}
