import {
  orderSeries,
  type Table,
  TablePreprocessor,
  type TablePreprocessorOptions,
  type TimeOrder,
  type Windows,
  windows,
} from "../data/index.js";
import type { AnyMatrix, DetectorColumn } from "../index.js";
import { assertNoSeriesOptions, preprocessorOptions, type TableOptions } from "./tableOptions.js";

export { openTable } from "./tableSource.js";

/** A table as a detector takes it. */
export interface DetectInput {
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

/** How a series is cut. */
export interface WindowChoice {
  readonly size: number;
  readonly stride: number;
}

/**
 * Makes samples of a table.
 *
 * @param learnt what was learnt from the table that the detector was trained on; without, this table is learnt from
 */
export function prepare(
  given: Table,
  options: TableOptions,
  learnt?: Pick<DetectInput, "preprocessor" | "window">,
): DetectInput {
  const window = learnt ? learnt.window : windowOf(options);
  const notes = [...(given.notes ?? [])];
  let table = given;
  let order: TimeOrder | undefined;
  let settings: TablePreprocessorOptions = preprocessorOptions(options);
  if (window) {
    const { timeColumn } = options;
    const ordered = orderSeries(given, timeColumn === undefined ? {} : { timeColumn });
    ({ table, order } = ordered);
    notes.push(...ordered.notes);
    if (order) settings = { ...settings, drop: [...(settings.drop ?? []), order.timeColumn] };
  }
  const preprocessor = learnt?.preprocessor ?? TablePreprocessor.fit(table, settings);
  const features = preprocessor.transform(table);
  const places = window && windows(features, window);
  return {
    table,
    preprocessor,
    samples: places ? places.samples : features,
    columns: columnsOf(preprocessor, features.columns, window?.size ?? 1),
    window,
    places,
    order,
    labels: hasLabels(table, preprocessor) ? preprocessor.labels(table) : undefined,
    notes,
  };
}

function windowOf(options: TableOptions): WindowChoice | undefined {
  const { window, stride } = options;
  if (window !== undefined) return { size: window, stride: stride ?? 1 };
  assertNoSeriesOptions(options);
  return undefined;
}

/** Scored tables need no labels. */
function hasLabels({ columns }: Table, { labelColumn }: TablePreprocessor): boolean {
  return columns.some(({ name }) => name === labelColumn);
}

/** The columns with their features; in a window, each column has the features of all its rows. */
function columnsOf(preprocessor: TablePreprocessor, width: number, size: number): DetectorColumn[] {
  return preprocessor.columns.map(({ name, type, features, describe }) => {
    // Reasons round numbers by themselves.
    if (size === 1) return type === "number" ? { name, features } : { name, features, describe };
    const all = Array.from({ length: size }, (_, row) =>
      features.map((feature) => row * width + feature),
    ).flat();
    // A window has many values of a column: their mean says enough.
    const mean = (values: readonly number[]) => {
      const each = features.map((_, k) => {
        const own = values.filter((_, i) => i % features.length === k);
        return own.reduce((sum, value) => sum + value, 0) / own.length;
      });
      return features.length === 1 ? Number(each[0]!.toPrecision(4)) : describe(each);
    };
    return { name, features: all, describe: mean };
  });
}
