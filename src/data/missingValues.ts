import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { readNumber } from "../formats/cellText.js";
import type { Cell } from "../formats/table.js";

/** Texts that mean a missing value, in any case: those of pandas, SAS and the UCI repository. */
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
/** Length of the longest of them; longer texts need no lookup. */
const LONGEST_USUAL = 5;

/** The numbers among additional texts that mean a missing value. */
export function missingNumbers(texts: readonly string[]): ReadonlySet<number> {
  const numbers = texts.map((text) => readNumber(text.trim()).point ?? Number.NaN);
  // `readNumber` rejects infinite numbers, but a caller may well want them to mean a missing value.
  const words = texts.map((text) => Number(text.trim() === "" ? Number.NaN : text));
  return new Set([...numbers, ...words].filter((value) => !Number.isNaN(value)));
}

/** Every text that means a missing value, in every case it can be written in; `texts` are additional ones. */
export function missingTexts(texts: readonly string[]): ReadonlySet<string> {
  return new Set([...[...USUAL].flatMap(caseVariants), ...texts.map((text) => text.trim())]);
}

/** A short word in all ways to write its letters: `no`, `No`, `nO`, `NO`. */
export function caseVariants(word: string): string[] {
  return [...word].reduce(
    (starts, letter) => {
      const cases = new Set([letter.toLowerCase(), letter.toUpperCase()]);
      return starts.flatMap((start) => [...cases].map((each) => start + each));
    },
    [""],
  );
}

/** Decides which cells are missing. */
export class MissingValues {
  /** Additional texts, as given. */
  readonly texts: readonly string[];
  readonly #texts: ReadonlySet<string>;
  readonly #numbers: ReadonlySet<number>;

  /** @param texts additional texts that mean a missing value; one that reads as a number also matches number cells */
  constructor(texts: readonly string[]) {
    this.texts = texts;
    this.#texts = new Set(texts.map((text) => text.trim()));
    this.#numbers = missingNumbers(texts);
  }

  /** @param text already trimmed */
  hasText(text: string): boolean {
    return (text.length <= LONGEST_USUAL && USUAL.has(text.toLowerCase())) || this.#texts.has(text);
  }

  hasNumber(value: number): boolean {
    return Number.isNaN(value) || (this.#numbers.size > 0 && this.#numbers.has(value));
  }

  /** @param cell trimmed, if it is a text */
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
