// Scores of several small autoencoders, and the columns that they are due to.
import { Blaming } from "../../../anomaly/blaming.js";
import {
  addSquares,
  columnErrors,
  scaleRows,
  stillFeatures,
  toInput,
  toRatios,
  toScore,
} from "../../../anomaly/ratios.js";
import type { ColumnScaling } from "./inferSamples.js";

/** A column as people know it, with its features. */
export interface EnsembleColumn {
  readonly name: string;
  readonly features: readonly number[];
  readonly describe?: (values: readonly number[]) => string | number;
}

/** An ensemble as learnt. */
export interface EnsembleParts {
  readonly columns: readonly EnsembleColumn[];
  readonly scaling: ColumnScaling;
  /** Each with what it makes of a row, and the mean errors of the columns. */
  readonly members: readonly {
    readonly reconstruct: (x: Float64Array) => Float64Array;
    readonly meanErrors: Float64Array;
  }[];
}

/** Scaled rows, what the members are given of them, and what cannot change. */
function prepared(rows: readonly Float64Array[], { columns, scaling, members }: EnsembleParts) {
  const inputSize = scaling.offset.length;
  const { meanErrors } = members[0]!;
  const still = stillFeatures(columns, meanErrors, inputSize);
  const scaled = new Float32Array(rows.length * inputSize);
  const all = new Float64Array(scaled.length);
  for (const [index, row] of rows.entries()) all.set(row, index * inputSize);
  scaleRows(all, scaling as never, scaled);
  const moving = Math.max(1, meanErrors.filter((error) => error !== 0).length);
  return { inputSize, still, scaled, moving, input: toInput(scaled, still) };
}

/** Sums of the squared ratios of each row, the squares themselves, and the mean output of the members. */
function squaresOf(
  { columns, members }: EnsembleParts,
  scaled: Float32Array,
  input: Float32Array,
  inputSize: number,
) {
  const rows = scaled.length / inputSize;
  const width = columns.length;
  const sums = new Float64Array(rows);
  const squares = new Float64Array(rows * width);
  const output = new Float64Array(input.length);
  const ratios = new Float64Array(rows * width);
  for (const { reconstruct, meanErrors } of members) {
    const made = new Float32Array(input.length);
    for (let at = 0; at < input.length; at += inputSize)
      made.set(reconstruct(Float64Array.from(input.subarray(at, at + inputSize))), at);
    columnErrors(columns, inputSize, scaled, made, ratios);
    toRatios(ratios, columns, inputSize, scaled, meanErrors);
    addSquares(ratios, width, sums, squares);
    for (let i = 0; i < made.length; i++) output[i]! += made[i]! / members.length;
  }
  return { sums, squares, output };
}

/** The score of each row. */
export function ensembleScores(rows: readonly Float64Array[], parts: EnsembleParts): Float32Array {
  const { scaled, input, inputSize, moving } = prepared(rows, parts);
  const { sums } = squaresOf(parts, scaled, input, inputSize);
  return Float32Array.from(sums, (sum) => toScore(sum, parts.members.length, moving));
}

/** Why each row has its score: the columns to blame, one after the other, each masked before the next. */
export function ensembleReasons(rows: readonly Float64Array[], parts: EnsembleParts, top: number) {
  const { columns, scaling, members } = parts;
  const { scaled, input, inputSize, moving, still } = prepared(rows, parts);
  const part = { first: 0, count: rows.length, scaled };
  const blaming = new Blaming({ columns, inputSize }, part, input);
  const first = squaresOf(parts, scaled, blaming.input, inputSize);
  blaming.begin(first.squares);
  for (let count = 0; count < Math.min(top, columns.length); count++) {
    blaming.mask();
    const { squares, output } = squaresOf(parts, scaled, blaming.input, inputSize);
    blaming.learn(squares, output);
  }
  const unscaled = (feature: number, value: number) =>
    still[feature] ? scaling.offset[feature]! : value * scaling.scale[feature]! + scaling.offset[feature]!;
  return blaming.blamed.map((blamed, row) => ({
    row,
    score: toScore(first.sums[row]!, members.length, moving),
    reasons: blamed
      .map(({ column, share, expected }) => {
        const { name, features, describe } = columns[column]!;
        const told = (values: readonly number[]) =>
          describe ? describe(values) : values.length === 1 ? values[0]! : values;
        return {
          name,
          column,
          value: told(features.map((feature) => rows[row]![feature]!)),
          expected: told(features.map((feature, i) => unscaled(feature, expected[i]!))),
          share,
        };
      })
      .sort((a, b) => b.share - a.share || a.column - b.column),
  }));
}
