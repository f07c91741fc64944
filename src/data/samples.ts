import { show } from "../common/check.js";
import { concatenate } from "../common/concatenate.js";
import { ArgumentError, NonFiniteError, ShapeError } from "../common/errors.js";
import type { Work } from "../engine/turns.js";
import { type AnyMatrix, toMatrix } from "./matrix.js";
import { isDetached, type SampleArray, toFloats, toValues, type Values } from "./values.js";

/**
 * Samples, one per row: a typed array or a plain array of numbers, row-major; an array of such rows; or a matrix. Bytes
 * (`Uint8Array`, `Uint8ClampedArray`, `Buffer`) count as value / 255, also as rows.
 *
 * `isthmus/codecs` makes samples of other things: `imageSamples` of `ImageData` and other images in memory, `nestedSamples`
 * of arrays of any depth, `decodeAnySamples` of files. Pass the `data` of what they return. `isthmus/data` makes them of
 * tables and series.
 */
export type Samples = SampleArray | AnyMatrix | readonly number[] | readonly SampleRow[];

/** One sample. */
export type SampleRow = SampleArray | readonly number[];

/** Samples whose shape has been checked. */
export interface Rows {
  /** The name that the caller uses for them, for messages. */
  readonly name: string;
  readonly data: Values;
  readonly rows: number;
  readonly columns: number;
}

/** Whether `value` has one of the types of samples, whatever its contents. */
export function isSamples(value: unknown): boolean {
  return Array.isArray(value) || ArrayBuffer.isView(value) || toMatrix(value) !== undefined;
}

/** Elements to check or copy before yielding to the event loop: a few milliseconds' worth. */
export const ELEMENTS_PER_TURN = 1 << 21;

/**
 * Up to this many elements are copied when a call that can pause starts, so that the caller may change or transfer them
 * once it has a promise. That takes a few milliseconds; copying more would block the page.
 */
const OWN_ELEMENTS = 1 << 22;

/**
 * Checks the shape of samples.
 *
 * @throws {ShapeError} if there are none, or rows do not have `columns` values
 * @throws {ArgumentError} if they are of another type
 */
export function toRows(name: string, samples: Samples, columns: number): Rows {
  if (Array.isArray(samples)) return flatRows(name, fromArray(name, samples, columns), columns);
  const values = toValues(samples);
  if (values) return flatRows(name, values, columns);
  const matrix = toMatrix(samples);
  if (!matrix) {
    throw new ArgumentError(
      `${name} must be a typed array, an array of numbers or of rows, or a Matrix, not ${show(samples)}${conversionOf(samples)}`,
    );
  }
  if (matrix.columns !== columns) {
    throw new ShapeError(`${name} has ${matrix.columns} columns, but the model takes ${columns}`);
  }
  return flatRows(name, matrix.data, columns);
}

/**
 * Like `toRows`, for a call that continues after returning a promise: it copies the values, unless there are more than
 * `most`. Larger data are read while the event loop runs; `partOf` throws if they disappear.
 */
export function toOwnRows(name: string, samples: Samples, columns: number, most = OWN_ELEMENTS): Rows {
  const rows = toRows(name, samples, columns);
  // Plain arrays have already been copied.
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
    rows.map((row) => (Array.isArray(row) ? (row as readonly number[]) : toFloats(row as Values))),
  );
}

function fromNumbers(name: string, numbers: readonly unknown[], columns: number): Float64Array {
  return Float64Array.from(numbers, (value, index) => {
    if (typeof value === "number") return value;
    throw noNumber(name, value, Math.floor(index / columns), index % columns);
  });
}

/** One row; a hole in the array is not a row. */
function rowOf(name: string, row: unknown, index: number, columns: number): Values | readonly number[] {
  const values = Array.isArray(row) ? (row as readonly number[]) : toValues(row);
  if (!values)
    throw new ArgumentError(
      `row ${index} of ${name} must be an array of numbers, not ${show(row)}${conversionOf(row)}`,
    );
  if (Array.isArray(values) && (Array.isArray(values[0]) || ArrayBuffer.isView(values[0]))) {
    throw new ArgumentError(
      `row ${index} of ${name} must be an array of numbers, not of arrays; nestedSamples of isthmus/codecs makes ` +
        "samples of arrays of any depth",
    );
  }
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

/** What makes samples of a value that is none; empty if nothing does. */
function conversionOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  const { width, height, data, rows, columns } = value as Record<string, unknown>;
  if (!ArrayBuffer.isView(data)) {
    return Number.isSafeInteger(rows) && Array.isArray(columns)
      ? "; TablePreprocessor of isthmus/data makes samples of tables"
      : "";
  }
  if (typeof width === "number" && typeof height === "number") {
    return "; imageSamples of isthmus/codecs makes samples of images";
  }
  return "";
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
 * @throws {ArgumentError} if the caller has transferred or resized the buffer in the meantime
 */
export function partOf({ name, data, rows, columns }: Rows, first: number, count: number): Values {
  if (data.length !== rows * columns) throw gone(name);
  return data.subarray(first * columns, (first + count) * columns);
}

/** The values of rows in consecutive parts, each small enough for one turn of the event loop. */
export function* partsOf(rows: Rows): Generator<{ part: Values; first: number; count: number }> {
  const step = rowsPerTurn(rows.columns);
  for (let first = 0; first < rows.rows; first += step) {
    const count = Math.min(step, rows.rows - first);
    yield { part: partOf(rows, first, count), first, count };
  }
}

/** Number of whole rows to check before yielding to the event loop. */
export function rowsPerTurn(columns: number): number {
  return Math.max(1, Math.floor(ELEMENTS_PER_TURN / columns));
}

/** What values must satisfy: be finite float64 (before scaling), finite float32, or from 0 to 1. */
export type Wanted = "finite" | "float32" | "unit";

/** @param unit whether cross-entropy compares the values; where they are scaled first, only what comes out must suit it */
export function wantedOf(scales: boolean, unit: boolean): Wanted {
  if (scales) return "finite";
  return unit ? "unit" : "float32";
}

/**
 * The largest float64 that rounds to a finite float32: the one just below the midpoint between the largest float32 and
 * 2¹²⁸.
 */
const LARGEST_FLOAT32 = 2 ** 128 - 2 ** 103 - 2 ** 75;

/** The least and the most that a value may be. */
export const LIMITS: Readonly<Record<Wanted, readonly [low: number, high: number]>> = {
  finite: [-Number.MAX_VALUE, Number.MAX_VALUE],
  float32: [-LARGEST_FLOAT32, LARGEST_FLOAT32],
  unit: [0, 1],
};

/**
 * Checks every value, pausing now and then.
 *
 * @throws {NonFiniteError} at the first NaN or infinite value, also after rounding to float32 unless `wanted` is
 *   `"finite"`
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
 * Checks the values of one part of `rows`, which starts at row `first`.
 *
 * @throws the errors of `checkValues`
 */
export function checkPart({ name, columns }: Rows, part: Values, first: number, wanted: Wanted): void {
  if (part instanceof Uint8Array) return;
  const [low, high] = LIMITS[wanted];
  let i = 0;
  // Four at a time: twice as fast as one by one.
  for (; i + 3 < part.length; i += 4) {
    const [a, b, c, d] = [part[i]!, part[i + 1]!, part[i + 2]!, part[i + 3]!];
    if (!(a >= low && a <= high && b >= low && b <= high)) break;
    if (!(c >= low && c <= high && d >= low && d <= high)) break;
  }
  for (; i < part.length; i++) {
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
