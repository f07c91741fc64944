import { quote } from "../common/printable.js";
import { readDate, readNumber } from "./cellText.js";
import { CsvRecords, type CsvSyntax } from "./csvRecords.js";

/** What a caller says of a file's syntax; the rest is found by looking. */
export interface GivenDialect {
  readonly delimiter: string | undefined;
  readonly header: boolean | undefined;
  readonly comment: string | undefined;
}

/** How a file of delimited text is written. */
export interface Dialect extends CsvSyntax {
  /** Whether the first record holds the names of the columns. */
  readonly header: boolean;
  /** Whether a caller says what comments begin with. */
  readonly commentGiven: boolean;
  /** Names that a comment right above the first record gives. */
  readonly commentNames: readonly string[] | undefined;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
}

const DELIMITERS = [",", ";", "\t", "|", " "];
const NAMES: Readonly<Record<string, string>> = { "\t": "tab", " ": "space" };
/** What a comment begins with, unless a caller says otherwise. */
export const COMMENT = "#";
/** Records that are looked at. */
const SAMPLE = 200;

/**
 * Finds out how delimited text is written.
 *
 * @param head its beginning
 * @param whole whether that is all
 */
export function detectDialect(head: string, whole: boolean, given: GivenDialect): Dialect {
  const newline = !head.includes("\n") && head.includes("\r") ? "\r" : "\n";
  const end = head.lastIndexOf(newline) + 1;
  const text = whole || end === 0 ? head : head.slice(0, end);
  const best =
    given.comment === undefined ? lookForComments(text, newline, given) : look(text, newline, given);
  const commentNames = given.header === undefined ? namesInComment(text, best) : undefined;
  const header = given.header ?? (commentNames === undefined && hasHeader(best.records));
  const notes: string[] = [];
  if (given.delimiter === undefined && best.width > 1) {
    const { delimiter } = best.syntax;
    notes.push(`The delimiter is taken to be ${NAMES[delimiter] ?? quote(delimiter)} (option delimiter).`);
  }
  if (commentNames)
    notes.push("The names of the columns come from the comment above the first row (option header).");
  else if (given.header === undefined) {
    notes.push(
      header
        ? "The first row is taken to be the names of the columns (option header)."
        : "The first row is taken to be data, so the columns have no names of their own (option header).",
    );
  }
  const { comment } = best.syntax;
  if (given.comment === undefined && comment === "") {
    notes.push(`Lines that begin with ${quote(COMMENT)} are taken to be rows (option comment).`);
  }
  return { ...best.syntax, commentGiven: given.comment !== undefined, header, commentNames, notes };
}

/** How the delimiter that explains a text best divides it. */
function look(
  text: string,
  newline: CsvSyntax["newline"],
  { delimiter, comment = COMMENT }: GivenDialect,
): Look {
  const delimiters = delimiter === undefined ? DELIMITERS : [delimiter];
  // Of equals, the one with more fields; then the first of the list.
  return delimiters
    .map((each) => lookAt(text, { delimiter: each, comment, newline }))
    .reduce((a, b) => (b.score > a.score || (b.score === a.score && b.width > a.width) ? b : a));
}

/** The same; lines that begin with `#` are comments, unless they are rows like the others. */
function lookForComments(text: string, newline: CsvSyntax["newline"], given: GivenDialect): Look {
  const without = look(text, newline, given);
  if (!`${newline}${text}`.includes(newline + COMMENT)) return without;
  const all = look(text, newline, { ...given, comment: "" });
  return namesInComment(text, without) === undefined && haveRows(all) ? all : without;
}

