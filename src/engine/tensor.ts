import { type Address, type Block, NOWHERE as NO_ADDRESS } from "./memory.js";

/** What a tensor can be made of. */
export type Elements = Float32Array | Float64Array | Uint32Array | Uint8Array;

/**
 * Numbers in the engine's memory, of any shape. The layers and everything above them hold tensors; what lies where is
 * known to the engine alone.
 */
export class Tensor<A extends Elements = Float32Array> {
  readonly shape: readonly number[];
  /** For each dimension, how many elements lie between one index and the next. */
  readonly strides: readonly number[];
  /** A live view of the elements, in the order in which they lie in memory. */
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

  /** The first `count` along the first dimension: of rows, a smaller batch. */
  first(count: number): Tensor<A> {
    return this.part(0, count);
  }

  /** `count` of them from `start` on, along the first dimension. */
  part(start: number, count = this.shape[0]! - start): Tensor<A> {
    const step = this.strides[0]!;
    const values = this.values.subarray(start * step, (start + count) * step) as A;
    const address = (this.address + start * step * values.BYTES_PER_ELEMENT) as Address;
    return new Tensor(address, values, [count, ...this.shape.slice(1)], this.strides);
  }

  /** The same elements, which must lie one after the other, as another shape of as many. */
  as(...shape: number[]): Tensor<A> {
    return new Tensor(this.address, this.values, shape);
  }

  /** A matrix with its dimensions swapped, over the same memory. */
  get transposed(): Tensor<A> {
    return new Tensor(this.address, this.values, this.shape.toReversed(), this.strides.toReversed());
  }
}

/** A tensor of any elements. */
export type AnyTensor = Tensor<Elements>;

/** No tensor: for what a kernel can do without. */
export const NOWHERE = new Tensor(NO_ADDRESS, new Float32Array(0), [0]);

/** A whole block as a tensor. */
export function tensorOf<A extends Elements>(block: Block, values: A, shape: readonly number[]): Tensor<A> {
  return new Tensor(block.at(), values, shape);
}

/** Strides of elements that lie one after the other, the last dimension first. */
function packed(shape: readonly number[]): number[] {
  const strides: number[] = [];
  let step = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(step);
    step *= size;
  }
  return strides;
}
