import type { Tensor } from "../engine/tensor.js";
import type { Distribution } from "./initializers.js";
import type { KernelPenalty } from "./penalties.js";
import { type Shape, sizeOf } from "./shape.js";

/** Name and shape of one array of parameters. */
export interface ParameterShape {
  /** As in PyTorch: `encoder.0.weight`, `decoder.1.bias`. */
  readonly name: string;
  /** As in PyTorch's modules: [out, in] for a weight matrix, [out] for a bias. */
  readonly shape: Shape;
}

/** One array of parameters that a layer asks for. */
export interface ParameterWish {
  /** The parameter's name within the layer. */
  readonly name: string;
  /** One or more dimensions, as in PyTorch's modules. */
  readonly shape: Shape;
  /** Whether a matrix is stored column by column, as its transpose; default false. */
  readonly transposed?: boolean;
  /**
   * The order of the dimensions of `shape` in memory, if it differs: the last one gives the columns, all others the
   * rows.
   */
  readonly order?: readonly number[];
  /** The distribution of its initial values. */
  readonly start: Distribution;
  /** Penalty on its values, added to the loss. */
  readonly penalty?: KernelPenalty;
  /** Whether the optimizer updates it; default true. If false, the layer updates it itself. */
  readonly trainable?: boolean;
  /** Whether it counts as parameters of the model; default true. If false, it is a constant that files have. */
  readonly counted?: boolean;
}

/**
 * One array of parameters, and its place in the block of all parameters. Gradients and optimizer slots have the same
 * layout as that block. Kernels that process parameters row by row see a `rows` × `columns` matrix; the rows are
 * divided among threads.
 */
export class Parameter implements ParameterShape {
  readonly name: string;
  readonly shape: Shape;
  /** Offset from the start of the block, in elements. */
  readonly offset: number;
  /** Rows and columns as stored in memory. */
  readonly rows: number;
  readonly columns: number;
  /** Whether a matrix is stored as its transpose. */
  readonly transposed: boolean;
  readonly #order: readonly number[] | undefined;
  readonly penalty: KernelPenalty | undefined;
  readonly trainable: boolean;
  /** Whether it counts as parameters of the model. */
  readonly counted: boolean;
  /** Whether it belongs to another layer and is only used here. */
  readonly borrowed: boolean;

  constructor(
    {
      name,
      shape,
      transposed = false,
      order,
      penalty,
      trainable = true,
      counted = true,
    }: Omit<ParameterWish, "start">,
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
    this.counted = counted;
    this.borrowed = borrowed;
  }

  /** Number of elements. */
  get size(): number {
    return this.rows * this.columns;
  }

  /**
   * This parameter as the mirror layer uses it, under another name. A matrix is transposed. A convolution kernel stays
   * as it is, since its first dimensions are the same in both directions.
   */
  lend(name: string): Parameter {
    if (this.shape.length > 2) {
      const order = this.#order;
      return new Parameter({ name, shape: this.shape, ...(order && { order }) }, this.offset, true);
    }
    const shape = this.shape.toReversed();
    return new Parameter({ name, shape, transposed: !this.transposed }, this.offset, true);
  }

  /** Its part of a block, [rows, columns] as stored. */
  in(block: Tensor): Tensor {
    return block.part(this.offset, this.size).as(this.rows, this.columns);
  }

  /** A copy in its public shape, read from the block of all values. */
  read(values: Float32Array): Float32Array {
    const own = values.subarray(this.offset, this.offset + this.size);
    if (!this.#order) return new Float32Array(own);
    const result = new Float32Array(own.length);
    this.#places(this.#order).forEach((place, index) => {
      result[place] = own[index]!;
    });
    return result;
  }

  /** Writes data given in its public shape into the block of all values. */
  write(values: Float32Array, data: Float32Array): void {
    if (!this.#order) {
      values.set(data, this.offset);
      return;
    }
    this.#places(this.#order).forEach((place, index) => {
      values[this.offset + index] = data[place]!;
    });
  }

  /** For each element in memory order, its index in the public shape. */
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
