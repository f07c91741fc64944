import { basename } from "node:path";
import { readTable, SeriesPreprocessor, type Table, TablePreprocessor } from "../data/index.js";
import { labelsIn } from "../data/tableLabels.js";
import { ArgumentError, FormatError } from "../index.js";
import { loadSamples, loadTable } from "../node.js";
import { counted, plural } from "../report/numberText.js";
import { dataShapeOf } from "./fileFormat.js";
import { gapNotes } from "./gapNotes.js";
import { assertNamedColumns, unseenCategories } from "./learntColumns.js";
import { tableOfArray } from "./numberTable.js";
import { samplesSource } from "./samplesSource.js";
import type { Source } from "./source.js";
import { preprocessorOptions, readingOptions, type TableOptions, unpackingLimit } from "./tableOptions.js";

/** Reads a table from a file, or from standard input for `-`. */
export async function openTable(name: string, options: TableOptions): Promise<Table> {
  const reading = readingOptions(options);
  if (name === "-") return readTable(process.stdin, reading);
  try {
    return await loadTable(name, reading);
  } catch (error) {
    const { columns, labelColumn, idColumn, timeColumn } = options;
    if (!columns || !(error instanceof FormatError && LEAVE_OUT.test(error.message))) throw error;
    // All columns are kept where that is possible, for the output to have them.
    const wanted = [idColumn, timeColumn, ...columns, labelColumn === "none" ? undefined : labelColumn];
    const named = wanted.filter((column) => column !== undefined);
    return loadTable(name, { ...reading, columns: [...new Set(named)] });
  }
}

/** How the message ends about a column of Parquet or Arrow that no table has. */
const LEAVE_OUT = /; leave it out by columns$/;

/** The same, also from an array of numbers in NPY or IDX, whose columns have no names. */
export async function openTableOrArray(name: string, options: TableOptions): Promise<Table> {
  if (name === "-" || (await dataShapeOf(name)) !== "arrays") return openTable(name, options);
  return tableOfArray(name, await loadSamples(name, unpackingLimit(options)));
}

/** Learns from a table how to make samples of its rows, or of windows of them. */
function learn(table: Table, options: TableOptions): TablePreprocessor | SeriesPreprocessor {
  const columns = preprocessorOptions(options);
  const { window: size, stride, timeColumn, splitGaps } = options;
  if (size === undefined) return TablePreprocessor.fit(table, columns);
  return SeriesPreprocessor.fit(table, {
    ...columns,
    size,
    ...(stride !== undefined && { stride }),
    ...(timeColumn !== undefined && { timeColumn }),
    ...(splitGaps && { splitAtGaps: true }),
  });
}

/** A table to learn from. */
export function learntSource(name: string, table: Table, options: TableOptions): Source {
  return tableSource(name, table, learn(table, options), table.notes ?? []);
}

/**
 * A table for a model that has learned from another one.
 *
 * @throws {ArgumentError} if it lacks a column that the model needs
 */
export function usedSource(
  name: string,
  table: Table,
  preprocessor: TablePreprocessor | SeriesPreprocessor,
): Source {
  const series = preprocessor instanceof SeriesPreprocessor;
  const needed = (series ? preprocessor.table : preprocessor).columns.map((column) => column.name);
  const all = series && preprocessor.timeColumn !== undefined ? [preprocessor.timeColumn, ...needed] : needed;
  assertNamedColumns(fileName(name), table, all, "the model needs");
  return tableSource(name, table, preprocessor, []);
}

/** What a table is called in messages. */
export const fileName = (name: string) => (name === "-" ? "standard input" : basename(name));

/**
 * The samples that a preprocessor makes of a table.
 *
 * @param name the file that it comes from
 */
function tableSource(
  name: string,
  given: Table,
  preprocessor: TablePreprocessor | SeriesPreprocessor,
  notes: readonly string[],
): Source {
  const from = fileName(name);
  if (given.rows === 0) throw new ArgumentError(`the table from ${from} has no rows`);
  const series = preprocessor instanceof SeriesPreprocessor;
  const places = series ? preprocessor.transform(given) : undefined;
  const samples = places?.samples ?? (preprocessor as TablePreprocessor).transform(given);
  const { rows, columns } = samples;
  const table = places?.table ?? given;
  const features = series ? preprocessor.columns : columns;
  const unseen = series
    ? unseenCategories(table, preprocessor.table)
    : unseenCategories(table, preprocessor, samples);
  const used = (series ? preprocessor.table : preprocessor).columns.length;
  const of = `${plural(table.rows, "row")} of ${plural(used, "column")} (${plural(features, "feature")})`;
  return samplesSource(name, samples, {
    kind: series ? "series" : "table",
    shape: series ? [preprocessor.size, features] : [columns],
    title: series
      ? `${plural(rows, "window")} of ${counted(preprocessor.size)} rows, from ${of}`
      : `${of} from ${from}`,
    prepared: {
      ...{ table, preprocessor, places },
      notes: [
        ...notes,
        ...(places?.notes ?? []),
        ...(series ? gapNotes(places, preprocessor.splitAtGaps) : []),
        ...unseen,
      ],
    },
    ...labelsOf(table, preprocessor),
  });
}

/** Labels of rows, if the table has the label column. Windows have none. */
function labelsOf(table: Table, preprocessor: TablePreprocessor | SeriesPreprocessor) {
  const labels = preprocessor instanceof SeriesPreprocessor ? undefined : labelsIn(table, preprocessor);
  return labels && { labels };
}
