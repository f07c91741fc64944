/** An array of weights. */
export interface GraphWeight {
  /** Dimensions, slowest first. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: Float32Array;
}

/** An array with its dimensions in another order: dimension `i` of the result is dimension `order[i]` of the given one. */
export function permuted({ shape, data }: GraphWeight, order: readonly number[]): GraphWeight {
  const sizes = order.map((dimension) => shape[dimension]!);
  const steps = order.map((dimension) =>
    shape.slice(dimension + 1).reduce((size, length) => size * length, 1),
  );
  const result = new Float32Array(data.length);
  const index = order.map(() => 0);
  let place = 0;
  for (let i = 0; i < result.length; i++) {
    result[i] = data[place]!;
    for (let d = order.length - 1; d >= 0; d--) {
      place += steps[d]!;
      if (++index[d]! < sizes[d]!) break;
      place -= steps[d]! * sizes[d]!;
      index[d] = 0;
    }
  }
  return { shape: sizes, data: result };
}

/** A matrix with rows as columns. */
export function transposed(matrix: GraphWeight): GraphWeight {
  return permuted(matrix, [1, 0]);
}

/**
 * A kernel of PyTorch as Keras has it. [out, in] becomes [in, out], and [a, b, …sizes] of a convolution [… sizes, b, a]:
 * for transposed ones, too, as both libraries swap their dimensions.
 */
export function toKerasKernel(weight: GraphWeight): GraphWeight {
  const sizes = weight.shape.slice(2).map((_, index) => index + 2);
  return permuted(weight, [...sizes, 1, 0]);
}

/** The other way round. */
export function fromKerasKernel(kernel: GraphWeight): GraphWeight {
  const rank = kernel.shape.length;
  const sizes = kernel.shape.slice(2).map((_, index) => index);
  return permuted(kernel, [rank - 1, rank - 2, ...sizes]);
}

/** Exchanges the first two of three equal parts: the gates of a GRU are r, z, n in PyTorch, and z, r, n in Keras. */
export function swappedGates({ shape, data }: GraphWeight): GraphWeight {
  const part = data.length / 3;
  const result = data.slice();
  result.set(data.subarray(part, 2 * part));
  result.set(data.subarray(0, part), part);
  return { shape, data: result };
}

/** The sums of two arrays of one shape, rounded once. */
export function summed(a: GraphWeight, b: GraphWeight): GraphWeight {
  return { shape: a.shape, data: a.data.map((value, index) => value + b.data[index]!) };
}
