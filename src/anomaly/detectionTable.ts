import { ArgumentError, FormatError } from "../common/errors.js";
import {
  type AnyMatrix,
  type SortedTable,
  sortByTime,
  type Table,
  TablePreprocessor,
  type TablePreprocessorOptions,
  type Windows,
  windows,
} from "../data/index.js";
import type { DetectorColumn } from "./columns.js";

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
  /** The column of times that orders it. */
  readonly timeColumn: string | undefined;
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

/** What a table needs to be prepared as another one was. */
export type LearntTable = Pick<DetectionTable, "preprocessor" | "window">;

/** How to learn from a table. */
export interface DetectionTableOptions {
  /** What the columns are. */
  readonly columns?: TablePreprocessorOptions;
  /** For a series. */
  readonly window?: WindowChoice | undefined;
  /** The column of times that orders a series; default: found. */
  readonly timeColumn?: string | undefined;
}

/** Key in `__metadata__` under which a detector's file keeps what was learnt of the table. */
export const TABLE_KEY = "isthmus.table";

/**
 * Makes samples of a table.
 *
 * @param learnt what was learnt from the table that the detector was trained on; without, this table is learnt from
 */
export function detectionTable(
  given: Table,
  options: DetectionTableOptions,
  learnt?: LearntTable,
): DetectionTable {
  const window = learnt ? learnt.window : options.window;
  const notes = [...(given.notes ?? [])];
  let table = given;
  let settings = options.columns ?? {};
  let timeColumn: string | undefined;
  if (window) {
    const sorted = trySort(given, options.timeColumn);
    if (sorted) {
      table = sorted.table;
      timeColumn = sorted.order.timeColumn;
      notes.push(...sorted.order.notes);
      settings = { ...settings, drop: [...(settings.drop ?? []), timeColumn] };
    } else notes.push("No column of times was found, so the rows are taken in their order.");
  }
  const preprocessor = learnt?.preprocessor ?? TablePreprocessor.fit(table, settings);
  const features = preprocessor.transform(table);
  const places = window && windows(features, window);
  return {
    table,
    preprocessor,
    samples: places ? places.samples : features,
    columns: detectorColumns(preprocessor, window?.size ?? 1),
    window,
    places,
    timeColumn,
    labels: hasLabels(table, preprocessor) ? preprocessor.labels(table) : undefined,
    notes,
  };
}

/**
 * Rows in the order of time; undefined if no column has times and none was named.
 *
 * @throws the errors of `sortByTime`, but for a table without times
 */
export function trySort(table: Table, timeColumn?: string): SortedTable | undefined {
  if (timeColumn !== undefined) return sortByTime(table, { timeColumn });
  try {
    return sortByTime(table);
  } catch (error) {
    if (error instanceof ArgumentError) return undefined;
    throw error;
  }
}

/** Scored tables need no labels. */
function hasLabels({ columns }: Table, { labelColumn }: TablePreprocessor): boolean {
  return columns.some(({ name }) => name === labelColumn);
}

/** The columns with their features; in a window, each column has the features of all its rows. */
function detectorColumns(preprocessor: TablePreprocessor, size: number): DetectorColumn[] {
  const width = preprocessor.featureNames.length;
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

/** What the file of a detector keeps of the table that it was trained on. */
interface SavedTable {
  readonly preprocessor: unknown;
  readonly window?: WindowChoice;
}

/** The metadata of a detector's file that `readLearntTable` reads. */
export function tableMetadata({ preprocessor, window }: LearntTable): Record<string, string> {
  const saved: SavedTable = { preprocessor: preprocessor.toJSON(), ...(window && { window }) };
  return { [TABLE_KEY]: JSON.stringify(saved) };
}

/** @throws {FormatError} for the metadata of a file that was saved without its table */
export function readLearntTable(metadata: Readonly<Record<string, string>>): LearntTable {
  const text = metadata[TABLE_KEY];
  if (text === undefined) {
    throw new FormatError("the file does not say what the columns of its table were (isthmus.table)");
  }
  const { preprocessor, window } = parsed(text);
  return { preprocessor: TablePreprocessor.fromJSON(preprocessor), window };
}

function parsed(text: string): SavedTable {
  let saved: SavedTable | null;
  try {
    saved = JSON.parse(text);
  } catch (cause) {
    throw new FormatError(`${TABLE_KEY} is not JSON`, { cause });
  }
  const { window } = saved ?? {};
  const positive = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  if (window !== undefined && !(positive(window?.size) && positive(window.stride))) {
    throw new FormatError(`${TABLE_KEY} has a window that is none`);
  }
  return saved ?? { preprocessor: undefined };
}
