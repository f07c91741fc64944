import {
  type AnyMatrix,
  orderSeries,
  type Table,
  TablePreprocessor,
  type TablePreprocessorOptions,
  type TimeOrder,
  type Windows,
  windows,
} from "../data/index.js";
import { labelsIn } from "../data/tableLabels.js";
import type { DetectorColumn } from "./columns.js";
import type { LearntTable, WindowChoice } from "./learntTable.js";
import { detectorColumns } from "./tableColumns.js";

/** A table as a detector takes it. */
export interface DetectionTable {
  /** As it came; a series in the order of time. */
  readonly table: Table;
  readonly preprocessor: TablePreprocessor;
  /** A sample for each row, or for each window of a series. */
  readonly samples: AnyMatrix;
  /** The table's columns, each with its features in a sample. */
  readonly columns: readonly DetectorColumn[];
  /** How a series is cut; undefined for a table whose rows stand alone. */
  readonly window: WindowChoice | undefined;
  /** Where its windows are. */
  readonly places: Windows | undefined;
  /** The order of its rows in time, if it has a column of times. */
  readonly order: TimeOrder | undefined;
  /** 1 for each odd row, if a label column tells. */
  readonly labels: Uint8Array | undefined;
  /** What was guessed, a sentence each. */
  readonly notes: readonly string[];
}

/** How to learn from a table. */
export interface DetectionTableOptions {
  /** What the columns are. */
  readonly columns?: TablePreprocessorOptions;
  /** For a series. */
  readonly window?: WindowChoice | undefined;
  /** The column of times that orders a series; default: found. */
  readonly timeColumn?: string | undefined;
}

/**
 * Makes samples of a table.
 *
 * @param learnt what was learnt from the table that the detector was trained on; without, this table is learnt from
 */
export function detectionTable(
  given: Table,
  options: DetectionTableOptions,
  learnt?: Pick<LearntTable, "preprocessor" | "window">,
): DetectionTable {
  const { timeColumn, columns: settings = {} } = options;
  const window = learnt ? learnt.window : options.window;
  const { table, order, notes } = window
    ? orderSeries(given, timeColumn === undefined ? {} : { timeColumn })
    : { table: given, order: undefined, notes: [] };
  const drop = [...(settings.drop ?? []), ...(order ? [order.timeColumn] : [])];
  const preprocessor = learnt?.preprocessor ?? TablePreprocessor.fit(table, { ...settings, drop });
  const features = preprocessor.transform(table);
  const places = window && windows(features, { ...window, ...(order && { order }) });
  return {
    table,
    preprocessor,
    samples: places ? places.samples : features,
    columns: detectorColumns(preprocessor, window?.size),
    window,
    places,
    order,
    labels: labelsIn(table, preprocessor),
    notes: [...(given.notes ?? []), ...notes],
  };
}
