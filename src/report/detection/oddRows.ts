import type { Cell } from "../../data/index.js";
import type { RowReasons } from "../../index.js";
import { counted, plural } from "../numberText.js";
import { type GridColumn, grid, note, section } from "../page.js";
import { element, escapeText } from "../svg.js";
import type { DetectionSubject } from "./detectionSubject.js";
import { flaggedSpans, oddStretches, type Stretch, spanText } from "./stretches.js";
import { cut, plainCell, reasonWords, scoreText } from "./words.js";

/** The most odd rows to list, and the fewest rows: below that, the next ones are listed as well. */
const MOST_ROWS = 50;
const FEWEST_ROWS = 5;
const LONGEST_ID = 24;
/** With more lines than this, the others are folded. */
const UNFOLDED = 12;

/** Which rows are listed: the odd ones, the oddest first; or the oddest of all if few are odd. */
export function listedRows({ odd, rows, results, windows }: DetectionSubject): number[] {
  if (windows) return [];
  if (odd.length >= FEWEST_ROWS) return odd.slice(0, MOST_ROWS);
  const byRank = new Array<number>(rows);
  results.rank.forEach((rank, row) => {
    byRank[rank - 1] = row;
  });
  return byRank.slice(0, Math.min(rows, FEWEST_ROWS));
}

/** What names the rows. */
export interface RowNames {
  /** What kind of name it is. */
  readonly title: string;
  readonly values: ArrayLike<Cell>;
}

/** The names of the rows, if they have any: those that were given, or the table's column of them. */
export function rowNamesOf(subject: DetectionSubject): RowNames | undefined {
  const { table, names } = subject;
  if (names) return { title: subject.image ? "file" : "name", values: names };
  const id = idColumnOf(subject);
  return id === undefined
    ? undefined
    : { title: id, values: table!.columns.find(({ name }) => name === id)!.values };
}

/** The column that names the rows, if there is one. */
function idColumnOf({ table, preprocessor }: DetectionSubject): string | undefined {
  if (!table || !preprocessor) return undefined;
  const names = preprocessor.decisions
    .filter(({ type }) => type === "identifier")
    .map(({ column }) => column);
  const id = preprocessor.idColumn ?? names[0];
  return table.columns.some(({ name }) => name === id) ? id : undefined;
}

/** The oddest rows, with what makes them odd. */
export function oddRowTable(
  subject: DetectionSubject,
  rows: readonly number[],
  reasons: ReadonlyMap<number, RowReasons>,
): string {
  const { results, labels, odd, noun } = subject;
  const names = rowNamesOf(subject);
  const columns: GridColumn[] = [
    { title: noun, number: true },
    ...(names ? [{ title: names.title }] : []),
    { title: "score", number: true },
    ...(labels ? [{ title: "label" }] : []),
    { title: "why" },
  ];
  const lines = rows.map((row) => [
    String(row + 1),
    ...(names ? [escapeText(cut(plainCell(names.values[row]), LONGEST_ID))] : []),
    scoreText(results.scores[row]!),
    ...(labels ? [labels[row] === 1 ? "odd" : "normal"] : []),
    why(subject, row, reasons.get(row)),
  ]);
  const notes = [
    ...(odd.length < rows.length
      ? [
          odd.length === 0
            ? `No ${noun} is above the threshold; these come closest.`
            : `Only the first ${odd.length === 1 ? "is" : `${odd.length} are`} above the threshold; the others come closest.`,
        ]
      : []),
    ...(odd.length > rows.length ? [`${counted(odd.length - rows.length)} more ${noun}s are odd.`] : []),
    rowNote(subject),
  ];
  const content = folded(columns, lines, [noun]) + notes.map(note).join("");
  return section({ name: "rows", title: `The oddest ${noun}s, and why`, content });
}

/** A table whose first lines are seen, and the others when wanted. */
function folded(
  columns: readonly GridColumn[],
  lines: readonly string[][],
  noun: readonly [one: string, many?: string],
): string {
  const stacked = { stacked: true };
  const first = grid(columns, lines.slice(0, UNFOLDED), stacked);
  const rest = lines.slice(UNFOLDED);
  if (rest.length === 0) return first;
  const summary = `The next ${plural(rest.length, ...noun)}`;
  return first + element("details", {}, element("summary", {}, summary), grid(columns, rest, stacked));
}

/** What the numbers of the rows and the percentages mean. */
function rowNote({ table, image }: DetectionSubject): string {
  if (image) {
    return "Images count from 1. A score is the mean squared error of the reconstruction, of values from 0 to 1. The percentage is a region's part of it; before it stand the region's mean brightness and standard deviation, and those of the reconstruction.";
  }
  const line = table?.lines?.[0];
  const where = line === undefined ? "" : `; row 1 is line ${counted(line)} of the file`;
  return `Rows count from 1${where}. A score is about 1 for a usual row. The percentage is the part of a row's oddness that goes away when the column is taken as unknown; expected is what the other columns suggest.`;
}

/** Reasons one below the other, the largest first. */
function why(subject: DetectionSubject, row: number, reasons: RowReasons | undefined): string {
  if (!reasons || reasons.reasons.length === 0) return "nothing in particular";
  const lines = reasonWords(subject, row, reasons.reasons).map(({ column, value, expected, share }) => {
    const percent = Math.round(100 * share);
    return element(
      "li",
      {},
      `${element("b", {}, escapeText(column))} ${escapeText(value)}, expected ${escapeText(expected)} `,
      element("span", { class: "share" }, `(${percent} %)`),
    );
  });
  return element("ul", { class: "why" }, ...lines);
}

/**
 * Which stretches of a series are listed, the oddest first: the odd ones, or those of windows above the threshold if no
 * row has only such windows around it.
 */
export function listedStretches(subject: DetectionSubject): Stretch[] {
  if (!subject.windows) return [];
  const { rank } = subject.results;
  const found = subject.odd.length > 0 ? oddStretches(subject.results) : flaggedSpans(subject);
  return found.sort((a, b) => rank[a.peak]! - rank[b.peak]!).slice(0, MOST_ROWS);
}

/** The listed stretches, with what makes them odd; empty if there are none. */
export function stretchTable(
  subject: DetectionSubject,
  stretches: readonly Stretch[],
  reasons: ReadonlyMap<number, RowReasons>,
): string {
  const { order, results, windows, odd } = subject;
  if (stretches.length === 0) return "";
  const columns: GridColumn[] = [
    { title: order ? "when" : "where" },
    { title: "rows", number: true },
    { title: "score", number: true },
    { title: "why" },
  ];
  const lines = stretches.map((stretch) => [
    escapeText(spanText(order, stretch)),
    counted(stretch.last - stretch.first + 1),
    scoreText(results.scores[stretch.peak]!),
    why(subject, stretch.peak, reasons.get(stretch.peak)),
  ]);
  const all = oddStretches(subject.results).length;
  const notes = [
    ...(all > stretches.length ? [`${counted(all - stretches.length)} more stretches are odd.`] : []),
    `The score is the largest of the stretch. Values are means over the oddest window of ${counted(windows!.size)} rows around it.`,
  ];
  const content = folded(columns, lines, ["stretch", "stretches"]) + notes.map(note).join("");
  const title =
    odd.length > 0 ? "The odd stretches, and why" : "Where windows are above the threshold, and why";
  return section({ name: "rows", title, content });
}
