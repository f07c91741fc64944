import { retold } from "../anomaly/retold.js";
import { type RowResults, reasonOf } from "../anomaly/rowResults.js";
import type { Table, TableColumn } from "../data/index.js";
import type { DetectorColumn, RowReasons } from "../index.js";

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
