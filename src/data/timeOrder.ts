import { knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError, ShapeError } from "../common/errors.js";
import type { Cell, Table, TableColumn } from "../formats/table.js";
import { cellAt, wrongCell } from "./columnEncoder.js";
import { ColumnProfile } from "./columnProfile.js";
import { DATE_FORMATS, type DateFormat, instantOf } from "./dateColumn.js";
import { MissingValues } from "./missingValues.js";
import { requireColumn } from "./preprocessorOptions.js";
import { columnsByName, placesOf, requireTable } from "./tableCheck.js";
import { timeFormat } from "./timeFormat.js";
import { ValueCounts } from "./valueCounts.js";

/** Options of `sortByTime`. */
export interface SortByTimeOptions {
  /** The column of times. Default: the first one that holds dates, or whose name and values suggest times. */
  timeColumn?: string;
  /** Whether `1/2/2024` is 1 February; default false, unless other dates in the column show otherwise. */
  dayFirst?: boolean;
}

/** Positions of one kind in a series, such as gaps. */
export interface SeriesPlaces {
  /** How many there are. */
  readonly count: number;
  /** The row after the first of them, in time order, counted from 0; undefined if there are none. */
  readonly first: number | undefined;
}

/** The order of a table's rows in time. */
export interface TimeOrder {
  /** The column that holds the times. */
  readonly timeColumn: string;
  /** The time of each row, earliest first: milliseconds since 1970 in UTC, or since midnight for times of day. */
  readonly times: Float64Array;
  /** For each sorted row, its index in the given table. */
  readonly rows: Uint32Array;
  /** Whether the table was already sorted. */
  readonly wasSorted: boolean;
  /** The median step between consecutive times, in milliseconds; 0 for fewer than two times. */
  readonly step: number;
  /** Steps longer than one and a half times the median. */
  readonly gaps: SeriesPlaces;
  /** Rows with the same time as the one before. */
  readonly duplicates: SeriesPlaces;
  /** Remarks for the user, one sentence each. */
  readonly notes: readonly string[];
}

/** A table in time order. */
export interface SortedTable {
  /** The table with its rows sorted; the given table itself if it was already sorted. */
  readonly table: Table;
  /** What was found out about the times. */
  readonly order: TimeOrder;
}

/** A step longer than this many median steps is a gap. */
const GAP = 1.5;

/**
 * Sorts a table's rows by time and reports gaps and duplicates. Rows with the same time keep their order.
 *
 * @example
 * const table = await readTable("time,value\n2024-01-01 00:10,3\n2024-01-01 00:00,1\n2024-01-01 00:05,2\n2024-01-01 00:30,4\n");
 * const { table: sorted, order } = sortByTime(table);
 * console.log(sorted.columns[1]?.values, order.gaps.count); // [ '1', '2', '3', '4' ] 1
 *
 * @throws {ArgumentError} if there is no such column, or none that holds times
 * @throws {FormatError} for a row without a time, or a text that is not a time
 * @throws {ShapeError} if the table has no rows
 */
export function sortByTime(table: Table, options: SortByTimeOptions = {}): SortedTable {
  knownKeys("sortByTime", options, ["timeColumn", "dayFirst"]);
  const columns = columnsByName(requireTable(table));
  if (table.rows === 0) throw new ShapeError("the table has no rows; at least one is needed");
  const { column, format } = timeColumnOf(table, columns, options);
  const order = orderOf(column, instantsOf(column, format, table), format);
  if (order.wasSorted) return { table, order };
  const { lines } = table;
  const sorted: Table = {
    ...table,
    columns: table.columns.map(({ name, values }) => ({ name, values: permuted(values, order.rows) })),
    ...(lines ? { lines: Array.from(order.rows, (row) => lines[row]!) } : {}),
  };
  return { table: sorted, order };
}

function permuted(values: ArrayLike<Cell>, rows: Uint32Array): Cell[] {
  return Array.from(rows, (row) => values[row]);
}

interface TimeColumn {
  readonly column: TableColumn;
  readonly format: DateFormat;
}

