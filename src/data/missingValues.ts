import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { readNumber } from "../formats/cellText.js";
import type { Cell } from "../formats/table.js";

/** Texts that stand for a missing value in any case: those of pandas, SAS, and the UCI repository. */
const USUAL = new Set([
  "",
  "na",
  "n/a",
  "#n/a",
  "#na",
  "<na>",
  "nan",
  "-nan",
  "null",
  "none",
  "nil",
  "nat",
  "?",
  "-",
  "--",
  ".",
]);
/** The longest of them; longer texts need no looking up. */
const LONGEST = 5;

/** Tells which cells are missing. */
export class MissingValues {
  /** Further texts, as they were given. */
  readonly texts: readonly string[];
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;

  /** @param texts what else stands for a missing value; the number that it may be as well */
  constructor(texts: readonly string[]) {
    this.texts = texts;
    this.#texts = new Set(texts.map((text) => text.trim()));
    const numbers = texts.map((text) => readNumber(text.trim()).point ?? Number.NaN);
    // What is not finite is no number that can be read, but may well be meant.
    const words = texts.map((text) => Number(text.trim() === "" ? Number.NaN : text));
    this.#numbers = new Set([...numbers, ...words].filter((value) => !Number.isNaN(value)));
  }

  /** @param text without white space around it */
  hasText(text: string): boolean {
    return (text.length <= LONGEST && USUAL.has(text.toLowerCase())) || this.#texts.has(text);
  }

  hasNumber(value: number): boolean {
    return Number.isNaN(value) || (this.#numbers.size > 0 && this.#numbers.has(value));
  }

  /** @param cell whose text, if it is one, has no white space around it */
  has(cell: Cell): boolean {
    if (cell === null || cell === undefined) return true;
    if (typeof cell === "string") return this.hasText(cell);
    if (typeof cell === "number") return this.hasNumber(cell);
    if (typeof cell === "bigint") return this.hasNumber(Number(cell));
    return typeof cell === "object" && Number.isNaN(cell.getTime());
  }
}

/** @throws {ArgumentError} unless `missing` is an array of texts or numbers */
export function requireMissing(missing: unknown): string[] {
  if (
    Array.isArray(missing) &&
    missing.every((each) => typeof each === "string" || typeof each === "number")
  ) {
    return missing.map(String);
  }
  throw new ArgumentError(
    `missing must be an array of texts, such as ["-200", "unknown"], not ${show(missing)}`,
  );
}
