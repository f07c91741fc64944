import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { toValues } from "../data/values.js";
import type { LoadedSamples } from "../formats/readSamples.js";

/** Numbers in arrays of arrays, such as rows of images of rows of pixels; the innermost may be typed arrays. */
export type NestedNumbers = readonly (number | NestedNumbers)[] | ArrayLike<number>;

/**
 * Makes samples of nested arrays: the first dimension counts the samples, and the shape is kept.
 *
 * @returns bytes where all innermost arrays are bytes, which a model divides by 255; else 64-bit floats
 * @throws {ShapeError} when arrays of one level differ in length, which names the place, or one is empty
 * @throws {ArgumentError} for anything but numbers in them
 */
export function nestedSamples(arrays: NestedNumbers): LoadedSamples {
  const shape = shapeOf(arrays);
  const size = shape.reduce((product, length) => product * length, 1);
  const rows = leaves(arrays, shape, "samples");
  const bytes = rows.every((row) => toValues(row) instanceof Uint8Array);
  const data = bytes ? new Uint8Array(size) : new Float64Array(size);
  const width = shape.at(-1)!;
  rows.forEach((row, index) => {
    for (let i = 0; i < width; i++) {
      const value: unknown = row[i];
      if (typeof value !== "number") {
        throw new ArgumentError(
          `samples must have numbers in arrays of one depth, not ${show(value)} at ${index}, ${i}`,
        );
      }
      data[index * width + i] = value;
    }
  });
  return { data, rows: shape[0]!, columns: size / shape[0]!, shape };
}

/** The lengths of the first arrays of all levels. */
function shapeOf(arrays: unknown): number[] {
  const shape: number[] = [];
  for (let first: unknown = arrays; typeof first !== "number"; ) {
    const list = listOf(first, "samples");
    if (list.length === 0)
      throw new ShapeError("samples has an empty array; at least one number is needed in each");
    shape.push(list.length);
    if (shape.length > 32) throw new ShapeError("samples has more than 32 dimensions");
    first = list[0];
  }
  return shape;
}

/** The innermost arrays, in order. */
function leaves(arrays: unknown, shape: readonly number[], place: string): ArrayLike<unknown>[] {
  const list = listOf(arrays, place);
  if (list.length !== shape[0]) {
    throw new ShapeError(
      `${place} has ${list.length} elements, but the first array of its level has ${shape[0]}`,
    );
  }
  if (shape.length === 1) return [list];
  return Array.from(list, (item, i) => leaves(item, shape.slice(1), `${place}[${i}]`)).flat();
}

function listOf(value: unknown, place: string): ArrayLike<unknown> {
  if (Array.isArray(value)) return value;
  const values = toValues(value);
  if (values) return value as ArrayLike<unknown>;
  throw new ArgumentError(`${place} must be an array of numbers or of arrays, not ${show(value)}`);
}
