import type { DetectionTable } from "../../anomaly/detectionTable.js";
import { cut, printable } from "../../common/printable.js";
import { orderSeries, type Table } from "../../data/index.js";
import { IsthmusError } from "../../index.js";
import { noChoices } from "./columnChoices.js";
import { withoutOptions } from "./pageWords.js";
import type { ColumnChoices, TableReport } from "./tableMessages.js";

/** The longest text of a cell or a name to show. */
const LONGEST = 60;

/** A table that is open. */
export interface OpenTable {
  readonly title: string;
  readonly table: Table;
  readonly timeColumn: string | undefined;
  readonly choices: ColumnChoices;
}

/** A table as it is opened: all of its columns as the library decides. */
export function openedTable(title: string, table: Table): OpenTable {
  return { title, table, timeColumn: timesOf(table), choices: noChoices(table) };
}

/** The column of times; undefined for a table without one, or whose times cannot order it. */
function timesOf(table: Table): string | undefined {
  try {
    return orderSeries(table).order?.timeColumn;
  } catch (error) {
    if (error instanceof IsthmusError) return undefined;
    throw error;
  }
}

/**
 * What a page shows of a table.
 *
 * @param detector name of the file of the detector that has settled what the columns are
 */
export function tableReport(
  { title, table, timeColumn, choices }: OpenTable,
  { preprocessor, labels, notes }: DetectionTable,
  detector: string | undefined,
): TableReport {
  const shown = (text: string) => cut(printable(text), LONGEST);
  return {
    title,
    rows: table.rows,
    columns: preprocessor.decisions.map(({ column, type, features, missing, range, action }) => ({
      name: shown(column),
      type,
      features,
      missing,
      range: shown(range),
      action: printable(withoutOptions(action)),
    })),
    choices,
    features: preprocessor.featureNames.length,
    notes: notes.map((note) => printable(withoutOptions(note))),
    ...(timeColumn !== undefined && { timeColumn: shown(timeColumn) }),
    ...(labels && {
      labels: { column: shown(preprocessor.labelColumn!), odd: labels.reduce((a, b) => a + b, 0) },
    }),
    ...(detector !== undefined && { detector }),
  };
}
