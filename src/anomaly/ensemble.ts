import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { Matrix } from "../data/matrix.js";
import { partOf, type Rows } from "../data/samples.js";
import type { ScalingParameters } from "../data/scaling.js";
import { type Blamed, Blaming, type Part } from "./blaming.js";
import type { Columns } from "./columns.js";
import { addSquares, columnErrors, scaleRows, stillFeatures, toInput, toRatios, toScore } from "./ratios.js";

/** Sample values that go through a member at once: a few megabytes. */
const ELEMENTS_AT_ONCE = 1 << 20;

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
    const { meanErrors } = members[0]!;
    this.#still = stillFeatures(columns, meanErrors, this.inputSize);
    this.#moving = Math.max(1, meanErrors.filter((error) => error !== 0).length);
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
    return toScore(sum, this.members.length, this.#moving);
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
      toRatios(ratios, this.columns, this.inputSize, scaled, meanErrors);
      take(ratios, data);
    }
  }
}
