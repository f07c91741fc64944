import type { ColumnProfile } from "./columnProfile.js";
import type { ValueCounts } from "./valueCounts.js";

/** Names of columns with running numbers. */
const RUNNING_NAME =
  /^(?:unnamed.*|column 1|index|idx|no\.?|nr\.?|num|number|n|#|key|t|time|step|time[ _.-]?step|tick|sample|frame|row|row[ _.-]?(?:id|names?|number)?|record|seq|sequence|obs)$/i;

/** Whether a column's numbers only identify the rows. */
export function isIdentifier({ name, unique }: ColumnProfile, counts: ValueCounts): boolean {
  if (!counts.integers || counts.count < 2) return false;
  if (unique) return unique.all;
  return RUNNING_NAME.test(name.trim()) && isRunning(counts);
}

/** Whether a column's integers can be 1, 2, 3, … in some order. */
export function isRunning(counts: ValueCounts): boolean {
  if (!counts.integers || counts.count < 2 || counts.most - counts.least !== counts.count - 1) return false;
  return !counts.exact || counts.distinct === counts.count;
}
