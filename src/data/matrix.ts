import { brand } from "../common/brand.js";
import { integer, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { isDetached, toValues } from "./values.js";

/**
 * A dense row-major matrix of floats, one sample per row. The library creates 32-bit matrices; a matrix made from
 * 64-bit floats keeps them.
 */
export class Matrix<T extends Float32Array | Float64Array = Float32Array> {
  /** Keeps the name when a minifier renames the class. */
  static readonly name = "Matrix";
  static {
    brand(Matrix);
  }
  /** The elements, row after row; `data.length === rows * columns`. */
  readonly data: T;
  /** Number of rows (samples). */
  readonly rows: number;
  /** Number of columns (features per sample). */
  readonly columns: number;

  /**
   * @param data the elements, row-major; used directly, not copied
   * @param rows number of samples, an integer ≥ 0
   * @param columns number of features per sample, an integer ≥ 0
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

  /** A view (not a copy) of row `index`. */
  row(index: number): T {
    if (!Number.isInteger(index) || index < 0 || index >= this.rows) {
      throw new ShapeError(`row index ${index} is outside 0 to ${this.rows - 1}`);
    }
    return this.data.subarray(index * this.columns, (index + 1) * this.columns) as T;
  }
}

/** Float arrays from any realm, as this realm's type over the same memory. */
function elements<T extends Float32Array | Float64Array>(data: T): T {
  const values = toValues(data);
  // Bytes and integers are not floats; integers would also have been copied.
  if (values && !(values instanceof Uint8Array) && values.buffer === data.buffer) {
    if (!isDetached(values)) return values as T;
    throw new ArgumentError("data of a matrix was transferred to somewhere else, so its memory is gone");
  }
  throw new ArgumentError(
    `data of a matrix must be a Float32Array or a Float64Array, not ${show(data)}; ` +
      "models take other arrays of numbers as they are",
  );
}

/** A matrix of any size and either precision. */
export type AnyMatrix = Matrix<Float32Array | Float64Array>;

/**
 * Recognizes a matrix by its structure. This includes results of `structuredClone`, and matrices from another realm or
 * from the package's other copy (CommonJS next to ES modules).
 *
 * @returns undefined for anything without `data`, `rows` and `columns`
 * @throws {ArgumentError} {ShapeError} as for the constructor, if these do not fit together
 */
export function toMatrix(value: unknown): AnyMatrix | undefined {
  if (value instanceof Matrix) return value;
  if (typeof value !== "object" || value === null) return undefined;
  const { data, rows, columns } = value as Partial<AnyMatrix>;
  if (!ArrayBuffer.isView(data) || typeof rows !== "number" || typeof columns !== "number") return undefined;
  return new Matrix(data, rows, columns);
}
