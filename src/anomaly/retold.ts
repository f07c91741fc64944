import type { DetectorColumn } from "./columns.js";
import type { RowReasons } from "./reasons.js";
import type { ColumnValue } from "./valueTexts.js";

/** The same reasons in the words of the columns' `describe`, which a saved detector does not have. */
export function retold(row: RowReasons, columns: readonly DetectorColumn[]): RowReasons {
  const told = (column: number, value: ColumnValue): ColumnValue => {
    const { describe } = columns[column]!;
    if (!describe || typeof value === "string") return value;
    return describe(typeof value === "number" ? [value] : value);
  };
  const reasons = row.reasons.map((reason) => ({
    ...reason,
    value: told(reason.column, reason.value),
    expected: told(reason.column, reason.expected),
  }));
  return { ...row, reasons };
}
