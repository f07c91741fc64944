// From what users have to rows of numbers, and back.

/**
 * Samples as rows of `width` numbers each. Bytes count as value / 255, as in training.
 *
 * @throws {TypeError} {RangeError} for samples of another width, and values that are no finite numbers
 */
export function toRows(samples: unknown, width: number): Float64Array[] {
  const values = Float64Array.from(numbersOf(samples, width));
  if (values.length % width !== 0)
    throw new RangeError(`samples have ${values.length} numbers, which are no whole rows of ${width}`);
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw new RangeError(`row ${Math.floor(bad / width)} has a value that is no finite number`);
  return Array.from({ length: values.length / width }, (_, row) =>
    values.subarray(row * width, (row + 1) * width),
  );
}

/** The numbers in a typed array, an array of numbers or of rows, or an object with the field `data`. */
function numbersOf(samples: unknown, width: number): ArrayLike<number> {
  if (samples instanceof Uint8Array || samples instanceof Uint8ClampedArray)
    return Float64Array.from(samples, (byte) => byte / 255);
  if (ArrayBuffer.isView(samples)) return samples as Float32Array;
  if (Array.isArray(samples)) {
    if (samples.every((value) => typeof value === "number")) return samples;
    return samples.flatMap((sample, row) => {
      const numbers = flat(sample);
      if (numbers.length === width) return numbers;
      throw new RangeError(`row ${row} has ${numbers.length} numbers, but a row must have ${width}`);
    });
  }
  const data = (samples as { data?: unknown } | null | undefined)?.data;
  if (data !== undefined) return numbersOf(data, width);
  throw new TypeError(`samples must be numbers or rows of ${width} numbers, not ${samples}`);
}

/** All numbers of nested arrays. */
function flat(sample: unknown): number[] {
  if (Array.isArray(sample)) return sample.flatMap(flat);
  if (ArrayBuffer.isView(sample)) return Array.from(numbersOf(sample, 0));
  if (typeof sample === "number") return [sample];
  throw new TypeError(`samples must be numbers, not ${sample}`);
}

/** The results of rows, one behind the other. */
export function joined(rows: readonly Float64Array[], width: number): Float32Array {
  const all = new Float32Array(rows.length * width);
  for (const [index, row] of rows.entries()) all.set(row, index * width);
  return all;
}

/** (x − offset) / scale. */
export function scaled(x: Float64Array, { offset, scale }: ColumnScaling): Float64Array {
  return x.map((value, j) => (value - offset[j]!) / scale[j]!);
}

/** x · scale + offset. */
export function unscaled(x: Float64Array, { offset, scale }: ColumnScaling): Float64Array {
  return x.map((value, j) => value * scale[j]! + offset[j]!);
}

/** What scales each column of a sample. */
export interface ColumnScaling {
  readonly offset: ArrayLike<number>;
  readonly scale: ArrayLike<number>;
}

/** The mean squared difference. */
export function meanSquaredError(x: Float64Array, y: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < x.length; j++) sum += (x[j]! - y[j]!) ** 2;
  return sum / x.length;
}
