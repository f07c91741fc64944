import { FormatError, NonFiniteError, StateError } from "../common/errors.js";
import { BYTE_VALUES, type Values } from "./values.js";

/**
 * How samples are scaled, column by column: `"minMax"` maps the range of the training data to [0, 1], `"standard"`
 * gives the training data mean 0 and standard deviation 1.
 */
export type ScalingName = "minMax" | "standard";

export const SCALING_NAMES: ScalingName[] = ["minMax", "standard"];

/** The learned parameters of a scaling, one of each per column: scaled = (x − offset) / scale. */
export interface ScalingParameters {
  /** The minimum, or the mean. */
  readonly offset: Float64Array;
  /** The range, or the standard deviation (of the population: divided by n); 1 where that is 0. */
  readonly scale: Float64Array;
}

/** The same parameters in arrays of their own. */
export function copiedScaling({ offset, scale }: ScalingParameters): ScalingParameters {
  return { offset: offset.slice(), scale: scale.slice() };
}

/** An array as stored in a safetensors file. */
interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}

const OFFSET = "scaling.offset";
const SCALE = "scaling.scale";

/**
 * Minimum, maximum, mean and variance of a table's columns. Rows are added one by one in float64, so the result does
 * not depend on how they are split into blocks. Mean and variance use Welford's recurrence (Technometrics 4, 1962),
 * which is exact for a column of equal values.
 */
export class ColumnStatistics {
  readonly columns: number;
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  constructor(columns: number) {
    this.columns = columns;
    this.#least = new Float64Array(columns).fill(Infinity);
    this.#most = new Float64Array(columns).fill(-Infinity);
    this.#mean = new Float64Array(columns);
    this.#squares = new Float64Array(columns);
  }

