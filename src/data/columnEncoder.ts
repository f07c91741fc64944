import { show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { isCell } from "../formats/tableRecords.js";
import type { MissingValues } from "./missingValues.js";

/** How one column of a table is turned into features, as learned. */
export interface ColumnEncoder {
  readonly column: string;
  readonly type: "number" | "category" | "boolean" | "date";
  /** The names of its features, at least one. */
  readonly features: readonly string[];
  /**
   * Writes the features of each row.
   *
   * @throws {FormatError} for a cell that is not of this type
   */
  encode(column: TableColumn, target: FeatureBlock): void;
  /** The cell that features represent; null if it is missing, or if they do not determine it. */
  decode(features: ArrayLike<number>): Cell;
  /** Like `decode`, but as text for people. */
  describe(features: ArrayLike<number>): string;
  toJSON(): Record<string, unknown>;
}

/** Where the features of a column are written: part of a row-major matrix. */
export interface FeatureBlock {
  readonly out: Float64Array;
  /** Number of features per row. */
  readonly width: number;
  /** Index of the column's first feature. */
  readonly first: number;
  readonly missing: MissingValues;
  /** Describes where a row is, for messages, such as `line 7`. */
  readonly placeOf: (row: number) => string;
}

/**
 * A row's cell, trimmed.
 *
 * @throws {ArgumentError} for a value that is not allowed in a table
 */
export function cellAt({ name, values }: TableColumn, row: number): Cell {
  const cell = values[row];
  if (typeof cell === "string") return cell.trim();
  if (typeof cell === "number" || isCell(cell)) return cell;
  throw new ArgumentError(
    `row ${row} of column ${show(name)} is ${show(cell)}, but a text, a number, a boolean, a date or null is expected`,
  );
}

/** The error for a cell that does not match its column's type. */
export function wrongCell(place: string, column: string, cell: Cell, what: string): FormatError {
  return new FormatError(
    `${place}: column ${show(column)} has ${show(cell)}, which is no ${what}; ` +
      "name it in the option missing if it stands for a missing value",
  );
}

/** Formats a number for people: integers in full, others with at most six digits. */
export function shortNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** The smallest and the largest of different numbers: in full, if they are the same when shortened. */
export function rangeText(least: number, most: number): string {
  const ends = [shortNumber(least), shortNumber(most)];
  return (ends[0] === ends[1] ? [least, most] : ends).join(" to ");
}

/** The name of the feature that marks missing values. */
export function missingName(column: string): string {
  return `${column} missing`;
}
