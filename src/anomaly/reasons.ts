import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Values } from "../data/values.js";
import type { Columns } from "./columns.js";

/** A value of a column: a number, several for a column of several features, or what its `describe` says. */
export type ColumnValue = number | string | readonly number[];

/** A column that makes a row unusual. */
export interface Reason {
  /** The column's name. */
  readonly name: string;
  /** Its place among the columns, counted from 0. */
  readonly column: number;
  /** What the row has there, in the units of the samples. */
  readonly value: ColumnValue;
  /** What the other columns of the row let the detector expect, in the same units. */
  readonly expected: ColumnValue;
  /** The part of the row's squared score that comes from this column, 0 to 1. */
  readonly share: number;
}

/** Why a row is unusual. */
export interface RowReasons {
  /** Its place among the samples, counted from 0. */
  readonly row: number;
  /** How unusual it is. */
  readonly score: number;
  /** The columns that contribute most, the largest share first. */
  readonly reasons: readonly Reason[];
}

/**
 * A reason in words, such as `pressure 9.1, expected 4.2 (71 %)`; of a row, all of its reasons, separated by semicolons.
 *
 * @param reason one of `explain` or of `detectAnomalies`
 * @throws {ArgumentError} for anything else
 */
export function describeReason(reason: Reason | RowReasons): string {
  if (typeof reason !== "object" || reason === null) {
    throw new ArgumentError(`reason must be one of a detector's reasons, not ${show(reason)}`);
  }
  if ("reasons" in reason) return reason.reasons.map(describeReason).join("; ");
  const { name, value, expected, share } = reason;
  return `${name} ${written(value)}, expected ${written(expected)} (${Math.round(share * 100)} %)`;
}

/** Four digits say enough. */
function written(value: ColumnValue): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(Number(value.toPrecision(4)));
  return `[${value.map(written).join(", ")}]`;
}

/** Bytes are samples divided by 255, and people know them as bytes. */
const BYTE = 255;

/**
 * The columns that contribute most to a row's score.
 *
 * @param values the row as it came
 * @param expected what was expected of it, in units of samples
 * @param squares what each column contributes to the squared score
 * @param top columns at most; those that contribute nothing are left out
 */
export function reasonsOf(
  columns: Columns,
  values: Values,
  expected: Float64Array,
  squares: Float64Array,
  top: number,
): Reason[] {
  let sum = 0;
  for (const square of squares) sum += square;
  const unit = values instanceof Uint8Array ? BYTE : 1;
  return Array.from(squares, (square, column) => ({ square, column }))
    .filter(({ square }) => square > 0)
    .sort((a, b) => b.square - a.square || a.column - b.column)
    .slice(0, top)
    .map(({ square, column }) => {
      const { name, features, describe } = columns[column]!;
      const told = (numbers: readonly number[]): ColumnValue =>
        describe ? describe(numbers) : numbers.length === 1 ? numbers[0]! : numbers;
      return {
        name,
        column,
        value: told(features.map((feature) => values[feature]!)),
        expected: told(features.map((feature) => expected[feature]! * unit)),
        share: square / sum,
      };
    });
}