  /** Adds whole rows. */
  add(data: Values): void {
    const [least, most, mean, squares] = [this.#least, this.#most, this.#mean, this.#squares];
    const bytes = data instanceof Uint8Array;
    for (let at = 0; at < data.length; at += this.columns) {
      const rows = ++this.#rows;
      for (let j = 0; j < this.columns; j++) {
        const x = bytes ? BYTE_VALUES[data[at + j]!]! : data[at + j]!;
        if (x < least[j]!) least[j] = x;
        if (x > most[j]!) most[j] = x;
        const difference = x - mean[j]!;
        mean[j]! += difference / rows;
        squares[j]! += difference * (x - mean[j]!);
      }
    }
  }

  /** Marks columns with only one value: 1 for each such column. */
  constant(): Uint8Array {
    return Uint8Array.from(this.#least, (least, j) => (least === this.#most[j] ? 1 : 0));
  }

  /** The parameters of a scaling of the given kind. */
  parameters(kind: ScalingName): ScalingParameters {
    const rows = this.#rows;
    const least = this.#least;
    const offset = kind === "minMax" ? least : this.#mean;
    const scale =
      kind === "minMax"
        ? this.#most.map((most, j) => most - least[j]!)
        : this.#squares.map((sum) => Math.sqrt(sum / rows));
    return { offset: offset.slice(), scale: scale.map((value) => (value > 0 ? value : 1)) };
  }

  /**
   * The same, if they are numbers.
   *
   * @param name what the rows are called, for the message
   * @throws {NonFiniteError} for a column whose range or variance no 64-bit float has
   */
  finiteParameters(kind: ScalingName, name: string): ScalingParameters {
    const { offset, scale } = this.parameters(kind);
    const wide = scale.findIndex((value, j) => !Number.isFinite(value) || !Number.isFinite(offset[j]!));
    if (wide < 0) return { offset, scale };
    throw new NonFiniteError(
      `column ${wide} of ${name} spans more than 64-bit floats can hold; scale it down`,
    );
  }

  /**
   * @param name what the rows are called, for the message
   * @throws {NonFiniteError} for a column with a value that no 32-bit float has, so that no model can return it
   */
  requireFloat32(name: string): void {
    for (let j = 0; j < this.columns; j++) {
      const far = [this.#least[j]!, this.#most[j]!].find((value) => !Number.isFinite(Math.fround(value)));
      if (far === undefined) continue;
      throw new NonFiniteError(
        `column ${j} of ${name} has ${far}, but a model returns 32-bit floats, which end at 3.4e38; scale it down`,
      );
    }
  }
}

/** The scaling of a model, learned from its training samples. */
export class Scaling {
  readonly kind: ScalingName;
  /** Number of values in a sample. */
  readonly columns: number;
  #parameters: ScalingParameters | undefined;

  constructor(kind: ScalingName, columns: number) {
    this.kind = kind;
    this.columns = columns;
  }

  /** The learned parameters; undefined before learning. */
  get parameters(): ScalingParameters | undefined {
    return this.#parameters;
  }

  set parameters(parameters: ScalingParameters) {
    this.#parameters = parameters;
  }

  /** @throws {StateError} before the scaling has been learned */
  fitted(): ScalingParameters {
    if (this.#parameters) return this.#parameters;
    throw new StateError(
      `the model scales samples (${this.kind}) by the data that it is trained on; call fit before using it`,
    );
  }

  /**
   * Scales whole rows, in float64, and rounds the results to float32.
   *
   * @returns the first index at which the result is too large for a float32, or −1
   */
  apply(data: Values, out: Float32Array): number {
    const { offset, scale } = this.fitted();
    const { columns } = this;
    const bytes = data instanceof Uint8Array;
    for (let at = 0; at < data.length; at += columns) {
      for (let j = 0; j < columns; j++) {
        const x = bytes ? BYTE_VALUES[data[at + j]!]! : data[at + j]!;
        out[at + j] = (x - offset[j]!) / scale[j]!;
        if (out[at + j]! - out[at + j]! !== 0) return at + j;
      }
    }
    return -1;
  }

  /** Converts scaled rows back to the samples' own units, in place. */
  invert(rows: Float32Array): void {
    const { offset, scale } = this.fitted();
    const { columns } = this;
    for (let at = 0; at < rows.length; at += columns) {
      for (let j = 0; j < columns; j++) rows[at + j] = rows[at + j]! * scale[j]! + offset[j]!;
    }
  }
}

/** The float64 tensors that store a scaling in a model's file; none before it has been learned. */
export function scalingTensors(parameters: ScalingParameters | undefined) {
  if (!parameters) return [];
  const { offset, scale } = parameters;
  return [
    { name: OFFSET, shape: [offset.length], data: offset },
    { name: SCALE, shape: [scale.length], data: scale },
  ];
}

/**
 * Separates the scaling's tensors from the others in a model's file.
 *
 * @returns the other tensors, and the scaling's parameters, if there are any
 * @throws {FormatError} if they do not match `scalingTensors` for samples with `columns` values
 */
export function takeScaling<T extends Tensor>(
  tensors: readonly T[],
  columns: number,
): { others: T[]; parameters: ScalingParameters | undefined } {
  const others = tensors.filter(({ name }) => name !== OFFSET && name !== SCALE);
  if (others.length === tensors.length) return { others, parameters: undefined };
  const read = (name: string, least: number, wanted: string): Float64Array => {
    const tensor = tensors.find((candidate) => candidate.name === name);
    const data = tensor?.data;
    if (
      !(data instanceof Float64Array) ||
      tensor?.shape.length !== 1 ||
      data.length !== columns ||
      !data.every((value) => value > least && value < Infinity)
    ) {
      throw new FormatError(`the tensor ${name} must hold ${columns} float64 that are ${wanted}`);
    }
    return data;
  };
  const offset = read(OFFSET, -Infinity, "finite");
  return { others, parameters: { offset, scale: read(SCALE, 0, "finite and above 0") } };
}
