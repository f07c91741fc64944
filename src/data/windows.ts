import { boolean, integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError, ShapeError } from "../common/errors.js";
import type { Table } from "../formats/table.js";
import { allocated } from "../formats/typedArrays.js";
import { wrongCell } from "./columnEncoder.js";
import { ColumnProfile } from "./columnProfile.js";
import { type AnyMatrix, Matrix, toMatrix } from "./matrix.js";
import { MissingValues } from "./missingValues.js";
import { type DecimalMark, NumberColumn } from "./numberColumn.js";
import { columnsByName, isTable, placesOf } from "./tableCheck.js";
import { isGap, type SortByTimeOptions, sortByTime, type TimeOrder } from "./timeOrder.js";
import { windowStarts } from "./windowPlaces.js";

/** Options of `windows`. */
export interface WindowOptions extends SortByTimeOptions {
  /** Number of rows in a window. */
  size: number;
  /** Rows between the starts of consecutive windows; default 1. */
  stride?: number;
  /** Whether to keep windows from crossing gaps in time; default false. A matrix needs `order`. */
  splitAtGaps?: boolean;
  /** The times of a matrix's rows, as `sortByTime` and `orderSeries` return them. Tables have their own. */
  order?: TimeOrder;
}

/** Windows over the rows of a series. */
export interface Windows {
  /**
   * One window per row, of shape [windows, size · columns]: all columns of the window's first row, then of the next.
   * This matches a convolution with `inputShape: [size, columns]`.
   */
  readonly samples: Matrix<Float64Array>;
  /** The first row of each window, in time order. */
  readonly starts: Uint32Array;
  /** Number of rows in a window. */
  readonly size: number;
  /** Number of rows in the series. */
  readonly rows: number;
  /** Number of columns in the series. */
  readonly columns: number;
  /** The names of the columns; undefined for a matrix. */
  readonly columnNames: readonly string[] | undefined;
  /** The time order of a table's rows; undefined for a matrix. */
  readonly order: TimeOrder | undefined;
}

/**
 * Cuts a series into windows of `size` rows, so that a model can learn sequences.
 *
 * A matrix's rows are used in their order. A table's rows are sorted by time first (`sortByTime`), and all its other
 * columns must be numbers; use `TablePreprocessor` to convert other tables to a matrix. If the stride would leave rows
 * over at the end, one more window ends at the last row, so that every row is in a window.
 *
 * @example
 * const { samples, starts } = windows(new Matrix(Float64Array.of(1, 2, 3, 4, 5), 5, 1), { size: 3, stride: 2 });
 * console.log(samples.data, starts); // [ 1, 2, 3,  3, 4, 5 ] [ 0, 2 ]
 *
 * @throws {ArgumentError} for options out of range; also throws the errors of `sortByTime`
 * @throws {ShapeError} if there are fewer rows than in a window
 * @throws {FormatError} for a table cell that is not a number, or missing
 * @throws {OutOfMemoryError} if there is not enough memory for the windows
 */
export function windows(series: AnyMatrix | Table, options: WindowOptions): Windows {
  knownKeys("windows", options, ["size", "stride", "splitAtGaps", "order", "timeColumn", "dayFirst"]);
  const size = integer("size", options.size);
  const stride = integer("stride", options.stride ?? 1);
  const split = boolean("splitAtGaps", options.splitAtGaps ?? false);
  const { data, rows, columns, columnNames, order } = seriesOf(series, options);
  const starts = Uint32Array.from(startsOf(segmentsOf(rows, split ? order : undefined), size, stride));
  if (starts.length === 0) {
    const where = split && order && order.gaps.count > 0 ? " between two gaps" : "";
    throw new ShapeError(`the series has ${rows} rows${where}, too few for a window of size ${size}`);
  }
  const width = size * columns;
  const samples = new Float64Array(allocated(8 * starts.length * width).buffer);
  starts.forEach((start, i) => {
    samples.set(data.subarray(start * columns, (start + size) * columns), i * width);
  });
  return {
    samples: new Matrix(samples, starts.length, width),
    starts,
    size,
    rows,
    columns,
    columnNames,
    order,
  };
}