/** Whether lines that begin with `#` are rows: of as many fields as the others, and not commented out. */
function haveRows({ records, width }: Look): boolean {
  const marked = records.filter(
    ([first, ...rest]) => first!.startsWith(COMMENT) && rest.length === width - 1,
  );
  const others = records.filter(([first]) => !first!.startsWith(COMMENT));
  if (width === 1 || marked.length === 0 || marked.every(([first]) => /^#\s/.test(first!))) return false;
  if (others.length === 0 || records[0]![0] === COMMENT) return true;
  // A comment above the header.
  if (records.indexOf(marked.at(-1)!) < records.indexOf(others[0]!)) return false;
  const number = ([first]: readonly string[]) => isValue(first!.trim());
  const unmarked = number(others[0]!) ? others : others.slice(1);
  const bare = marked.map(([first]) => [first!.slice(COMMENT.length)]);
  return unmarked.length === 0 || !(bare.every(number) && unmarked.every(number));
}

interface Look {
  readonly syntax: CsvSyntax;
  readonly records: readonly string[][];
  /** How many fields most records have. */
  readonly width: number;
  /** How well this delimiter explains the text; below 0 where it does not at all. */
  readonly score: number;
}

function lookAt(text: string, syntax: CsvSyntax): Look {
  const records = sampleOf(text, syntax);
  const widths = new Map<number, number>();
  for (const { length } of records) widths.set(length, (widths.get(length) ?? 0) + 1);
  const [width, times] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0]);
  const share = times / Math.max(1, records.length);
  const fields = records.slice(1).flat();
  const values = fields.filter((field) => isValue(field.trim())).length / Math.max(1, fields.length);
  let score = width > 1 ? share * share + values / 2 : 0;
  // Blanks divide words, too: they divide fields only where there is nothing but numbers.
  if (syntax.delimiter === " ")
    score = width > 1 && share === 1 && values === 1 && records.length > 1 ? 0.1 : -1;
  return { syntax, records, width, score };
}

/** The first records that are not blank; where a quote is out of place, some of those before it. */
function sampleOf(text: string, syntax: CsvSyntax): string[][] {
  for (let end = text.length; end > 0; end = text.slice(0, end / 2).lastIndexOf(syntax.newline) + 1) {
    try {
      const reader = new CsvRecords(syntax);
      const records = reader.push(text.slice(0, end)).records.filter((record) => !isBlank(record));
      if (records.length > 0) return records.slice(0, SAMPLE);
      return reader.end().records.filter((record) => !isBlank(record));
    } catch {
      // The reader itself will say where.
    }
  }
  return [];
}

/** Whether a record comes of an empty line. */
export function isBlank(record: readonly string[]): boolean {
  return record.length === 1 && record[0]!.trim() === "";
}

/** Whether a text is what columns have, and names have not. */
function isValue(text: string): boolean {
  const { point, comma } = readNumber(text);
  if (point !== undefined || comma !== undefined) return true;
  return Object.keys(readDate(text)).length > 0 || /^(?:nan|n\/?a|null|true|false|\?|-)$/i.test(text);
}

/**
 * Names are texts. The first record holds them where columns hold something else below it; where all columns are texts,
 * it does where its own are all different and none comes again.
 */
function hasHeader(records: readonly string[][]): boolean {
  const [first, ...others] = records;
  if (first === undefined) return false;
  const names = first.map((name) => name.trim());
  if (names.some(isValue) || names.every((name) => name === "")) return false;
  if (others.length === 0) return true;
  const below = (column: number) =>
    others.map((record) => (record[column] ?? "").trim()).filter((text) => text !== "");
  const columns = names.map((name, column) => ({ name, texts: below(column) }));
  if (columns.some(({ name, texts }) => name !== "" && texts.length > 0 && texts.every(isValue))) return true;
  const filled = names.filter((name) => name !== "");
  return new Set(filled).size === filled.length && !columns.some(({ name, texts }) => texts.includes(name));
}

/** The names that NumPy and others write in a comment above rows of numbers. */
function namesInComment(text: string, { syntax, records, width }: Look): string[] | undefined {
  const { comment, newline, delimiter } = syntax;
  if (comment === "" || !text.startsWith(comment) || records.length === 0 || hasHeader(records))
    return undefined;
  let last = "";
  let at = 0;
  while (text.startsWith(comment, at)) {
    const end = text.indexOf(newline, at);
    if (end < 0) return undefined;
    last = text.slice(at + comment.length, end).trim();
    at = end + 1;
  }
  const names = last.split(delimiter).map((name) => name.trim());
  return names.length === width && width > 1 && !names.some((name) => name === "" || isValue(name))
    ? names
    : undefined;
}
