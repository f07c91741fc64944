import type { Tensor } from "../engine/tensor.js";
import type { Distribution } from "./initializers.js";
import type { KernelPenalty } from "./penalties.js";
import type { Shape } from "./shape.js";

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
  /** One dimension, or two. */
  readonly shape: Shape;
  /** Whether a matrix is kept column by column, as its transpose; default false. */
  readonly transposed?: boolean;
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
  readonly penalty: KernelPenalty | undefined;
  readonly trainable: boolean;
  /** Whether it belongs to another layer, and is only used here. */
  readonly borrowed: boolean;

  constructor(
    { name, shape, transposed = false, penalty, trainable = true }: Omit<ParameterWish, "start">,
    offset: number,
    borrowed = false,
  ) {
    this.name = name;
    this.shape = shape;
    this.offset = offset;
    const [rows, columns = 1] = shape as [number, number?];
    [this.rows, this.columns] = transposed ? [columns, rows] : [rows, columns];
    this.transposed = transposed;
    this.penalty = penalty;
    this.trainable = trainable;
    this.borrowed = borrowed;
  }

  /** How many elements it has. */
  get size(): number {
    return this.rows * this.columns;
  }

  /** The transpose of this matrix, as another layer uses it under another name. */
  lend(name: string): Parameter {
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
    return this.transposed ? transpose(own, this.rows, this.columns) : new Float32Array(own);
  }

  /** Writes it into all values of a block, from its public shape. */
  write(values: Float32Array, data: Float32Array): void {
    values.set(this.transposed ? transpose(data, this.columns, this.rows) : data, this.offset);
  }
}

/** The transpose of a [rows, columns] matrix, as a new array. */
function transpose(data: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) result[j * rows + i] = data[i * columns + j]!;
  }
  return result;
}
