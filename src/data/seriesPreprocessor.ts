import { brand } from "../common/brand.js";
import { boolean, integer, knownKeys } from "../common/check.js";
import { ArgumentError, FormatError, ShapeError } from "../common/errors.js";
import type { Table } from "../formats/table.js";
import type { ColumnDecision } from "./decideColumns.js";
import { JsonFields } from "./encoderFile.js";
import { joinWindows } from "./joinWindows.js";
import { type AnyMatrix, Matrix } from "./matrix.js";
import { PREPROCESSOR_OPTIONS, type TablePreprocessorOptions } from "./preprocessorOptions.js";
import { ColumnStatistics, type ScalingParameters } from "./scaling.js";
import { orderSeries } from "./seriesOrder.js";
import { summaryText } from "./summaryText.js";
import { TablePreprocessor, type TablePreprocessorJson } from "./tablePreprocessor.js";
import type { WindowPlaces } from "./windowPlaces.js";
import { type Windows, windows } from "./windows.js";

/** Options of `SeriesPreprocessor.fit`; those about columns are as of `TablePreprocessor.fit`. */
export interface SeriesPreprocessorOptions extends TablePreprocessorOptions {
  /** Number of rows in a window. */
  size: number;
  /** Rows between the starts of consecutive windows; default 1. */
  stride?: number;
  /** The column of times. Default: the first one that holds dates; if there is none, rows are in order. */
  timeColumn?: string;
  /** Whether to keep windows from crossing gaps in time; default false. Rows between gaps can then be in no window. */
  splitAtGaps?: boolean;
}

/** The windows of a series, and the table that they come from. */
export interface SeriesWindows extends Windows {
  /** The table in the order of time. */
  readonly table: Table;
  /** What was found out about the times, one sentence each. */
  readonly notes: readonly string[];
}

/** The result of `toJSON`, and the argument of `fromJSON`. */
export interface SeriesPreprocessorJson {
  /** Version of this format. */
  readonly version: 1;
  /** Tells it from a table's. */
  readonly kind: "series";
  /** Number of rows in a window. */
  readonly size: number;
  /** Rows between the starts of consecutive windows. */
  readonly stride: number;
  /** The column of times; null if there is none. */
  readonly timeColumn: string | null;
  /** The option `dayFirst`; null if it was not given. */
  readonly dayFirst: boolean | null;
  /** The option `splitAtGaps`, if it is true. */
  readonly splitAtGaps?: boolean;
  /** Mean of each feature. */
  readonly offset: readonly number[];
  /** Standard deviation of each feature. */
  readonly scale: readonly number[];
  /** What was learned about the columns. */
  readonly table: TablePreprocessorJson;
}

/** What was learned about a series. */
interface LearntSeries extends ScalingParameters {
  readonly table: TablePreprocessor;
  readonly size: number;
  readonly stride: number;
  readonly timeColumn: string | undefined;
  readonly dayFirst: boolean | undefined;
  readonly splitAtGaps: boolean;
}

const VERSION = 1;

/**
 * Cuts the rows of a table that follow each other in time into windows of numbers. It learns from one series how, and does
 * the same with others: it sorts the rows by time, converts the columns as `TablePreprocessor` does, gives each feature mean
 * 0 and standard deviation 1 over the whole series, and cuts windows. A model of the windows needs no `scaling`.
 *
 * @example
 * const lines = Array.from({ length: 50 }, (_, i) => `2024-01-01 00:${String(i).padStart(2, "0")},${20 + (i % 10)}`);
 * const table = await readTable(`time,temperature\n${lines.join("\n")}`);
 * const preprocessor = SeriesPreprocessor.fit(table, { size: 10 });
 * const series = preprocessor.transform(table);
 * console.log(series.samples.shape); // [ 41, 10 ]
 * console.log(preprocessor.inverse(series.samples, series).columns[0]?.values[3]); // 23
 */
export class SeriesPreprocessor {
  /** Keeps the name when a minifier renames the class. */
  static readonly name = "SeriesPreprocessor";
  static {
    brand(SeriesPreprocessor);
  }
  /** How columns become features. */
  readonly table: TablePreprocessor;
  /** Number of rows in a window. */
  readonly size: number;
  /** Rows between the starts of consecutive windows. */
  readonly stride: number;
  /** The column of times; undefined if rows are taken in their order. */
  readonly timeColumn: string | undefined;
  /** Whether windows do not cross gaps in time. */
  readonly splitAtGaps: boolean;
  readonly #dayFirst: boolean | undefined;
  readonly #scaling: ScalingParameters;

  private constructor(learnt: LearntSeries) {
    const { table, size, stride, timeColumn, dayFirst, splitAtGaps, offset, scale } = learnt;
    this.table = table;
    this.size = size;
    this.stride = stride;
    this.timeColumn = timeColumn;
    this.splitAtGaps = splitAtGaps;
    this.#dayFirst = dayFirst;
    this.#scaling = { offset, scale };
  }

