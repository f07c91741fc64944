import { plainNumber, readNumber } from "../formats/cellText.js";
import type { Cell, TableColumn } from "../formats/table.js";
import {
  type ColumnEncoder,
  cellAt,
  type FeatureBlock,
  missingName,
  shortNumber,
  wrongCell,
} from "./columnEncoder.js";

/** The decimal mark of a column's numbers. */
export type DecimalMark = "." | ",";

/** A column of numbers: one feature, plus one that marks missing values if there are many. */
export class NumberColumn implements ColumnEncoder {
  readonly type = "number";
  readonly column: string;
  readonly features: readonly string[];
  readonly #decimal: DecimalMark;
  readonly #median: number;
  readonly #flagged: boolean;

  /**
   * @param median value that replaces a missing one
   * @param flagged whether a feature marks missing values
   */
  constructor(column: string, decimal: DecimalMark, median: number, flagged: boolean) {
    this.column = column;
    this.features = flagged ? [column, missingName(column)] : [column];
    this.#decimal = decimal;
    this.#median = median;
    this.#flagged = flagged;
  }

  encode(column: TableColumn, { out, width, first, missing, placeOf }: FeatureBlock): void {
    for (let row = 0, at = first; row < column.values.length; row++, at += width) {
      const cell = cellAt(column, row);
      let value = typeof cell === "string" && this.#decimal === "." ? plainNumber(cell) : undefined;
      if (value === undefined && !missing.has(cell)) value = this.#read(cell);
      if (value !== undefined && missing.hasNumber(value) && !Number.isNaN(value)) value = undefined;
      if (value !== undefined && !Number.isFinite(value)) {
        throw wrongCell(placeOf(row), this.column, cell, Number.isNaN(value) ? "number" : "finite number");
      }
      out[at] = value ?? this.#median;
      if (this.#flagged) out[at + 1] = value === undefined ? 1 : 0;
    }
  }

  /** NaN if it is not a number. */
  #read(cell: Cell): number {
    if (typeof cell === "number") return cell;
    if (typeof cell === "bigint") return Number(cell);
    if (typeof cell !== "string") return Number.NaN;
    const { point, comma } = readNumber(cell);
    return (this.#decimal === "," ? comma : point) ?? Number.NaN;
  }

  decode(features: ArrayLike<number>): Cell {
    return this.#flagged && features[1]! >= 0.5 ? null : features[0]!;
  }

  describe(features: ArrayLike<number>): string {
    return this.#flagged && features[1]! >= 0.5 ? "missing" : shortNumber(features[0]!);
  }

  toJSON() {
    const { type, column } = this;
    return { type, column, decimal: this.#decimal, median: this.#median, flagged: this.#flagged };
  }
}
