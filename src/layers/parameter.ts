import type { Tensor } from "../engine/tensor.js";
import type { Distribution } from "./initializers.js";
import type { KernelPenalty } from "./penalties.js";
import { type Shape, sizeOf } from "./shape.js";

/** Name and shape of one array of parameters. */
export interface ParameterShape {
  /** As in PyTorch: `encoder.0.weight`, `decoder.1.bias`. */
  readonly name: string;
  /** As PyTorch's modules have it: [out, in] for a weight matrix, [out] for a bias. */
  readonly shape: Shape;
}

/** One array of parameters that a layer wants. */
export interface ParameterWish {
  /** Its name within the layer. */
  readonly name: string;
  /** One dimension, or more; as PyTorch's modules have it. */
  readonly shape: Shape;
  /** Whether a matrix is kept column by column, as its transpose; default false. */
  readonly transposed?: boolean;
  /**
   * The dimensions of `shape` in the order in which they lie in memory, if that is another: the last of them are the columns,
   * all others the rows.
   */
  readonly order?: readonly number[];
  /** What its first values are drawn from. */
  readonly start: Distribution;
  /** Added to the loss, from its values. */
  readonly penalty?: KernelPenalty;
  /** Whether the optimizer changes it; default true. What is not trained, the layer changes by itself. */
  readonly trainable?: boolean;
}

/**
 * One array of parameters and its place in the block of all parameters. Gradients and an optimizer's slots are laid out
 * like that block. Kernels that go through parameters row by row see a matrix of `rows` × `columns`; threads share the rows.
 */
export class Parameter implements ParameterShape {
  readonly name: string;
  readonly shape: Shape;
  /** In elements, from the start of the block. */
  readonly offset: number;
  /** Rows and columns as they lie in memory. */
  readonly rows: number;
  readonly columns: number;
  /** Whether a matrix lies in memory as its transpose. */
  readonly transposed: boolean;
  readonly #order: readonly number[] | undefined;
  readonly penalty: KernelPenalty | undefined;
  readonly trainable: boolean;
  /** Whether it belongs to another layer, and is only used here. */
  readonly borrowed: boolean;

  constructor(
    { name, shape, transposed = false, order, penalty, trainable = true }: Omit<ParameterWish, "start">,
    offset: number,
    borrowed = false,
  ) {
    this.name = name;
    this.shape = shape;
    this.offset = offset;
    this.#order = transposed ? [1, 0] : order;
    const [first, ...others] = this.#order?.map((dimension) => shape[dimension]!) ?? shape;
    this.columns = others.at(-1) ?? 1;
    this.rows = sizeOf([first!, ...others.slice(0, -1)]);
    this.transposed = transposed;
    this.penalty = penalty;
    this.trainable = trainable;
    this.borrowed = borrowed;
  }

  /** How many elements it has. */
  get size(): number {
    return this.rows * this.columns;
  }

  /**
   * As the mirror image of its layer uses it under another name: a matrix as its transpose, the kernel of a convolution,
   * which has the same dimensions first either way, as it is.
   */
  lend(name: string): Parameter {
    if (this.shape.length > 2) {
      const order = this.#order;
      return new Parameter({ name, shape: this.shape, ...(order && { order }) }, this.offset, true);
    }
    const shape = this.shape.toReversed();
    return new Parameter({ name, shape, transposed: !this.transposed }, this.offset, true);
  }

  /** As it lies in a block, [rows, columns]. */
  in(block: Tensor): Tensor {
    return block.part(this.offset, this.size).as(this.rows, this.columns);
  }

  /** A copy in its public shape, from all values of a block. */
  read(values: Float32Array): Float32Array {
    const own = values.subarray(this.offset, this.offset + this.size);
    if (!this.#order) return new Float32Array(own);
    const result = new Float32Array(own.length);
    this.#places(this.#order).forEach((place, index) => {
      result[place] = own[index]!;
    });
    return result;
  }

  /** Writes it into all values of a block, from its public shape. */
  write(values: Float32Array, data: Float32Array): void {
    if (!this.#order) {
      values.set(data, this.offset);
      return;
    }
    this.#places(this.#order).forEach((place, index) => {
      values[this.offset + index] = data[place]!;
    });
  }

  /** Where in its public shape each element stands, in the order in which they lie in memory. */
  #places(order: readonly number[]): Uint32Array {
    const places = new Uint32Array(this.size);
    const sizes = order.map((dimension) => this.shape[dimension]!);
    const steps = order.map((dimension) => sizeOf(this.shape.slice(dimension + 1)));
    const index = order.map(() => 0);
    let place = 0;
    for (let i = 0; i < places.length; i++) {
      places[i] = place;
      for (let d = order.length - 1; d >= 0; d--) {
        place += steps[d]!;
        if (++index[d]! < sizes[d]!) break;
        place -= steps[d]! * sizes[d]!;
        index[d] = 0;
      }
    }
    return places;
  }
}
