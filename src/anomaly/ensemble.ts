import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { Matrix } from "../data/matrix.js";
import { partOf, type Rows } from "../data/samples.js";
import type { ScalingParameters } from "../data/scaling.js";
import { BYTE_VALUES } from "../data/values.js";
import { type Blamed, Blaming, type Part } from "./blaming.js";
import type { Columns } from "./columns.js";

/** Sample values that go through a member at once: a few megabytes. */
const ELEMENTS_AT_ONCE = 1 << 20;

/**
 * Network inputs are clipped to this many standard deviations. Otherwise, one extreme value would distort the expected
 * values of all other columns. The value's own error is computed without clipping.
 */
export const WIDEST_INPUT = 5;

/**
 * A column's error counts at most this many times its mean error, so that no single column dominates a score without
 * limit.
 */
export const LARGEST_RATIO = 10;

/** A small autoencoder, and its mean errors on the rows it was trained on. */
export interface Member {
  readonly model: Autoencoder;
  /** The mean error of each column; 0 for a column whose value never changed. */
  readonly meanErrors: Float64Array;
}

/**
 * Several small autoencoders of the same columns. The error of a column is the sum of the absolute differences of its
 * features, in standard deviations. Its ratio is that error divided by the column's mean error. The score of a row is
 * the root mean square of the ratios over all columns and members.
 */
export class Ensemble {
  readonly inputSize: number;
  readonly columns: Columns;
  readonly scaling: ScalingParameters;
  readonly members: readonly Member[];
  /** 1 for each feature of a column whose value never changed. */
  readonly #still: Uint8Array;
  /** Number of columns whose value changed; at least 1. */
  readonly #moving: number;

  constructor(columns: Columns, scaling: ScalingParameters, members: readonly Member[]) {
    this.inputSize = scaling.offset.length;
    this.columns = columns;
    this.scaling = scaling;
    this.members = members;
    const still = (column: number) => members[0]!.meanErrors[column] === 0;
    this.#still = new Uint8Array(this.inputSize);
    let moving = 0;
    columns.forEach(({ features }, column) => {
      if (!still(column)) moving++;
      else for (const feature of features) this.#still[feature] = 1;
    });
    this.#moving = Math.max(1, moving);
  }

