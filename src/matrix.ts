import { brand } from "./brand.js";
import { ShapeError } from "./errors.js";

/** A dense row-major matrix of 32-bit floats, one sample a row. */
export class Matrix {
  /** Stays when a minifier renames the class. */
  static readonly name = "Matrix";
  static {
    brand(Matrix);
  }
  /** The elements, row after row; `data.length === rows * columns`. */
  readonly data: Float32Array;
  /** Number of samples. */
  readonly rows: number;
  /** Number of features of a sample. */
  readonly columns: number;

  /**
   * @param data the elements, row-major; kept, not copied
   * @throws {ShapeError} when `data.length` is not `rows * columns`
   */
  constructor(data: Float32Array, rows: number, columns: number) {
    if (data.length !== rows * columns) {
      throw new ShapeError(
        `data has ${data.length} elements, but a matrix of shape [${rows}, ${columns}] has ${rows * columns}`,
      );
    }
    this.data = data;
    this.rows = rows;
    this.columns = columns;
  }

  /** `[rows, columns]`. */
  get shape(): [number, number] {
    return [this.rows, this.columns];
  }

  /** A view (no copy) of row `index`. */
  row(index: number): Float32Array {
    if (!Number.isInteger(index) || index < 0 || index >= this.rows) {
      throw new ShapeError(`row index ${index} is outside 0 to ${this.rows - 1}`);
    }
    return this.data.subarray(index * this.columns, (index + 1) * this.columns);
  }
}
