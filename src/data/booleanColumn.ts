import type { Cell, TableColumn } from "../formats/table.js";
import { type ColumnEncoder, cellAt, type FeatureBlock, missingName, wrongCell } from "./columnEncoder.js";

/** Words for false and true, in any case. */
const WORDS: readonly (readonly [no: string, yes: string])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
  ["f", "t"],
  ["off", "on"],
];
const FALSE = new Set(["0", ...WORDS.map(([no]) => no)]);
const TRUE = new Set(["1", ...WORDS.map(([, yes]) => yes)]);

/** What a cell says; undefined for anything but a word for true or false, 0 and 1. */
export function truthOf(cell: Cell): boolean | undefined {
  const word = String(cell).toLowerCase();
  if (TRUE.has(word)) return true;
  return FALSE.has(word) ? false : undefined;
}

/** Whether a cell says true or false. */
export function isTruth(cell: Cell): boolean {
  return truthOf(cell) !== undefined;
}

/** Whether texts are both words of one pair, such as `Yes` and `no`. */
export function isBooleanPair(texts: Iterable<string>): boolean {
  const words = new Set([...texts].map((text) => text.toLowerCase()));
  return words.size === 2 && WORDS.some(([no, yes]) => words.has(no) && words.has(yes));
}

/** A column of true and false: one feature, 0 or 1, and one that tells where it was missing if that is often so. */
export class BooleanColumn implements ColumnEncoder {
  readonly type = "boolean";
  readonly column: string;
  readonly features: readonly string[];
  readonly #usual: boolean;
  readonly #flagged: boolean;

  /**
   * @param usual what stands for a missing value
   * @param flagged whether there is a feature that tells where the value was missing
   */
  constructor(column: string, usual: boolean, flagged: boolean) {
    this.column = column;
    this.features = flagged ? [column, missingName(column)] : [column];
    this.#usual = usual;
    this.#flagged = flagged;
  }

  encode(column: TableColumn, { out, width, first, missing, placeOf }: FeatureBlock): void {
    for (let row = 0, at = first; row < column.values.length; row++, at += width) {
      const cell = cellAt(column, row);
      const absent = missing.has(cell);
      const truth = absent ? this.#usual : truthOf(cell);
      if (truth === undefined) throw wrongCell(placeOf(row), this.column, cell, "word for true or false");
      out[at] = truth ? 1 : 0;
      if (this.#flagged) out[at + 1] = absent ? 1 : 0;
    }
  }

  decode(features: ArrayLike<number>): Cell {
    return this.#flagged && features[1]! >= 0.5 ? null : features[0]! >= 0.5;
  }

  describe(features: ArrayLike<number>): string {
    return String(this.decode(features) ?? "missing");
  }

  toJSON() {
    return { type: this.type, column: this.column, usual: this.#usual, flagged: this.#flagged };
  }
}
