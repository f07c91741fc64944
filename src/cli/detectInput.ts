import { type DetectionTable, detectionTable } from "../anomaly/detectionTable.js";
import type { LearntTable, WindowChoice } from "../anomaly/learntTable.js";
import type { Table } from "../data/index.js";
import { gapNotes } from "./gapNotes.js";
import { unseenCategories } from "./learntColumns.js";
import { assertNoSeriesOptions, preprocessorOptions, type TableOptions } from "./tableOptions.js";

/**
 * Makes samples of a table, as the options say.
 *
 * @param learnt what was learnt from the table that the detector was trained on; without, this table is learnt from
 * @throws {ArgumentError} for options that do not fit each other or the table
 */
export function prepare(
  table: Table,
  options: TableOptions,
  learnt?: Pick<LearntTable, "preprocessor" | "window">,
): DetectionTable {
  const window = learnt ? undefined : windowOf(options);
  const { timeColumn } = options;
  const made = detectionTable(table, { columns: preprocessorOptions(options), window, timeColumn }, learnt);
  const features = made.places ? undefined : made.samples;
  const unseen = learnt ? unseenCategories(made.table, learnt.preprocessor, features) : [];
  const gaps = gapNotes(made.places, made.window?.splitAtGaps);
  return { ...made, notes: [...made.notes, ...gaps, ...unseen] };
}

function windowOf(options: TableOptions): WindowChoice | undefined {
  const { window, stride, splitGaps } = options;
  if (window !== undefined) {
    return { size: window, stride: stride ?? 1, ...(splitGaps && { splitAtGaps: true }) };
  }
  assertNoSeriesOptions(options);
  return undefined;
}
