import { show } from "../common/check.js";
import { readNumber } from "../formats/cellText.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { type ColumnEncoder, cellAt, type FeatureBlock, missingName } from "./columnEncoder.js";

/** Name of the group of rare categories. */
const OTHER = "other";

/** What was learned about a category column. */
export interface CategoryPlan {
  /** The categories that have their own feature. */
  readonly categories: readonly string[];
  /** Whether there is a feature for all other categories: if the training data had rare ones. */
  readonly other: boolean;
  /** Whether there is a feature for missing values: if the training data had some. */
  readonly missing: boolean;
  /** Whether cells are codes, such as postal codes, whose leading zeros matter. */
  readonly codes: boolean;
}

/**
 * A column of categories, one-hot encoded: a feature for each category, one for all rare ones together, and one for
 * missing values. A category that was not in the training data counts as rare; if there is no feature for rare ones,
 * all features are 0.
 */
export class CategoryColumn implements ColumnEncoder {
  readonly type = "category";
  readonly column: string;
  readonly features: readonly string[];
  readonly #plan: CategoryPlan;
  readonly #places: ReadonlyMap<string, number>;

  constructor(column: string, plan: CategoryPlan) {
    const { categories, other, missing } = plan;
    this.column = column;
    this.#plan = plan;
    this.#places = new Map(categories.map((category, place) => [category, place]));
    this.features = [
      ...categories.map((category) => `${column} = ${category}`),
      ...(other ? [`${column} = (${OTHER})`] : []),
      ...(missing ? [missingName(column)] : []),
    ];
  }

  encode(column: TableColumn, { out, width, first, missing }: FeatureBlock): void {
    const { categories, other, codes } = this.#plan;
    const otherPlace = other ? categories.length : -1;
    const missingPlace = this.#plan.missing ? categories.length + (other ? 1 : 0) : -1;
    for (let row = 0, at = first; row < column.values.length; row++, at += width) {
      const cell = cellAt(column, row);
      const key = missing.has(cell) ? undefined : categoryOf(cell, codes);
      const absent = key === undefined || (missing.texts.length > 0 && missing.hasText(key));
      const place = absent ? missingPlace : (this.#places.get(key) ?? otherPlace);
      if (place >= 0) out[at + place] = 1;
    }
  }

  decode(features: ArrayLike<number>): Cell {
    const place = this.#largest(features);
    const { categories, other } = this.#plan;
    if (place < categories.length) return categories[place]!;
    return other && place === categories.length ? OTHER : null;
  }

  describe(features: ArrayLike<number>): string {
    const cell = this.decode(features);
    if (cell === null) return "missing";
    // All features are 0 for a category that was not in the training data.
    return this.features.every((_, i) => features[i] === 0) ? "unknown" : String(cell);
  }

  #largest(features: ArrayLike<number>): number {
    let place = 0;
    for (let i = 1; i < this.features.length; i++) if (features[i]! > features[place]!) place = i;
    return place;
  }

  toJSON() {
    return { type: this.type, column: this.column, ...this.#plan };
  }
}

/**
 * The category of a cell. Numbers count by value, however they are written, unless they are codes.
 *
 * @param cell a cell that is not missing, already trimmed
 */
export function categoryOf(cell: Cell, codes: boolean): string {
  if (typeof cell === "object" && cell !== null) return cell.toISOString();
  if (typeof cell === "number") return String(cell + 0);
  if (typeof cell !== "string") return String(cell);
  if (codes) return cell;
  const { point } = readNumber(cell);
  return point === undefined ? cell : String(point + 0);
}

/** The first categories as text for people. */
export function listed(categories: readonly string[], most = 4): string {
  const shown = categories.slice(0, most).map((category) => show(category));
  return categories.length > most ? `${shown.join(", ")}, …` : shown.join(", ");
}