function timeColumnOf(
  table: Table,
  columns: ReadonlyMap<string, TableColumn>,
  { timeColumn, dayFirst }: SortByTimeOptions,
): TimeColumn {
  const names = [...columns.keys()];
  if (timeColumn !== undefined) requireColumn("timeColumn", timeColumn, names);
  const missing = new MissingValues([]);
  for (const name of timeColumn === undefined ? names : [timeColumn]) {
    const column = columns.get(name)!;
    const profile = new ColumnProfile(name);
    profile.add(column, missing, placesOf(table, 0));
    const format = timeFormat(profile, timeColumn !== undefined, dayFirst);
    if (format !== undefined) return { column, format };
    if (timeColumn === undefined) continue;
    const { place = "the table", cell } = profile.firstUndated ?? {};
    throw wrongCell(place, name, cell, "time, or not of the kind that those before it are");
  }
  throw new ArgumentError(
    "the table has no column of times; pass timeColumn, or give the rows in order as a Matrix",
  );
}

/** @throws {FormatError} for a row without a time */
function instantsOf(column: TableColumn, format: DateFormat, table: Table): Float64Array {
  const missing = new MissingValues([]);
  return Float64Array.from(column.values as ArrayLike<unknown>, (_, row) => {
    const cell = cellAt(column, row);
    const time = missing.has(cell) ? undefined : instantOf(cell, format);
    if (time !== undefined) return time;
    const place = placesOf(table, 0)(row);
    throw new FormatError(
      `${place}: column ${show(column.name)} has no time, so the row has no place in the series`,
    );
  });
}

function orderOf({ name }: TableColumn, given: Float64Array, format: DateFormat): TimeOrder {
  const wasSorted = given.every((time, row) => row === 0 || given[row - 1]! <= time);
  const rows = Uint32Array.from(given, (_, row) => row);
  // Engines sort typed arrays stably; comparing the rows as well makes sure of it.
  if (!wasSorted) rows.sort((a, b) => given[a]! - given[b]! || a - b);
  const times = Float64Array.from(rows, (row) => given[row]!);
  const steps = new ValueCounts();
  for (let row = 1; row < times.length; row++) {
    if (times[row]! > times[row - 1]!) steps.add(times[row]! - times[row - 1]!);
  }
  const step = steps.count > 0 ? steps.median() : 0;
  const gaps = placesWhere(times, (row) => isGap({ times, step }, row));
  const duplicates = placesWhere(times, (row) => times[row] === times[row - 1]);
  const order = { timeColumn: name, times, rows, wasSorted, step, gaps, duplicates };
  return { ...order, notes: notesOf(order, format) };
}

function placesWhere(times: Float64Array, wanted: (row: number) => boolean): SeriesPlaces {
  let count = 0;
  let first: number | undefined;
  for (let row = 1; row < times.length; row++) {
    if (!wanted(row)) continue;
    count++;
    first ??= row;
  }
  return { count, first };
}

/** Whether there is a gap between a row and the one before. */
export function isGap({ times, step }: Pick<TimeOrder, "times" | "step">, row: number): boolean {
  return step > 0 && times[row]! - times[row - 1]! > GAP * step;
}

function notesOf(order: Omit<TimeOrder, "notes">, format: DateFormat): string[] {
  const { timeColumn, times, wasSorted, step, gaps, duplicates } = order;
  const notes = [`Rows are ordered by ${show(timeColumn)} (${DATE_FORMATS[format]}).`];
  if (!wasSorted) notes.push("They were not in order and have been sorted.");
  const when = (row: number) => timeText(times[row]!, format);
  if (gaps.first !== undefined) {
    const missing = Math.round((times[gaps.first]! - times[gaps.first - 1]!) / step) - 1;
    const many = gaps.count === 1 ? "There is 1 gap" : `There are ${gaps.count} gaps; the first is`;
    notes.push(
      `${many} between ${when(gaps.first - 1)} and ${when(gaps.first)}, where about ${missing} rows are missing ` +
        `(usual step: ${durationText(step)}).`,
    );
  }
  if (duplicates.first !== undefined) {
    const many = duplicates.count === 1 ? "1 row has" : `${duplicates.count} rows have`;
    notes.push(`${many} the time of the row before, first at ${when(duplicates.first)}.`);
  }
  return notes;
}

function timeText(time: number, format: DateFormat): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const text = date.toISOString().replace("T", " ").replace(".000Z", "");
  return format === "clock" ? text.slice(11) : text;
}

function durationText(milliseconds: number): string {
  const units = [
    [86_400_000, "d"],
    [3_600_000, "h"],
    [60_000, "min"],
    [1000, "s"],
  ] as const;
  const [size, unit] = units.find(([each]) => milliseconds >= each) ?? [1, "ms"];
  return `${Number((milliseconds / size).toPrecision(4))} ${unit}`;
}
