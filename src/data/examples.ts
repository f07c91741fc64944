import { knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import type { Engine } from "../engine/engine.js";
import type { Work } from "../engine/turns.js";
import { checkByEngine } from "./engineCheck.js";
import { isSamples, type Rows, type Samples, toRows, wantedOf } from "./samples.js";

/** What can be given with samples: other targets than the samples themselves, and weights. */
export interface ExampleOptions {
  /**
   * What the model's output is compared with: a row for each sample, in the samples' shape and units; default: the
   * samples themselves. For denoising, the clean originals of noisy samples. A model's scaling is learned from the
   * samples and applies to their targets as well.
   */
  targets?: Samples;
  /**
   * How much each sample counts: a number of at least 0 per sample; default 1 each. As in Keras, a sample's
   * reconstruction loss is multiplied by its weight, and the mean is still taken over the number of samples. Penalties,
   * the divergence of a variational model and metrics are not weighted.
   */
  sampleWeight?: ArrayLike<number>;
}

/** Samples together with their targets or weights. */
export interface Examples extends ExampleOptions {
  /** One sample per row. */
  samples: Samples;
}

/** Rows with what may have been given with them. */
export interface ExampleRows extends Rows {
  readonly targets?: Rows;
  /** One weight per row. */
  readonly weights?: Float32Array;
}

/** Whether `value` is an object with samples in it, rather than samples. */
export function isExamples(value: unknown): value is Examples {
  return typeof value === "object" && value !== null && !isSamples(value) && "samples" in value;
}

/**
 * Checks the shape of samples and of what was given with them.
 *
 * @param read checks the shape of rows: `toRows` or `toOwnRows`
 * @throws {ShapeError} {ArgumentError} as `toRows`, for other numbers of targets or weights than of samples, and for
 *   weights below 0
 */
export function toExamples(
  name: string,
  samples: Samples | Examples,
  columns: number,
  read: typeof toRows = toRows,
): ExampleRows {
  if (!isExamples(samples)) return read(name, samples, columns);
  knownKeys(name, samples, ["samples", "targets", "sampleWeight"]);
  const { targets, sampleWeight } = samples;
  return withExamples(read(`samples of ${name}`, samples.samples, columns), { targets, sampleWeight }, read, {
    targets: `targets of ${name}`,
    weights: `sampleWeight of ${name}`,
  });
}

/** Adds targets and weights to rows. Throws the errors of `toExamples`. */
export function withExamples(
  rows: Rows,
  { targets, sampleWeight }: { targets?: Samples | undefined; sampleWeight?: ArrayLike<number> | undefined },
  read: typeof toRows,
  names = { targets: "targets", weights: "sampleWeight" },
): ExampleRows {
  const compared = targets === undefined ? undefined : read(names.targets, targets, rows.columns);
  if (compared && compared.rows !== rows.rows) {
    throw new ShapeError(
      `${names.targets} has ${compared.rows} rows, but there are ${rows.rows} samples; each sample needs a target`,
    );
  }
  const weights = sampleWeight === undefined ? undefined : toWeights(names.weights, sampleWeight, rows.rows);
  return { ...rows, ...(compared && { targets: compared }), ...(weights && { weights }) };
}

function toWeights(name: string, given: ArrayLike<number>, rows: number): Float32Array {
  if (!(Array.isArray(given) || (ArrayBuffer.isView(given) && "length" in given))) {
    throw new ArgumentError(`${name} must be an array with a number per sample, not ${show(given)}`);
  }
  if (given.length !== rows) {
    throw new ShapeError(
      `${name} has ${given.length} weights, but there are ${rows} samples; each needs a weight`,
    );
  }
  return Float32Array.from({ length: rows }, (_, row) => {
    const weight: unknown = given[row];
    if (typeof weight === "number" && weight >= 0 && Number.isFinite(Math.fround(weight))) return weight;
    throw new ArgumentError(
      `${name} must hold finite numbers of at least 0, but weight ${row} is ${show(weight)}`,
    );
  });
}

/**
 * Checks every value of samples and targets. Cross-entropy compares the output with the targets, so that only these must
 * lie in [0, 1].
 *
 * @param scales whether the values will be scaled
 * @param unit whether cross-entropy compares them
 * @throws what `checkByEngine` throws
 */
export function* checkExamples(
  engine: Engine,
  rows: ExampleRows,
  scales: boolean,
  unit: boolean,
): Work<void> {
  yield* checkByEngine(engine, rows, wantedOf(scales, unit && !rows.targets));
  if (rows.targets) yield* checkByEngine(engine, rows.targets, wantedOf(scales, unit));
}

/** Some consecutive rows, with their targets and weights. */
export function sliceOf(rows: ExampleRows, start: number, end: number): ExampleRows {
  const { targets, weights } = rows;
  const part = (of: Rows): Rows => ({
    ...of,
    data: of.data.subarray(start * of.columns, end * of.columns),
    rows: end - start,
  });
  return {
    ...part(rows),
    ...(targets && { targets: part(targets) }),
    ...(weights && { weights: weights.subarray(start, end) }),
  };
}
