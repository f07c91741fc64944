/**
 * Makes the rows of a matrix orthonormal, or its columns if they are fewer, by the modified Gram-Schmidt process: each
 * vector loses its parts along those before it and becomes a unit vector. Applied to normal random numbers, this gives
 * uniformly distributed orthogonal matrices, as a QR decomposition does whose R has a positive diagonal. Only uses
 * operations of IEEE 754, in float64.
 *
 * @param matrix row-major, of full rank, replaced by the result
 * @param rows number of its rows
 */
export function orthonormalize(matrix: Float32Array, rows: number): void {
  const columns = matrix.length / rows;
  const byRows = rows <= columns;
  const [count, length] = byRows ? [rows, columns] : [columns, rows];
  const place = (vector: number, i: number) => (byRows ? vector * columns + i : i * columns + vector);
  const vectors = Array.from({ length: count }, (_, vector) =>
    Float64Array.from({ length }, (_, i) => matrix[place(vector, i)]!),
  );
  vectors.forEach((vector, index) => {
    const norm = Math.sqrt(dot(vector, vector));
    for (let i = 0; i < length; i++) vector[i]! /= norm;
    for (const other of vectors.slice(index + 1)) {
      const along = dot(vector, other);
      for (let i = 0; i < length; i++) other[i]! -= along * vector[i]!;
    }
    for (let i = 0; i < length; i++) matrix[place(index, i)] = vector[i]!;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
