import { FormatError, StateError } from "../common/errors.js";
import { BYTE_VALUES, type Values } from "./values.js";

/**
 * How samples are scaled on their way in, column by column: `"minMax"` maps what the training data span to [0, 1],
 * `"standard"` gives them mean 0 and standard deviation 1.
 */
export type ScalingName = "minMax" | "standard";

export const SCALING_NAMES: ScalingName[] = ["minMax", "standard"];

/** What a scaling has learnt, one of each a column: scaled = (x − offset) / scale. */
export interface ScalingParameters {
  /** The minimum, or the mean. */
  readonly offset: Float64Array;
  /** The range, or the standard deviation (of the population: divided by n); 1 where that is 0. */
  readonly scale: Float64Array;
}

/** An array as a safetensors file has one. */
interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: unknown;
}

const OFFSET = "scaling.offset";
const SCALE = "scaling.scale";

/**
 * Minimum, maximum, mean and variance of the columns of a table, taken in row after row in float64, so that they do
 * not depend on the blocks in which the rows come. Mean and variance by Welford's recurrence (Technometrics 4, 1962),
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

  /** Takes whole rows in. */
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

  /** Which columns have had one value only, 1 for each such. */
  constant(): Uint8Array {
    return Uint8Array.from(this.#least, (least, j) => (least === this.#most[j] ? 1 : 0));
  }

  /** What a scaling of a kind makes of them. */
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
}

/** The scaling of a model: what it does to samples, once it has seen those that the model is trained on. */
export class Scaling {
  readonly kind: ScalingName;
  /** Width of a sample. */
  readonly columns: number;
  #parameters: ScalingParameters | undefined;

  constructor(kind: ScalingName, columns: number) {
    this.kind = kind;
    this.columns = columns;
  }

  /** What it has learnt; undefined before. */
  get parameters(): ScalingParameters | undefined {
    return this.#parameters;
  }

  set parameters(parameters: ScalingParameters) {
    this.#parameters = parameters;
  }

  /** @throws {StateError} before it has learnt anything */
  fitted(): ScalingParameters {
    if (this.#parameters) return this.#parameters;
    throw new StateError(
      `the model scales samples (${this.kind}) by the data that it is trained on; call fit before using it`,
    );
  }

  /**
   * Scales whole rows, in float64, and rounds the results to float32.
   *
   * @returns the first place where the result is too large for a float32, or −1
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

  /** Turns scaled rows back into the units that samples came in, in place. */
  invert(rows: Float32Array): void {
    const { offset, scale } = this.fitted();
    const { columns } = this;
    for (let at = 0; at < rows.length; at += columns) {
      for (let j = 0; j < columns; j++) rows[at + j] = rows[at + j]! * scale[j]! + offset[j]!;
    }
  }
}

/** The tensors of a model's file in which a scaling is kept, float64; none before it has learnt anything. */
export function scalingTensors(parameters: ScalingParameters | undefined) {
  if (!parameters) return [];
  const { offset, scale } = parameters;
  return [
    { name: OFFSET, shape: [offset.length], data: offset },
    { name: SCALE, shape: [scale.length], data: scale },
  ];
}

/**
 * Takes the scaling's tensors from among those of a model's file.
 *
 * @returns the other tensors, and what the scaling has learnt, if anything
 * @throws {FormatError} when they are not what `scalingTensors` gives for samples of width `columns`
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