  /** The score of each row. */
  async scores(rows: Rows): Promise<Float32Array> {
    const scores = new Float32Array(rows.rows);
    const width = this.columns.length;
    for (const part of this.#parts(rows)) {
      const sums = new Float64Array(part.count);
      const input = toInput(part.scaled, this.#still);
      await this.#through(part, input, (ratios) => addSquares(ratios, width, sums));
      for (let i = 0; i < part.count; i++) scores[part.first + i] = this.#toScore(sums[i]!);
    }
    return scores;
  }

  /**
   * Finds `top` columns to blame, one after the other. The column with the largest ratio is blamed and then masked, as
   * training masks values, which also removes its effect on the errors of other columns. Passes the score and the
   * blamed columns of each row to the callback.
   */
  async explain(
    rows: Rows,
    top: number,
    take: (row: number, score: number, blamed: Blamed[]) => void,
  ): Promise<void> {
    for (const part of this.#parts(rows)) {
      const blaming = new Blaming(this, part, toInput(part.scaled, this.#still));
      const first = await this.#squares(blaming);
      blaming.begin(first.squares);
      for (let count = 0; count < Math.min(top, this.columns.length); count++) {
        blaming.mask();
        const { squares, output } = await this.#squares(blaming);
        blaming.learn(squares, output);
      }
      for (let row = 0; row < part.count; row++) {
        const blamed = blaming.blamed[row]!.map(({ column, share, expected }) => {
          const { features } = this.columns[column]!;
          return {
            column,
            share,
            expected: features.map((feature, i) => this.#unscaled(feature, expected[i]!)),
          };
        });
        take(part.first + row, this.#toScore(first.sums[row]!), blamed);
      }
    }
  }

  /** Sums and squares of the ratios, and the mean output of the members. */
  async #squares({ part, input }: Blaming) {
    const width = this.columns.length;
    const sums = new Float64Array(part.count);
    const squares = new Float64Array(part.count * width);
    const output = new Float64Array(input.length);
    await this.#through(part, input, (ratios, given) => {
      addSquares(ratios, width, sums, squares);
      for (let i = 0; i < output.length; i++) output[i]! += given[i]! / this.members.length;
    });
    return { sums, squares, output };
  }

  #toScore(sum: number): number {
    return Math.fround(Math.sqrt(sum / (this.members.length * this.#moving)));
  }

  #unscaled(feature: number, value: number): number {
    const { offset, scale } = this.scaling;
    return this.#still[feature] ? offset[feature]! : value * scale[feature]! + offset[feature]!;
  }

  *#parts(rows: Rows): Generator<Part> {
    const step = Math.max(1, Math.floor(ELEMENTS_AT_ONCE / this.inputSize));
    for (let first = 0; first < rows.rows; first += step) {
      const count = Math.min(step, rows.rows - first);
      const scaled = new Float32Array(count * this.inputSize);
      scaleRows(partOf(rows, first, count), this.scaling, scaled);
      yield { first, count, scaled };
    }
  }

  /** For each member, passes each column's ratio in each row, and the member's output, to the callback. */
  async #through(
    { count, scaled }: Part,
    input: Float32Array,
    take: (ratios: Float64Array, output: Float32Array) => void,
  ): Promise<void> {
    const ratios = new Float64Array(count * this.columns.length);
    for (const { model, meanErrors } of this.members) {
      const { data } = await model.reconstruct(new Matrix(input, count, this.inputSize));
      columnErrors(this.columns, this.inputSize, scaled, data, ratios);
      this.#divide(ratios, scaled, meanErrors);
      take(ratios, data);
    }
  }

  /** Converts errors to ratios, in place. */
  #divide(ratios: Float64Array, scaled: Float32Array, meanErrors: Float64Array): void {
    const width = meanErrors.length;
    for (let column = 0; column < width; column++) {
      const mean = meanErrors[column]!;
      if (mean > 0) {
        for (let i = column; i < ratios.length; i += width) {
          const ratio = ratios[i]! / mean;
          ratios[i] = ratio < LARGEST_RATIO ? ratio : LARGEST_RATIO;
        }
        continue;
      }
      // The value never changed in training, so any other value gets the largest ratio.
      const { features } = this.columns[column]!;
      for (let row = 0; row * width < ratios.length; row++) {
        const moved = features.some((feature) => scaled[row * this.inputSize + feature] !== 0);
        ratios[row * width + column] = moved ? LARGEST_RATIO : 0;
      }
    }
  }
}

/** Adds the squares of ratios to the sums of their rows, and to their own positions. */
function addSquares(ratios: Float64Array, width: number, sums: Float64Array, squares?: Float64Array): void {
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    for (let i = row * width; i < (row + 1) * width; i++) {
      const square = ratios[i]! * ratios[i]!;
      sum += square;
      if (squares) squares[i]! += square;
    }
    sums[row]! += sum;
  }
}

/** Whole rows, converted to standard deviations from the mean. */
export function scaleRows(data: Rows["data"], { offset, scale }: ScalingParameters, out: Float32Array): void {
  const bytes = data instanceof Uint8Array;
  for (let at = 0; at < data.length; at += offset.length) {
    for (let j = 0; j < offset.length; j++) {
      const x = bytes ? BYTE_VALUES[data[at + j]!]! : data[at + j]!;
      out[at + j] = (x - offset[j]!) / scale[j]!;
    }
  }
}

/** The network input for scaled rows. */
export function toInput(scaled: Float32Array, still: Uint8Array): Float32Array {
  const input = scaled.map((value) =>
    value > WIDEST_INPUT ? WIDEST_INPUT : value < -WIDEST_INPUT ? -WIDEST_INPUT : value,
  );
  still.forEach((flag, j) => {
    if (flag) for (let i = j; i < input.length; i += still.length) input[i] = 0;
  });
  return input;
}

/** The error of each column of each row, [rows, columns]. */
export function columnErrors(
  columns: Columns,
  inputSize: number,
  scaled: Float32Array,
  output: Float32Array,
  out: Float64Array,
): void {
  columns.forEach(({ features }, column) => {
    for (let row = 0; row * inputSize < scaled.length; row++) {
      let sum = 0;
      for (const feature of features) {
        const at = row * inputSize + feature;
        sum += Math.abs(scaled[at]! - output[at]!);
      }
      out[row * columns.length + column] = sum;
    }
  });
}
