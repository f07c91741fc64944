import { show } from "../common/check.js";
import { concatenate } from "../common/concatenate.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../common/errors.js";
import type { Work } from "../engine/turns.js";
import { type AnyMatrix, toMatrix } from "./matrix.js";
import { BYTE_VALUES, isDetached, type SampleArray, toValues, type Values } from "./values.js";

/**
 * Samples, one a row: a typed array or a plain array of numbers, row-major; an array of such rows; or a matrix. Bytes
 * (`Uint8Array`, `Uint8ClampedArray`, `Buffer`) stand for themselves divided by 255, in rows as well.
 */
export type Samples = SampleArray | AnyMatrix | readonly number[] | readonly SampleRow[];

/** One sample. */
export type SampleRow = SampleArray | readonly number[];

/** Samples whose shape has been checked. */
export interface Rows {
  /** What the caller calls them, for messages. */
  readonly name: string;
  readonly data: Values;
  readonly rows: number;
  readonly columns: number;
}

/** Whether `value` is of one of the types of samples, whatever is in it. */
export function isSamples(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value) || toMatrix(value) !== undefined;
}

/** Elements that are looked at, or copied, before the event loop may turn: a few milliseconds' worth. */
export const ELEMENTS_PER_TURN = 1 << 21;

/**
 * Up to this many elements are copied when a call that can pause begins, so that the caller may write to them, or
 * transfer them, as soon as it has a promise. It takes a few milliseconds; a copy of more would hold a page up.
 */
const OWN_ELEMENTS = 1 << 22;

/**
 * Checks the shape of samples.
 *
 * @throws {ShapeError} when there are none, or they are not `columns` wide
 * @throws {ArgumentError} when they are something else
 */
export function toRows(name: string, samples: Samples, columns: number): Rows {
  if (Array.isArray(samples)) return flatRows(name, fromArray(name, samples, columns), columns);
  const values = toValues(samples);
  if (values) return flatRows(name, values, columns);
  const matrix = toMatrix(samples);
  if (!matrix) {
    throw new ArgumentError(
      `${name} must be a typed array, an array of numbers or of rows, or a Matrix, not ${show(samples)}`,
    );
  }
  if (matrix.columns !== columns) {
    throw new ShapeError(`${name} has ${matrix.columns} columns, but the model takes ${columns}`);
  }
  return flatRows(name, matrix.data, columns);
}

/**
 * `toRows` for a call that goes on after it has returned a promise: the values are its own, unless there are more than
 * `most`. Those are read while the event loop turns, and `partOf` tells when they are gone.
 */
export function toOwnRows(name: string, samples: Samples, columns: number, most = OWN_ELEMENTS): Rows {
  const rows = toRows(name, samples, columns);
  // Of plain arrays there is a copy already.
  if (Array.isArray(samples) || rows.data.length > most) return rows;
  return { ...rows, data: rows.data.slice() };
}

function flatRows(name: string, data: Values, columns: number): Rows {
  if (isDetached(data)) throw gone(name);
  if (data.length === 0) throw new ShapeError(`${name} is empty; at least one row of ${columns} is needed`);
  if (data.length % columns !== 0) {
    throw new ShapeError(
      `${name} has ${data.length} elements, which is not a whole number of rows of ${columns} columns`,
    );
  }
  return { name, data, rows: data.length / columns, columns };
}

/** The values of an array of rows, or of numbers. */
function fromArray(name: string, array: readonly unknown[], columns: number): Values {
  if (typeof array[0] === "number") return fromNumbers(name, array, columns);
  const rows = Array.from(array, (row, index) => rowOf(name, row, index, columns));
  if (rows.every((row) => row instanceof Uint8Array)) return concatenate(Uint8Array, rows);
  const narrow = rows.every((row) => row instanceof Float32Array || row instanceof Uint8Array);
  return concatenate<Float32Array | Float64Array>(
    narrow ? Float32Array : Float64Array,
    rows.map((row) =>
      row instanceof Uint8Array ? Float32Array.from(row, (byte) => BYTE_VALUES[byte]!) : row,
    ),
  );
}

function fromNumbers(name: string, numbers: readonly unknown[], columns: number): Float64Array {
  return Float64Array.from(numbers, (value, index) => {
    if (typeof value === "number") return value;
    throw noNumber(name, value, Math.floor(index / columns), index % columns);
  });
}

