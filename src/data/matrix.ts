import { brand } from "../common/brand.js";
import { integer, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { isDetached, toValues } from "./values.js";

/**
 * A dense row-major matrix of floats, one sample a row. Those that the library makes have 32-bit floats; one that is made
 * of 64-bit floats keeps them.
 */
export class Matrix<T extends Float32Array | Float64Array = Float32Array> {
  /** Stays when a minifier renames the class. */
  static readonly name = "Matrix";
  static {
    brand(Matrix);
  }
  /** The elements, row after row; `data.length === rows * columns`. */
  readonly data: T;
  /** Number of samples. */
  readonly rows: number;
  /** Number of features of a sample. */
  readonly columns: number;

  /**
   * @param data the elements, row-major; kept, not copied
   * @param rows number of samples, an integer of at least 0
   * @param columns number of features of a sample, an integer of at least 0
   * @throws {ArgumentError} unless `data` is a `Float32Array` or a `Float64Array`, and the sizes are such integers
   * @throws {ShapeError} when `data.length` is not `rows * columns`
   */
  constructor(data: T, rows: number, columns: number) {
    integer("rows of a matrix", rows, 0);
    integer("columns of a matrix", columns, 0);
    this.data = elements(data);
    if (this.data.length !== rows * columns) {
      throw new ShapeError(
        `data has ${this.data.length} elements, but a matrix of shape [${rows}, ${columns}] has ${rows * columns}`,
      );
    }
    this.rows = rows;
    this.columns = columns;
  }

  /** `[rows, columns]`. */
  get shape(): [number, number] {
    return [this.rows, this.columns];
  }

  /** A view (no copy) of row `index`. */
  row(index: number): T {
    if (!Number.isInteger(index) || index < 0 || index >= this.rows) {
      throw new ShapeError(`row index ${index} is outside 0 to ${this.rows - 1}`);
    }
    return this.data.subarray(index * this.columns, (index + 1) * this.columns) as T;
  }
}

/** Floats of any realm, over the same memory. */
function elements<T extends Float32Array | Float64Array>(data: T): T {
  const values = toValues(data);
  // Bytes and integers are no floats; of the latter there would be a copy.
  if (values && !(values instanceof Uint8Array) && values.buffer === data.buffer) {
    if (!isDetached(values)) return values as T;
    throw new ArgumentError("data of a matrix was transferred to somewhere else, so its memory is gone");
  }
  throw new ArgumentError(
    `data of a matrix must be a Float32Array or a Float64Array, not ${show(data)}; ` +
      "models take other arrays of numbers as they are",
  );
}

/** A matrix of any width and either precision. */
export type AnyMatrix = Matrix<Float32Array | Float64Array>;

/**
 * The matrix that a value is, goes by its structure: what `structuredClone`, another realm or the package's other copy
 * (CommonJS beside ES modules) made of one counts.
 *
 * @returns undefined for anything without `data`, `rows` and `columns`
 * @throws {ArgumentError} {ShapeError} as the constructor, when these do not belong together
 */
export function toMatrix(value: unknown): AnyMatrix | undefined {
  if (value instanceof Matrix) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const { data, rows, columns } = value as Partial<AnyMatrix>;
  if (!ArrayBuffer.isView(data) || typeof rows !== "number" || typeof columns !== "number") return undefined;
  return new Matrix(data, rows, columns);
}
