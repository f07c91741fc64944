import { show } from "../check.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../errors.js";
import { Matrix } from "../matrix.js";
import type { Work } from "./turns.js";

/**
 * Samples, one a row: floats, row-major; bytes, row-major, which stand for themselves divided by 255; an array of
 * rows; or a matrix.
 */
export type Samples = Float32Array | Uint8Array | Matrix | readonly (readonly number[])[];

/** Samples whose shape has been checked. */
export interface Rows {
  /** What the caller calls them, for messages. */
  readonly name: string;
  readonly data: Float32Array | Uint8Array;
  readonly rows: number;
  readonly columns: number;
}

/** Whether `value` is of one of the types of samples, whatever is in it. */
export function isSamples(value: unknown): boolean {
  return (
    value instanceof Float32Array ||
    value instanceof Uint8Array ||
    value instanceof Matrix ||
    Array.isArray(value)
  );
}

/** Elements that are looked at, or copied, before the event loop may turn: a few milliseconds' worth. */
export const ELEMENTS_PER_TURN = 1 << 21;

/**
 * Checks the shape of samples.
 *
 * @throws {ShapeError} when there are none, or they are not `columns` wide
 * @throws {ArgumentError} when they are something else
 */
export function toRows(name: string, samples: Samples, columns: number): Rows {
  if (samples instanceof Float32Array || samples instanceof Uint8Array) {
    return flatRows(name, samples, columns);
  }
  if (samples instanceof Matrix) {
    if (samples.columns !== columns) {
      throw new ShapeError(`${name} has ${samples.columns} columns, but the model takes ${columns}`);
    }
    return flatRows(name, samples.data, columns);
  }
  if (Array.isArray(samples)) return flatRows(name, fromArrays(name, samples, columns), columns);
  throw new ArgumentError(
    `${name} must be a Float32Array, a Uint8Array, an array of rows or a Matrix, not ${show(samples)}`,
  );
}

function flatRows(name: string, data: Float32Array | Uint8Array, columns: number): Rows {
  if (data.length === 0) throw new ShapeError(`${name} is empty; at least one row of ${columns} is needed`);
  if (data.length % columns !== 0) {
    throw new ShapeError(
      `${name} has ${data.length} elements, which is not a whole number of rows of ${columns} columns`,
    );
  }
  return { name, data, rows: data.length / columns, columns };
}

function fromArrays(name: string, rows: readonly unknown[], columns: number): Float32Array {
  const data = new Float32Array(rows.length * columns);
  rows.forEach((row, index) => {
    if (!Array.isArray(row) && !ArrayBuffer.isView(row)) {
      throw new ArgumentError(`row ${index} of ${name} must be an array of numbers, not ${show(row)}`);
    }
    const values = row as readonly unknown[];
    if (values.length !== columns) {
      throw new ShapeError(
        `row ${index} of ${name} has ${values.length} columns, but the model takes ${columns}`,
      );
    }
    for (let j = 0; j < columns; j++) {
      const value = values[j];
      if (typeof value !== "number") {
        throw new ArgumentError(`row ${index}, column ${j} of ${name} must be a number, not ${show(value)}`);
      }
      data[index * columns + j] = value;
    }
  });
  return data;
}

/**
 * Looks at every value, pausing now and then.
 *
 * @param unit whether all must lie in [0, 1], as cross-entropy needs
 * @throws {NonFiniteError} at the first NaN or infinity
 * @throws {ArgumentError} at the first value outside [0, 1] when `unit`
 */
export function* checkValues({ name, data, columns }: Rows, unit: boolean): Work<void> {
  if (data instanceof Uint8Array) return;
  const low = unit ? 0 : -Number.MAX_VALUE;
  const high = unit ? 1 : Number.MAX_VALUE;
  for (let start = 0; start < data.length; start += ELEMENTS_PER_TURN) {
    const end = Math.min(start + ELEMENTS_PER_TURN, data.length);
    for (let i = start; i < end; i++) {
      const value = data[i]!;
      if (!(value >= low && value <= high)) refuse(name, value, Math.floor(i / columns), i % columns);
    }
    yield;
  }
}

function refuse(name: string, value: number, row: number, column: number): never {
  const where = `row ${row}, column ${column} of ${name}`;
  if (!Number.isFinite(value)) throw new NonFiniteError(`${where} is ${value}; all values must be finite`);
  throw new ArgumentError(
    `${where} is ${value}, but binaryCrossentropy needs values from 0 to 1; scale the data or use meanSquaredError`,
  );
}
