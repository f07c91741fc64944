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

/** Which decimal mark the numbers of a column have. */
export type DecimalMark = "." | ",";

/** A column of numbers: one feature, and one that tells where it was missing if that is often so. */
export class NumberColumn implements ColumnEncoder {
  readonly type = "number";
  readonly column: string;
  readonly features: readonly string[];
  readonly #decimal: DecimalMark;
  readonly #median: number;
  readonly #flagged: boolean;

  /**
   * @param median what stands for a missing value
   * @param flagged whether there is a feature that tells where the value was missing
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

  /** NaN for what is no number. */
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
