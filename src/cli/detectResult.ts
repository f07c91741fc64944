import { pointFlags, pointScores, type Table, type TableColumn } from "../data/index.js";
import {
  type ColumnValue,
  type Detection,
  type DetectorColumn,
  describeReason,
  type RowReasons,
} from "../index.js";
import { descendingOrder, ranksIn } from "../statistics/descending.js";
import type { DetectInput } from "./detectInput.js";

/** What is known of each row of the table. */
export interface RowResults {
  readonly scores: ArrayLike<number>;
  readonly flags: Uint8Array;
  /** From 1 for the oddest row. */
  readonly rank: Uint32Array;
  /** Why flagged rows are odd, by row. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** The results of samples as those of the table's rows: the same, or of windows by Keras's rule for points. */
export function rowResults(
  { places }: DetectInput,
  { scores, flags, reasons }: Pick<Detection, "scores" | "flags" | "reasons">,
): RowResults {
  const texts = new Map(reasons.map((row) => [row.row, describeReason(row)]));
  if (!places) return { scores, flags, rank: ranksIn(descendingOrder(scores)), reasons: texts };
  const points = pointScores(scores, places);
  const odd = pointFlags(flags, places);
  const windows = oddestWindows(places, scores);
  const own = Array.from(odd.keys()).filter((row) => odd[row] === 1);
  return {
    scores: points,
    flags: odd,
    rank: ranksIn(descendingOrder(points)),
    reasons: new Map(own.map((row) => [row, texts.get(windows[row]!) ?? ""])),
  };
}

/** For each row, which of the windows that cover it has the highest score: the first of equal ones. */
function oddestWindows(
  { starts, size, rows }: NonNullable<DetectInput["places"]>,
  scores: ArrayLike<number>,
): Int32Array {
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
  const reasons = Array.from({ length: table.rows }, (_, row) => results.reasons.get(row) ?? "");
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
  const told = (column: number, value: ColumnValue): ColumnValue => {
    const { describe } = columns[column]!;
    if (!describe || typeof value === "string") return value;
    return describe(typeof value === "number" ? [value] : value);
  };
  return rows
    .map(({ score, reasons }, i) => ({
      row: numbers[i]!,
      score,
      reasons: reasons.map((reason) => ({
        ...reason,
        value: told(reason.column, reason.value),
        expected: told(reason.column, reason.expected),
      })),
    }))
    .sort((a, b) => b.score - a.score || a.row - b.row);
}
