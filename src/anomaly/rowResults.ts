import { pointFlags, pointScores, type Table, type TableColumn, type WindowPlaces } from "../data/index.js";
import { descendingOrder, ranksIn } from "../statistics/descending.js";
import type { DetectorColumn } from "./columns.js";
import type { Detection } from "./detectAnomalies.js";
import { describeReason, type RowReasons } from "./reasons.js";
import { retold } from "./retold.js";

/** What is known of each row of a table, or of each point of a series. */
export interface RowResults {
  readonly scores: ArrayLike<number>;
  readonly flags: Uint8Array;
  /** From 1 for the oddest row. */
  readonly rank: Uint32Array;
  /** Why flagged rows are odd, by row. In a series, these are the reasons of the oddest window around the row. */
  readonly reasons: ReadonlyMap<number, RowReasons>;
}

/**
 * The results of samples as those of a table's rows: the same, or of windows by Keras's rule for points.
 *
 * @param places where the windows of a series are; undefined if each row is a sample
 */
export function rowResults(
  { scores, flags, reasons }: Pick<Detection, "scores" | "flags" | "reasons">,
  places: WindowPlaces | undefined,
): RowResults {
  const known = new Map(reasons.map((row) => [row.row, row]));
  if (!places) return { scores, flags, rank: ranksIn(descendingOrder(scores)), reasons: known };
  const points = pointScores(scores, places);
  const odd = pointFlags(flags, places);
  const windows = oddestWindows(places, scores);
  const own = Array.from(odd.keys()).filter((row) => odd[row] === 1 && known.has(windows[row]!));
  return {
    scores: points,
    flags: odd,
    rank: ranksIn(descendingOrder(points)),
    reasons: new Map(own.map((row) => [row, known.get(windows[row]!)!])),
  };
}

/** Why a row is odd, in words; empty if it is not flagged. */
export function reasonOf({ reasons }: RowResults, row: number): string {
  const own = reasons.get(row);
  return own ? describeReason(own) : "";
}

/** For each row, which of the windows that cover it has the highest score: the first of equal ones; −1 for none. */
export function oddestWindows({ starts, size, rows }: WindowPlaces, scores: ArrayLike<number>): Int32Array {
  const windows = new Int32Array(rows).fill(-1);
  // The oddest comes last and stays.
  for (const window of descendingOrder(scores).reverse()) {
    windows.fill(window, starts[window]!, starts[window]! + size);
  }
  return windows;
}

/** The table as it came, with a column for each result. A name that the table has already gets a number. */
export function withResults(table: Table, results: RowResults): Table {
  const taken = new Set(table.columns.map(({ name }) => name));
  const free = (name: string) => {
    let found = name;
    for (let i = 2; taken.has(found); i++) found = `${name}_${i}`;
    taken.add(found);
    return found;
  };
  const reasons = Array.from({ length: table.rows }, (_, row) => reasonOf(results, row));
  const added: TableColumn[] = [
    { name: free("score"), values: results.scores },
    { name: free("anomaly"), values: results.flags },
    { name: free("rank"), values: results.rank },
    { name: free("reason"), values: reasons },
  ];
  return { rows: table.rows, columns: [...table.columns, ...added] };
}

/**
 * Reasons of flagged samples, as `detectAnomalies` gives them: the oddest first, in the words of the columns, which a saved
 * detector does not have.
 *
 * @param numbers which samples they are
 */
export function ofFlagged(
  rows: readonly RowReasons[],
  numbers: readonly number[],
  columns: readonly DetectorColumn[],
): RowReasons[] {
  return rows
    .map((row, i) => ({ ...retold(row, columns), row: numbers[i]! }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}