/** Ranges of rows without a gap, as [begin, end). */
function segmentsOf(rows: number, order: TimeOrder | undefined): [begin: number, end: number][] {
  const segments: [number, number][] = [];
  let begin = 0;
  if (order && order.gaps.count > 0) {
    for (let row = 1; row < rows; row++) {
      if (!isGap(order, row)) continue;
      segments.push([begin, row]);
      begin = row;
    }
  }
  segments.push([begin, rows]);
  return segments;
}

function* startsOf(segments: readonly [number, number][], size: number, stride: number): Generator<number> {
  for (const [begin, end] of segments) yield* windowStarts(begin, end, size, stride);
}

interface Series {
  readonly data: Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
  readonly columnNames: readonly string[] | undefined;
  readonly order: TimeOrder | undefined;
}

function seriesOf(
  series: AnyMatrix | Table,
  { timeColumn, dayFirst, order, splitAtGaps }: WindowOptions,
): Series {
  if (isTable(series)) {
    const options = {
      ...(timeColumn === undefined ? {} : { timeColumn }),
      ...(dayFirst === undefined ? {} : { dayFirst }),
    };
    const sorted = sortByTime(series, options);
    return { ...numbersOf(sorted.table, sorted.order.timeColumn), order: sorted.order };
  }
  const matrix = toMatrix(series);
  if (!matrix) throw new ArgumentError(`the series must be a Matrix or a table, not ${show(series)}`);
  if (matrix.columns === 0) throw new ShapeError("the series has no columns");
  return {
    data: matrix.data,
    rows: matrix.rows,
    columns: matrix.columns,
    columnNames: undefined,
    order: orderOfMatrix(order, splitAtGaps, matrix.rows),
  };
}

/** @throws {ArgumentError} if it is missing or of another series */
function orderOfMatrix(
  order: TimeOrder | undefined,
  split: boolean | undefined,
  rows: number,
): TimeOrder | undefined {
  if (order === undefined) {
    if (split)
      throw new ArgumentError("splitAtGaps needs times: give a table with a column of them, or order");
    return undefined;
  }
  if (order.times?.length === rows) return order;
  throw new ArgumentError(
    `order must have a time for each of the ${rows} rows, not ${show(order.times?.length)}`,
  );
}

/** All columns except the times, as numbers. */
function numbersOf(table: Table, timeColumn: string): Omit<Series, "order"> {
  const used = [...columnsByName(table).values()].filter(({ name }) => name !== timeColumn);
  const columns = used.length;
  if (columns === 0)
    throw new ShapeError(`the table has no columns beside that of the times, ${show(timeColumn)}`);
  const data = new Float64Array(allocated(8 * table.rows * columns).buffer);
  const missing = new MissingValues([]);
  const placeOf = placesOf(table, 0);
  const hint = "TablePreprocessor makes a matrix of it, which windows takes as well";
  const profiles = used.map((column) => {
    const profile = new ColumnProfile(column.name);
    profile.add(column, missing, placeOf);
    if (profile.missing > 0) {
      throw new FormatError(`column ${show(column.name)} has ${profile.missing} missing values; ${hint}`);
    }
    return profile;
  });
  const comma = profiles.some((profile) => profile.comma && !profile.allPoint);
  used.forEach((column, first) => {
    const { allPoint, comma: asComma, firstText } = profiles[first]!;
    const decimal: DecimalMark = asComma && (comma || !allPoint) ? "," : ".";
    if (decimal === "." && !allPoint && firstText) {
      throw new FormatError(
        `${wrongCell(firstText.place, column.name, firstText.cell, "number").message}; ${hint}`,
      );
    }
    new NumberColumn(column.name, decimal, 0, false).encode(column, {
      out: data,
      width: columns,
      first,
      missing,
      placeOf,
    });
  });
  return { data, rows: table.rows, columns, columnNames: used.map(({ name }) => name) };
}
