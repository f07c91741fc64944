import { LEAST_SHARE } from "../../anomaly/reasons.js";
import { valueTexts } from "../../anomaly/valueTexts.js";
import type { Cell, TableColumn } from "../../data/index.js";
import { MissingValues } from "../../data/missingValues.js";
import type { ColumnValue, Reason } from "../../index.js";
import { counted, plural, shown } from "../numberText.js";
import type { DetectionSubject } from "./detectionSubject.js";

/** A text cell longer than this is cut. */
const LONGEST_CELL = 60;
/** A number with more digits than this is rounded. */
const MOST_DIGITS = 6;
/** Cells that are looked at for a decimal comma. */
const LOOKED_AT = 100;

const missing = new MissingValues([]);

/** What is not there in a table. */
export function isMissing(cell: Cell): boolean {
  return missing.has(typeof cell === "string" ? cell.trim() : cell);
}

/** A value of a row, and what was expected instead. */
export interface ReasonWords {
  readonly column: string;
  readonly value: string;
  readonly expected: string;
  /** The part of the row's oddness that it accounts for, 0 to 1. */
  readonly share: number;
}

/** The reasons of a row in words: values as the table has them. The first is always among them. */
export function reasonWords(
  { table, windows, preprocessor }: Pick<DetectionSubject, "table" | "windows" | "preprocessor">,
  row: number,
  reasons: readonly Reason[],
): ReasonWords[] {
  const words = reasons.map(({ name, value, expected, share }) => {
    const column = windows ? undefined : table?.columns.find((each) => each.name === name);
    const type = preprocessor?.columns.find((each) => each.name === name)?.type;
    const numeric = type === "number" || (type === undefined && typeof value === "number");
    const comma = numeric && column !== undefined && hasComma(column);
    // Columns of several features put their numbers in words themselves.
    const number = (given: ColumnValue) =>
      numeric && Number.isFinite(Number(given)) ? Number(given) : given;
    const [told, wanted] = valueTexts(number(value), number(expected)).map((text) =>
      cut(comma ? text.replace(".", ",") : text, LONGEST_CELL),
    ) as [string, string];
    const cell = column && cellText(column.values[row], numeric ? told : undefined);
    const dated = type === "date" && cell !== undefined && cell !== told ? `${cell} (${told})` : cell;
    return { column: name, value: dated ?? told, expected: wanted, share };
  });
  return words.filter(
    ({ value, expected, share }, i) => i === 0 || (share >= LEAST_SHARE && value !== expected),
  );
}

/** Whether a column of numbers is written with decimal commas. */
function hasComma({ values }: TableColumn): boolean {
  for (let row = 0; row < Math.min(values.length, LOOKED_AT); row++) {
    const cell = values[row];
    if (typeof cell === "string" && /^\s*[-+]?\d+,\d+\s*$/.test(cell)) return true;
  }
  return false;
}

/**
 * A cell as it is, except that long texts are cut.
 *
 * @param rounded what to show of a number with many digits
 */
function cellText(cell: Cell, rounded?: string): string {
  if (cell === null || cell === undefined) return "missing";
  if (cell instanceof Date) return Number.isNaN(cell.getTime()) ? "missing" : dateText(cell.getTime());
  const text = String(cell).trim();
  if (text === "") return "missing";
  const long = rounded !== undefined && text.replace(/\D/g, "").length > MOST_DIGITS;
  return long ? rounded : cut(text, LONGEST_CELL);
}

/** Any cell as text, such as the name of a row. */
export function plainCell(cell: Cell): string {
  return cellText(cell);
}

/** Cuts a text for display. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join("")}…` : text;
}

/** A time as people write it, without what is 0 at its end: milliseconds since 1970, or since midnight. */
export function dateText(time: number, clock = false): string {
  const text = new Date(time).toISOString().replace("T", " ").replace(".000Z", "").replace("Z", "");
  if (clock) return text.slice(11);
  return text.replace(/:00$/, "").replace(/ 00:00$/, "");
}

/** A score with three digits. */
export function scoreText(score: number): string {
  if (!Number.isFinite(score)) return "not defined";
  return (score !== 0 && score < 1e-3) || score >= 1e3 ? shown(score) : score.toPrecision(3);
}

/** A share of a number as a percentage. */
export function percentOf(part: number, whole: number): string {
  const share = (100 * part) / whole;
  if (part > 0 && share < 0.05) return "less than 0.1 %";
  if (part < whole && share >= 99.95) return "more than 99.9 %";
  return `${Number(share.toFixed(1))} %`;
}

/** How many rows are odd: `12 of 1,200 rows are odd (1.0 %)`. */
export function oddText(odd: number, rows: number, noun = "row"): string {
  const share = ((100 * odd) / rows).toFixed(1);
  return `${counted(odd)} of ${plural(rows, noun)} ${odd === 1 ? "is" : "are"} odd (${share} %)`;
}

/** Texts as a list: `a, b and c`. */
export function listed(texts: readonly string[]): string {
  if (texts.length < 2) return texts.join("");
  return `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`;
}
