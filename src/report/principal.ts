/** The first two principal components of codes. */
export interface Components {
  /** Coordinates of the codes along the two components. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Share of the codes' variance along each component. */
  readonly shares: readonly [number, number];
}

/** Enough iterations for a direction to look settled, even if the next variance is nearly as large. */
const ROUNDS = 300;

/**
 * The two directions in which codes vary most, by power iteration on their covariances, and the coordinates of each
 * code along them. The largest coefficient of a direction is positive, so that pictures do not flip.
 */
export function principalComponents(codes: Float32Array, width: number): Components {
  const rows = codes.length / width;
  const means = columnMeans(codes, width);
  const covariance = covariances(codes, width, means);
  let total = 0;
  for (let d = 0; d < width; d++) total += covariance[d * width + d]!;
  const first = leading(covariance, width, []);
  const second = leading(covariance, width, [first.direction]);
  const along = (direction: Float64Array) =>
    Float64Array.from({ length: rows }, (_, i) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (codes[i * width + d]! - means[d]!) * direction[d]!;
      return sum;
    });
  const share = (variance: number) => (total > 0 ? Math.max(0, variance) / total : 0);
  return {
    x: along(first.direction),
    y: along(second.direction),
    shares: [share(first.variance), share(second.variance)],
  };
}

function columnMeans(codes: Float32Array, width: number): Float64Array {
  const means = new Float64Array(width);
  codes.forEach((value, i) => {
    means[i % width]! += value;
  });
  return means.map((sum) => (sum * width) / codes.length);
}

function covariances(codes: Float32Array, width: number, means: Float64Array): Float64Array {
  const sums = new Float64Array(width * width);
  const centred = new Float64Array(width);
  const rows = codes.length / width;
  for (let i = 0; i < rows; i++) {
    for (let d = 0; d < width; d++) centred[d] = codes[i * width + d]! - means[d]!;
    for (let d = 0; d < width; d++) {
      for (let e = 0; e < width; e++) sums[d * width + e]! += (centred[d]! * centred[e]!) / rows;
    }
  }
  return sums;
}

/** The direction of greatest variance that is orthogonal to the others. */
function leading(matrix: Float64Array, width: number, others: readonly Float64Array[]) {
  // Any start works that is not orthogonal to the result; equal coefficients might be.
  let direction = unit(
    Float64Array.from({ length: width }, (_, d) => 1 / (d + 1)),
    others,
  );
  let variance = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const product = new Float64Array(width);
    for (let d = 0; d < width; d++) {
      for (let e = 0; e < width; e++) product[d]! += matrix[d * width + e]! * direction[e]!;
    }
    variance = product.reduce((sum, value, d) => sum + value * direction[d]!, 0);
    if (variance <= 0) break;
    direction = unit(product, others);
  }
  const greatest = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
  return { direction: greatest < 0 ? direction.map((value) => -value) : direction, variance };
}

/** Subtracts a vector's projections on the others and scales it to length 1; zeros if nothing is left. */
function unit(vector: Float64Array, others: readonly Float64Array[]): Float64Array {
  const result = vector.slice();
  for (const other of others) {
    const part = result.reduce((sum, value, d) => sum + value * other[d]!, 0);
    other.forEach((value, d) => {
      result[d]! -= part * value;
    });
  }
  const length = Math.hypot(...result);
  return length > 0 ? result.map((value) => value / length) : result;
}
