import { type Address, type Block, NOWHERE as NO_ADDRESS } from "./memory.js";

/** The array types that a tensor can have. */
export type Elements = Float32Array | Float64Array | Uint32Array | Uint8Array;

/**
 * Numbers in the engine's memory, with any shape. Layers and the code above them use tensors; only the engine knows
 * memory addresses.
 */
export class Tensor<A extends Elements = Float32Array> {
  readonly shape: readonly number[];
  /** For each dimension, the number of elements from one index to the next. */
  readonly strides: readonly number[];
  /** A live view of the elements, in memory order. */
  readonly values: A;
  /** For the engine. @internal */
  readonly address: Address;

  constructor(
    address: Address,
    values: A,
    shape: readonly number[],
    strides: readonly number[] = packed(shape),
  ) {
    this.address = address;
    this.values = values;
    this.shape = shape;
    this.strides = strides;
  }

  /** The first `count` elements along the first dimension, such as the rows of a smaller batch. */
  first(count: number): Tensor<A> {
    return this.part(0, count);
  }

  /** `count` elements along the first dimension, from `start` on. */
  part(start: number, count = this.shape[0]! - start): Tensor<A> {
    const step = this.strides[0]!;
    const values = this.values.subarray(start * step, (start + count) * step) as A;
    const address = (this.address + start * step * values.BYTES_PER_ELEMENT) as Address;
    return new Tensor(address, values, [count, ...this.shape.slice(1)], this.strides);
  }

  /** The same elements with another shape of the same size; they must be contiguous. */
  as(...shape: number[]): Tensor<A> {
    return new Tensor(this.address, this.values, shape);
  }

  /** A matrix with its dimensions swapped; shares the memory. */
  get transposed(): Tensor<A> {
    return new Tensor(this.address, this.values, this.shape.toReversed(), this.strides.toReversed());
  }
}

/** A tensor of any element type. */
export type AnyTensor = Tensor<Elements>;

/** No tensor: passed to a kernel for an array that is absent. */
export const NOWHERE = new Tensor(NO_ADDRESS, new Float32Array(0), [0]);

/** A whole block as a tensor. */
export function tensorOf<A extends Elements>(block: Block, values: A, shape: readonly number[]): Tensor<A> {
  return new Tensor(block.at(), values, shape);
}

/** Strides of contiguous elements in row-major order. */
function packed(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(step);
    step *= size;
  }
  return strides;
}
