import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { integer, knownKeys, number, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { requireModel } from "../common/requireMethods.js";
import { Matrix } from "../data/matrix.js";
import type { Samples } from "../data/samples.js";

/** A number for both dimensions of the code, or one for each. */
export type PerDimension = number | readonly [number, number];

/** The part of the code plane to show: `low` and `high`, or `samples`. */
export interface LatentGridOptions {
  /** Number of values in each dimension, at least 2; default 10. */
  steps?: PerDimension;
  /** The smallest value in each dimension. */
  low?: PerDimension;
  /** The largest value in each dimension, above `low`. */
  high?: PerDimension;
  /** Samples whose codes set `low` and `high` to their smallest and largest values. */
  samples?: Samples;
}

/** A range of codes. */
interface Range {
  readonly low: readonly [number, number];
  readonly high: readonly [number, number];
}

/**
 * The codes of a grid over a plane, row by row. Row i·steps[1] + j of the result has the i-th value of the first dimension
 * and the j-th value of the second. Values are evenly spaced from `low` to `high`, inclusive.
 *
 * @returns [steps[0]·steps[1], 2]
 * @throws {ArgumentError} for invalid options
 */
export function gridCodes(options: { steps?: PerDimension; low: PerDimension; high: PerDimension }): Matrix {
  knownKeys("gridCodes", options, ["steps", "low", "high"]);
  return codesOf(stepsOf(options.steps), rangeOf(options.low, options.high));
}

/**
 * Decodes a grid over a code with two dimensions, in the order of `gridCodes`.
 *
 * @returns [steps[0]·steps[1], inputSize]
 * @throws {ShapeError} unless the model's code has two dimensions
 * @throws {ArgumentError} for invalid options, or samples whose codes are all equal
 */
export async function latentGrid(model: Autoencoder, options: LatentGridOptions): Promise<Matrix> {
  knownKeys("latentGrid", options, ["steps", "low", "high", "samples"]);
  requireModel(model);
  const { low, high, samples } = options;
  if (model.latentSize !== 2) {
    throw new ShapeError(`the model's code has ${model.latentSize} dimensions, but a grid needs 2`);
  }
  const steps = stepsOf(options.steps);
  if (samples === undefined) return model.decode(codesOf(steps, rangeOf(low, high)));
  if (low !== undefined || high !== undefined) {
    throw new ArgumentError("samples cannot be used together with low and high, because it sets both");
  }
  const range = extentOf(await model.encode(samples));
  return model.decode(codesOf(steps, rangeOf(range.low, range.high)));
}

function codesOf([rows, columns]: readonly [number, number], { low, high }: Range): Matrix {
  const codes = new Float32Array(rows * columns * 2);
  const value = (dimension: 0 | 1, index: number, count: number) => {
    const t = index / (count - 1);
    return (1 - t) * low[dimension] + t * high[dimension];
  };
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      codes.set([value(0, i, rows), value(1, j, columns)], 2 * (i * columns + j));
    }
  }
  return new Matrix(codes, rows * columns, 2);
}

function stepsOf(steps: unknown): readonly [number, number] {
  const [rows, columns] = pair("steps", steps ?? 10);
  return [integer("steps", rows, 2), integer("steps", columns, 2)];
}

function rangeOf(low: unknown, high: unknown): Range {
  const finite = (name: string, value: unknown) => number(name, value, "a finite number", () => true);
  const [l0, l1] = pair("low", low).map((value) => finite("low", value)) as [number, number];
  const [h0, h1] = pair("high", high).map((value) => finite("high", value)) as [number, number];
  if (!(l0 < h0 && l1 < h1)) {
    throw new ArgumentError(
      `low must be below high in both dimensions, not [${l0}, ${l1}] to [${h0}, ${h1}]`,
    );
  }
  return { low: [l0, l1], high: [h0, h1] };
}

function pair(name: string, value: unknown): readonly [unknown, unknown] {
  if (!Array.isArray(value)) return [value, value];
  if (value.length !== 2) {
    throw new ArgumentError(`${name} must be a number or one for each of 2 dimensions, not ${show(value)}`);
  }
  return [value[0], value[1]];
}

/** The smallest and the largest value of each dimension of codes. */
function extentOf({ data }: Matrix): Range {
  const [low, high]: [[number, number], [number, number]] = [
    [Infinity, Infinity],
    [-Infinity, -Infinity],
  ];
  data.forEach((value, i) => {
    const dimension = i % 2;
    low[dimension] = Math.min(low[dimension]!, value);
    high[dimension] = Math.max(high[dimension]!, value);
  });
  return { low, high };
}
