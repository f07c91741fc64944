import { pointFlags, pointScores, type Table, type TableColumn } from "../data/index.js";
import {
  type ColumnValue,
  type Detection,
  type DetectorColumn,
  describeReason,
  type RowReasons,
} from "../index.js";
import type { DetectInput } from "./detectInput.js";

/** What is known of each row of the table. */
export interface RowResults {
  readonly scores: ArrayLike<number>;
  readonly flags: Uint8Array;
  /** From 1 for the oddest row. */
  readonly rank: Uint32Array;
  /** Why flagged rows are odd, by row, the oddest first. */
  readonly reasons: ReadonlyMap<number, string>;
}

/** The results of samples as those of the table's rows: the same, or of windows by Keras's rule for points. */
export function rowResults(
  { places }: DetectInput,
  { scores, flags, reasons }: Pick<Detection, "scores" | "flags" | "reasons">,
): RowResults {
  const texts = new Map(reasons.map((row) => [row.row, describeReason(row)]));
  if (!places) return { scores, flags, rank: ranksOf(scores), reasons: texts };
  const points = pointScores(scores, places);
  const odd = pointFlags(flags, places);
  const rank = ranksOf(points);
  const own = Array.from(odd.keys())
    .filter((row) => odd[row] === 1)
    .sort((a, b) => rank[a]! - rank[b]!);
  const oddest = (row: number) => oddestWindow(row, places, scores, texts);
  return { scores: points, flags: odd, rank, reasons: new Map(own.map((row) => [row, oddest(row)])) };
}

/** The reason of the oddest window that covers a row. */
function oddestWindow(
  row: number,
  { starts, size }: NonNullable<DetectInput["places"]>,
  scores: ArrayLike<number>,
  texts: ReadonlyMap<number, string>,
): string {
  let best = -1;
  starts.forEach((start, i) => {
    if (start <= row && row < start + size && (best < 0 || scores[i]! > scores[best]!)) best = i;
  });
  return texts.get(best) ?? "";
}

/** Places in the order of scores, from 1 for the largest; equal ones in their order. */
function ranksOf(scores: ArrayLike<number>): Uint32Array {
  const order = Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const rank = new Uint32Array(order.length);
  order.forEach((row, place) => {
    rank[row] = place + 1;
  });
  return rank;
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
