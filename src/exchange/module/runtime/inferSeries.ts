// Windows over the rows of a series, and what their scores say of its points.
import { windowMeans } from "../../../anomaly/tableColumns.js";
import { combineFlags, combineScores, windowStarts } from "../../../data/windowPlaces.js";
import type { Cell } from "../../../formats/table.js";
import { type ColumnScaling, scaled } from "./inferSamples.js";

export { windowMeans };

/** How a series is cut. */
export interface SeriesPlan {
  /** Rows in a window. */
  readonly size: number;
  /** Rows between the starts of windows. */
  readonly stride: number;
  /** What scales the features of each row; without, they stay as they are. */
  readonly scaling?: ColumnScaling;
}

/** Windows are scored so many at a time: a long series has far more numbers in its windows than in its rows. */
const WINDOWS_AT_ONCE = 64;

/** The rows of a series as its windows have them. */
export function seriesRows(rows: readonly Float64Array[], { scaling }: SeriesPlan): readonly Float64Array[] {
  return scaling ? rows.map((row) => scaled(row, scaling)) : rows;
}

/** Where the windows of so many rows begin. */
function startsOf(count: number, { size, stride }: SeriesPlan): Uint32Array {
  if (count < size) throw new RangeError(`the series has ${count} rows, too few for a window of ${size}`);
  return Uint32Array.from(windowStarts(0, count, size, stride));
}

/** Windows of a series, one behind the other. */
function cutWindows(rows: readonly Float64Array[], starts: Uint32Array, size: number): Float64Array {
  const width = rows[0]!.length;
  const windows = new Float64Array(starts.length * size * width);
  for (const [index, start] of starts.entries())
    for (let row = 0; row < size; row++) windows.set(rows[start + row]!, (index * size + row) * width);
  return windows;
}

/** All windows of a series. */
export function seriesWindows(rows: readonly Float64Array[], plan: SeriesPlan): Float64Array {
  return cutWindows(rows, startsOf(rows.length, plan), plan.size);
}

/** The window that rows are, if they are as many as it needs. */
export function oneWindow(rows: readonly Float64Array[], { size }: SeriesPlan): Float64Array {
  if (rows.length !== size) throw new RangeError(`a window has ${size} rows, not ${rows.length}`);
  return cutWindows(rows, Uint32Array.of(0), size);
}

/** The score of each window of a series, and of each of its rows: the mean over the windows that have it. */
export function seriesScores(
  rows: readonly Float64Array[],
  plan: SeriesPlan,
  score: (windows: Float64Array) => Float32Array,
) {
  const { size } = plan;
  const starts = startsOf(rows.length, plan);
  const windows = new Float32Array(starts.length);
  for (let at = 0; at < starts.length; at += WINDOWS_AT_ONCE)
    windows.set(score(cutWindows(rows, starts.subarray(at, at + WINDOWS_AT_ONCE), size)), at);
  return { starts, windows, points: combineScores(windows, { starts, size, rows: rows.length }, "mean") };
}

/** Adds what is flagged: windows above the limit, and the rows of which all windows are. */
export function withFlags(scores: ReturnType<typeof seriesScores>, { size }: SeriesPlan, limit: number) {
  const windowFlags = Uint8Array.from(scores.windows, (value) => (value > limit ? 1 : 0));
  const places = { starts: scores.starts, size, rows: scores.points.length };
  return { ...scores, windowFlags, pointFlags: combineFlags(windowFlags, places) };
}

/**
 * Rows of a table whose times are in order, as far as they tell: as dates, numbers, or texts with the year first.
 *
 * @throws {RangeError} for a row that is earlier than the one before
 */
export function inOrder<T extends Readonly<Record<string, Cell>>>(records: readonly T[], column: string) {
  let last: unknown;
  for (const [row, record] of records.entries()) {
    const cell = record[column];
    const dated = typeof cell !== "string" || /^\d{4}-\d\d-\d\d/.test(cell);
    const time: unknown = dated && cell instanceof Date ? cell.getTime() : dated ? cell : undefined;
    if (typeof time === typeof last && (time as number) < (last as number))
      throw new RangeError(
        `row ${row} is earlier than the row before (${column}); give the rows in the order of time`,
      );
    last = time;
  }
  return records;
}
