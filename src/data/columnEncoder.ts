import { show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { isCell } from "../formats/tableRecords.js";
import type { MissingValues } from "./missingValues.js";

/** How one column of a table becomes features, as it was learnt. */
export interface ColumnEncoder {
  readonly column: string;
  readonly type: "number" | "category" | "boolean" | "date";
  /** The names of the features that it becomes, at least one. */
  readonly features: readonly string[];
  /**
   * Writes the features of each row.
   *
   * @throws {FormatError} for a cell that is none of this type
   */
  encode(column: TableColumn, target: FeatureBlock): void;
  /** The cell that features stand for; null for a missing one, and where they do not tell. */
  decode(features: ArrayLike<number>): Cell;
  /** The same, for people. */
  describe(features: ArrayLike<number>): string;
  toJSON(): Record<string, unknown>;
}

/** Where the features of a column go: a part of a row-major matrix. */
export interface FeatureBlock {
  readonly out: Float64Array;
  /** Features of a row. */
  readonly width: number;
  /** The first feature of the column. */
  readonly first: number;
  readonly missing: MissingValues;
  /** Where a row is, for messages, such as `line 7`. */
  readonly placeOf: (row: number) => string;
}

/**
 * The cell of a row without white space around it.
 *
 * @throws {ArgumentError} for what cannot stand in a table
 */
export function cellAt({ name, values }: TableColumn, row: number): Cell {
  const cell = values[row];
  if (typeof cell === "string") return cell.trim();
  if (typeof cell === "number" || isCell(cell)) return cell;
  throw new ArgumentError(
    `row ${row} of column ${show(name)} is ${show(cell)}, but a text, a number, a boolean, a date or null is expected`,
  );
}

/** The error of a cell that is not what its column holds. */
export function wrongCell(place: string, column: string, cell: Cell, what: string): FormatError {
  return new FormatError(
    `${place}: column ${show(column)} has ${show(cell)}, which is no ${what}; ` +
      "name it in the option missing if it stands for a missing value",
  );
}

/** A number for people: whole ones as they are, others with six digits at most. */
export function shortNumber(value: number): string {
  if (Number.isSafeInteger(value)) return String(value);
  return String(Number(value.toPrecision(6)));
}

/** The name of the feature that tells where a value was missing. */
export function missingName(column: string): string {
  return `${column} missing`;
}