  /**
   * Learns from a series.
   *
   * @throws {ArgumentError} {FormatError} {NonFiniteError} as `TablePreprocessor.fit` and `sortByTime`
   * @throws {ShapeError} if there are fewer rows than in a window
   */
  static fit(series: Table, options: SeriesPreprocessorOptions): SeriesPreprocessor {
    knownKeys("SeriesPreprocessor.fit", options, [
      ...["size", "stride", "timeColumn", "splitAtGaps"],
      ...PREPROCESSOR_OPTIONS,
    ]);
    const { size, stride = 1, timeColumn: wanted, splitAtGaps = false, ...columns } = options;
    const { dayFirst } = columns;
    integer("size", size);
    integer("stride", stride);
    boolean("splitAtGaps", splitAtGaps);
    const { table: rows, order } = orderSeries(series, orderOptions(wanted, dayFirst));
    if (rows.rows < size) {
      throw new ShapeError(`the series has ${rows.rows} rows, too few for a window of size ${size}`);
    }
    if (splitAtGaps && !order)
      throw new ArgumentError("splitAtGaps needs a column of times, and none was found");
    const timeColumn = order?.timeColumn;
    const drop = [...(columns.drop ?? []), ...(timeColumn === undefined ? [] : [timeColumn])];
    const table = TablePreprocessor.fit(rows, { ...columns, drop });
    const statistics = new ColumnStatistics(table.featureNames.length);
    statistics.add(table.transform(rows).data);
    return new SeriesPreprocessor({
      ...{ table, size, stride, timeColumn, dayFirst, splitAtGaps },
      ...statistics.finiteParameters("standard", "the features"),
    });
  }

  /** Number of features of a row. A window has `size` times as many values. */
  get columns(): number {
    return this.table.featureNames.length;
  }

  /** The decision about each column of the table, used or not. */
  get decisions(): readonly ColumnDecision[] {
    return this.table.decisions.map((decision) =>
      decision.column === this.timeColumn
        ? { ...decision, type: "date", action: "orders the rows" }
        : decision,
    );
  }

  /**
   * The windows of a series. Columns that are not used may be missing from the table.
   *
   * @throws {ArgumentError} if a column that is used, or that of the times, is not in the table
   * @throws {FormatError} for a cell that is not of its column's type; the message names the line
   * @throws {ShapeError} if there are fewer rows than in a window
   */
  transform(series: Table): SeriesWindows {
    const {
      table: rows,
      order,
      notes,
    } = this.timeColumn === undefined
      ? { table: series, order: undefined, notes: [] }
      : orderSeries(series, orderOptions(this.timeColumn, this.#dayFirst));
    const features = this.table.transform(rows);
    const { offset, scale } = this.#scaling;
    features.data.forEach((value, i) => {
      const column = i % features.columns;
      features.data[i] = (value - offset[column]!) / scale[column]!;
    });
    const { size, stride, splitAtGaps } = this;
    const cut = windows(features, { size, stride, splitAtGaps, ...(order && { order }) });
    return { ...cut, columnNames: this.table.featureNames, order, table: rows, notes };
  }

  /**
   * Converts windows back to the series: the mean over the windows that have a row, in the table's units and categories.
   *
   * @param samples of shape [windows, size · columns], such as reconstructions
   * @param places the result of `transform`
   * @throws {ShapeError} unless there are as many windows, of this size
   */
  inverse(samples: AnyMatrix, places: WindowPlaces): Table {
    const { data, rows, columns } = joinWindows(samples, places);
    if (columns !== this.columns) {
      throw new ShapeError(
        `samples has ${columns} values for each row, but the preprocessor makes ${this.columns}`,
      );
    }
    const { offset, scale } = this.#scaling;
    const own = data.map((value, i) => value * scale[i % columns]! + offset[i % columns]!);
    return this.table.inverse(new Matrix(own, rows, columns));
  }

  /** `decisions` as a text table, for a terminal. */
  summary(): string {
    return summaryText(this.decisions);
  }

  /** Everything that was learned, for `JSON.stringify` and a model's file. */
  toJSON(): SeriesPreprocessorJson {
    const { size, stride, timeColumn, table } = this;
    const { offset, scale } = this.#scaling;
    return {
      ...{ version: VERSION, kind: "series", size, stride },
      ...{ timeColumn: timeColumn ?? null, dayFirst: this.#dayFirst ?? null },
      ...(this.splitAtGaps && { splitAtGaps: true }),
      ...{ offset: [...offset], scale: [...scale], table: table.toJSON() },
    };
  }

  /**
   * Restores a preprocessor from its `toJSON`.
   *
   * @param json the result of `JSON.parse`
   * @throws {FormatError} for anything else
   */
  static fromJSON(json: unknown): SeriesPreprocessor {
    const fields = new JsonFields(json, "a preprocessor of series");
    const version = fields.number("version");
    if (version !== VERSION) {
      throw new FormatError(
        `a preprocessor of version ${version} is not known; this release reads version ${VERSION}`,
      );
    }
    fields.oneOf("kind", ["series"]);
    const table = TablePreprocessor.fromJSON(fields.take("table", "an object", () => true));
    const count = (name: string) =>
      fields.take<number>(
        name,
        "a positive integer",
        (value) => Number.isSafeInteger(value) && Number(value) >= 1,
      );
    const numbers = (name: string, least: number) =>
      Float64Array.from(
        fields.take<number[]>(name, `a number for each feature`, (value) => {
          const fits = (one: unknown) => typeof one === "number" && one > least && one < Infinity;
          return Array.isArray(value) && value.length === table.featureNames.length && value.every(fits);
        }),
      );
    const optional = <T>(name: string, type: "string" | "boolean") =>
      fields.take<T | null>(name, `a ${type} or null`, (value) => value === null || typeof value === type) ??
      undefined;
    return new SeriesPreprocessor({
      ...{ table, size: count("size"), stride: count("stride") },
      ...{
        timeColumn: optional<string>("timeColumn", "string"),
        dayFirst: optional<boolean>("dayFirst", "boolean"),
        splitAtGaps:
          fields.take<boolean | undefined>(
            "splitAtGaps",
            "true or false, or nothing",
            (value) => value === undefined || typeof value === "boolean",
          ) ?? false,
      },
      ...{ offset: numbers("offset", -Infinity), scale: numbers("scale", 0) },
    });
  }
}

function orderOptions(timeColumn: string | undefined, dayFirst: boolean | undefined) {
  return { ...(timeColumn !== undefined && { timeColumn }), ...(dayFirst !== undefined && { dayFirst }) };
}
