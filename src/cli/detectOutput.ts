import type { DetectionTable } from "../anomaly/detectionTable.js";
import { type RowResults, reasonOf } from "../anomaly/rowResults.js";
import { printable } from "../common/printable.js";
import type { AnomalyEvaluation } from "../index.js";
import { flaggedRows } from "../report/detection/detectionSubject.js";
import { listed, oddText } from "../report/detection/words.js";
import { counted, plural } from "../report/numberText.js";
import { lineName } from "./lineName.js";
import type { Found } from "./savedDetector.js";
import { bold, dim, emit, say, terminal } from "./terminal.js";
import { table as alignedTable } from "./text.js";

/** How many of the oddest rows are printed. */
const SHOWN = 10;

/** Files that were written. */
export interface Written {
  readonly out?: string;
  readonly save?: string;
  readonly report?: string;
}

/** What the results are of. */
export interface Printed {
  readonly rows: number;
  readonly noun: "row" | "image";
  /** What a row is called: its number, or its file. */
  nameOf(row: number): string;
  /** What was scored, if it is not the rows themselves. */
  readonly scored?: string;
  /** Number of windows of a series. */
  readonly windows?: number;
  /** What the values of its rows' reasons are. */
  readonly values?: string;
}

/** The rows of a table. */
export function printedRows({ table, places }: DetectionTable): Printed {
  return {
    rows: table.rows,
    noun: "row",
    nameOf: (row) => lineName(table.lines, row),
    ...(places && {
      windows: places.starts.length,
      scored: `${plural(places.starts.length, "window")} of ${places.size} rows`,
      values: `Values are means over the oddest window of ${plural(places.size, "row")} around the row.`,
    }),
  };
}

/** What was guessed. */
export function printNotes(notes: readonly string[]): void {
  for (const note of notes) say(dim(printable(note), terminal()));
}

/** What was made of the columns. */
export function printColumns({ preprocessor, notes, labels }: DetectionTable, saved: boolean): void {
  const screen = terminal();
  printNotes(notes);
  if (!saved) say(preprocessor.summary().split("\n").map(printable).join("\n"));
  if (labels) {
    const odd = labels.reduce((sum, label) => sum + label, 0);
    const name = JSON.stringify(preprocessor.labelColumn);
    say(
      dim(
        `Column ${printable(name)} holds labels (${counted(odd)} odd rows); nothing is learned from it.`,
        screen,
      ),
    );
  }
  say();
}

/** What was found: the first rows, and the figures. */
export function print(
  { rows: count, noun, nameOf, scored, values }: Printed,
  { threshold, ruleText }: Found,
  results: RowResults,
  evaluation: AnomalyEvaluation | undefined,
  seconds: number,
  { out, save, report }: Written,
): void {
  const screen = terminal();
  const rows = flaggedRows(results);
  say(bold(`${oddText(rows.length, count, noun)}.`, screen));
  const shown = rows
    .slice(0, SHOWN)
    .map((row) => [
      printable(nameOf(row)),
      results.scores[row]!.toPrecision(3),
      printable(reasonOf(results, row)),
    ]);
  if (shown.length > 0) {
    const [head, ...body] = alignedTable(
      [[noun, "score", "why"], ...shown],
      noun === "row" ? [0, 1] : [1],
    ).split("\n");
    say([dim(head!, screen), ...body].join("\n"));
    if (values !== undefined) say(dim(values, screen));
  }
  if (rows.length > SHOWN) say(dim(`… and ${counted(rows.length - SHOWN)} more`, screen));
  say();
  const what = scored === undefined ? "" : `${scored}; `;
  say(dim(`${what}threshold ${threshold.toPrecision(4)} (${ruleText}), ${seconds.toFixed(1)} s`, screen));
  if (evaluation) {
    const { rocAuc, averagePrecision, precision, recall, f1 } = evaluation;
    const figures = { "ROC AUC": rocAuc, "average precision": averagePrecision, precision, recall, F1: f1 };
    const texts = Object.entries(figures).map(([label, value]) => `${label} ${value.toFixed(3)}`);
    say(`against the labels: ${texts.join(", ")}`);
  }
  const files = [out, save, report].flatMap((path) =>
    path === undefined ? [] : [bold(printable(path), screen)],
  );
  if (files.length > 0) say(`saved ${listed(files)}`);
}

/** What was made of the columns, as an event of JSON. */
export function columnsEvent({ preprocessor, notes }: DetectionTable): Record<string, unknown> {
  return { event: "columns", decisions: preprocessor.decisions, notes };
}

/**
 * The same as lines of JSON, with all odd rows.
 *
 * @param about the first of them
 */
export function emitAll(
  about: Record<string, unknown>,
  { rows: count, noun, nameOf, windows }: Printed,
  { threshold }: Found,
  results: RowResults,
  evaluation: AnomalyEvaluation | undefined,
  seconds: number,
  { out, save, report }: Written,
): void {
  emit(about);
  const rows = flaggedRows(results);
  for (const row of rows) {
    const reason = reasonOf(results, row);
    const file = noun === "image" ? { file: nameOf(row) } : {};
    emit({ event: "anomaly", row, ...file, score: results.scores[row], rank: results.rank[row], reason });
  }
  emit({
    event: "done",
    rows: count,
    ...(windows !== undefined && { windows }),
    anomalies: rows.length,
    threshold,
    ...(evaluation && { ...evaluation }),
    seconds,
    ...(out !== undefined && { out }),
    ...(save !== undefined && { save }),
    ...(report !== undefined && { report }),
  });
}