/** One row; a hole in the array is none. */
function rowOf(name: string, row: unknown, index: number, columns: number): Values | readonly number[] {
  const values = Array.isArray(row) ? (row as readonly number[]) : toValues(row);
  if (!values)
    throw new ArgumentError(`row ${index} of ${name} must be an array of numbers, not ${show(row)}`);
  if (values.length !== columns) {
    if (!Array.isArray(values) && isDetached(values as Values)) throw gone(`row ${index} of ${name}`);
    throw new ShapeError(
      `row ${index} of ${name} has ${values.length} columns, but the model takes ${columns}`,
    );
  }
  if (Array.isArray(values)) {
    for (let j = 0; j < columns; j++) {
      if (typeof values[j] !== "number") throw noNumber(name, values[j], index, j);
    }
  }
  return values;
}

function noNumber(name: string, value: unknown, row: number, column: number): ArgumentError {
  return new ArgumentError(`row ${row}, column ${column} of ${name} must be a number, not ${show(value)}`);
}

function gone(name: string): ArgumentError {
  return new ArgumentError(
    `${name} has lost its memory: its buffer was transferred or resized; keep it until the call has ended`,
  );
}

/**
 * The values of `count` rows from row `first` on.
 *
 * @throws {ArgumentError} when the caller has transferred or resized the buffer meanwhile
 */
export function partOf({ name, data, rows, columns }: Rows, first: number, count: number): Values {
  if (data.length !== rows * columns) throw gone(name);
  return data.subarray(first * columns, (first + count) * columns);
}

/** The values of rows in parts that take a turn of the event loop at most, one after the other. */
export function* partsOf(rows: Rows): Generator<{ part: Values; first: number; count: number }> {
  const step = rowsPerTurn(rows.columns);
  for (let first = 0; first < rows.rows; first += step) {
    const count = Math.min(step, rows.rows - first);
    yield { part: partOf(rows, first, count), first, count };
  }
}

/** Whole rows that are looked at before the event loop may turn. */
export function rowsPerTurn(columns: number): number {
  return Math.max(1, Math.floor(ELEMENTS_PER_TURN / columns));
}

/** What values have to be: of any size that a scaling can take, within float32, or from 0 to 1. */
export type Wanted = "finite" | "float32" | "unit";

/** The largest float64 that rounds to a finite float32: the one below halfway from the largest float32 to 2¹²⁸. */
const LARGEST_FLOAT32 = 2 ** 128 - 2 ** 103 - 2 ** 75;

const LIMITS: Readonly<Record<Wanted, readonly [low: number, high: number]>> = {
  finite: [-Number.MAX_VALUE, Number.MAX_VALUE],
  float32: [-LARGEST_FLOAT32, LARGEST_FLOAT32],
  unit: [0, 1],
};

/**
 * Looks at every value, pausing now and then.
 *
 * @throws {NonFiniteError} at the first NaN or infinity, also as a float32 unless all finite values are `wanted`
 * @throws {ArgumentError} at the first value outside [0, 1] where `wanted` is `"unit"`, as it is for cross-entropy
 */
export function* checkValues(rows: Rows, wanted: Wanted): Work<void> {
  if (rows.data instanceof Uint8Array) return;
  for (const { part, first } of partsOf(rows)) {
    checkPart(rows, part, first, wanted);
    yield;
  }
}

/**
 * Looks at the values of one part of `rows`, whose first row is row `first`.
 *
 * @throws what `checkValues` throws
 */
export function checkPart({ name, columns }: Rows, part: Values, first: number, wanted: Wanted): void {
  if (part instanceof Uint8Array) return;
  const [low, high] = LIMITS[wanted];
  for (let i = 0; i < part.length; i++) {
    const value = part[i]!;
    if (!(value >= low && value <= high)) {
      refuse(name, value, first + Math.floor(i / columns), i % columns);
    }
  }
}

function refuse(name: string, value: number, row: number, column: number): never {
  const where = `row ${row}, column ${column} of ${name}`;
  if (!Number.isFinite(value)) throw new NonFiniteError(`${where} is ${value}; all values must be finite`);
  if (!Number.isFinite(Math.fround(value))) {
    throw new NonFiniteError(`${where} is ${value}, which is beyond 32-bit floats; give the model a scaling`);
  }
  throw new ArgumentError(
    `${where} is ${value}, but binaryCrossentropy needs values from 0 to 1; scale the data or use meanSquaredError`,
  );
}
