import type { Cell, TableColumn } from "../formats/table.js";
import { type ColumnEncoder, cellAt, type FeatureBlock, missingName, wrongCell } from "./columnEncoder.js";

/** Pairs of words for false and true, in any case. */
const WORDS: readonly (readonly [no: string, yes: string])[] = [
  ["false", "true"],
  ["no", "yes"],
  ["n", "y"],
  ["f", "t"],
  ["off", "on"],
];
/** Every word for false, and every word for true. */
export const falseWords: ReadonlySet<string> = new Set(["0", ...WORDS.map(([no]) => no)]);
export const trueWords: ReadonlySet<string> = new Set(["1", ...WORDS.map(([, yes]) => yes)]);

/** Reads a cell as a boolean; undefined unless it is a word for true or false, 0 or 1. */
export function truthOf(cell: Cell): boolean | undefined {
  const word = String(cell).toLowerCase();
  if (trueWords.has(word)) return true;
  return falseWords.has(word) ? false : undefined;
}

/** Whether a cell can be read as true or false. */
export function isTruth(cell: Cell): boolean {
  return truthOf(cell) !== undefined;
}

/** Whether the texts are the two words of one pair, such as `Yes` and `no`. */
export function isBooleanPair(texts: Iterable<string>): boolean {
  const words = new Set([...texts].map((text) => text.toLowerCase()));
  return words.size === 2 && WORDS.some(([no, yes]) => words.has(no) && words.has(yes));
}

/** A column of booleans: one feature, 0 or 1, plus one that marks missing values if there are many. */
export class BooleanColumn implements ColumnEncoder {
  readonly type = "boolean";
  readonly column: string;
  readonly features: readonly string[];
  readonly #usual: boolean;
  readonly #flagged: boolean;

  /**
   * @param usual value that replaces a missing one
   * @param flagged whether a feature marks missing values
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
