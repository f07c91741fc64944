import { cut, printable } from "../common/printable.js";
import type { ColumnDecision } from "./decideColumns.js";

/** The most characters shown of a cell, and of a cell in the last column. */
const LONGEST = 48;
const LONGEST_LAST = 160;

/** Decisions about columns as a text table, one line each. */
export function summaryText(decisions: readonly ColumnDecision[]): string {
  const head = ["column", "type", "features", "missing", "range", "what was done"];
  const rows = decisions.map(({ column, type, features, missing, range, action }) =>
    [column, type, features || "-", missing || "-", range || "-", action].map((cell, i) =>
      cut(printable(String(cell)), i === head.length - 1 ? LONGEST_LAST : LONGEST),
    ),
  );
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]!.length)));
  return all
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
