import { brand } from "../common/brand.js";
import { show } from "../common/check.js";
import { ArgumentError, FormatError, ShapeError, StateError } from "../common/errors.js";
import type { Cell, Table, TableColumn } from "../formats/table.js";
import { allocated } from "../formats/typedArrays.js";
import type { ColumnEncoder } from "./columnEncoder.js";
import { ColumnLearner, type LearntColumns } from "./columnLearner.js";
import type { ColumnDecision } from "./decideColumns.js";
import { encoderFrom, JsonFields } from "./encoderFile.js";
import { readLabelColumn } from "./labelColumn.js";
import { type AnyMatrix, Matrix, toMatrix } from "./matrix.js";
import { MissingValues } from "./missingValues.js";
import {
  checkPreprocessorOptions,
  requireColumn,
  type TablePreprocessorOptions,
} from "./preprocessorOptions.js";
import { summaryText } from "./summaryText.js";
import { columnsByName, isTable, placesOf, requireChunks, requireTable } from "./tableCheck.js";

/** A column of a table, with its features. */
export interface FeatureColumn {
  /** The column's name in the table. */
  readonly name: string;
  /** The type of its values. */
  readonly type: "number" | "category" | "boolean" | "date";
  /** Indices of its features among the matrix's columns, all adjacent. */
  readonly features: readonly number[];
  /** Describes the value that its features represent: `9.1`, `DE`, `14:00`. */
  describe(values: ArrayLike<number>): string;
}

/** The result of `toJSON`, and the argument of `fromJSON`. */
export interface TablePreprocessorJson {
  /** Version of this format. A release that changes it still reads older versions. */
  readonly version: 1;
  /** What was learned about each column that is used. */
  readonly columns: readonly Record<string, unknown>[];
  /** The option `missing`. */
  readonly missing: readonly string[];
  /** The column that `labels` reads; null if there is none. */
  readonly labelColumn: string | null;
  /** The option `anomalyLabel`. */
  readonly anomalyLabels: readonly string[];
  /** The option `idColumn`; null if it was not given. */
  readonly idColumn: string | null;
  /** What was decided about each column. */
  readonly decisions: readonly ColumnDecision[];
}

const VERSION = 1;

/**
 * Converts the columns of a table to numbers. It learns how from one table and applies that to others.
 *
 * Numbers stay as they are; use a model with `scaling: "standard"` to scale them. Categories are one-hot encoded: one
 * feature each, with rare ones sharing one; categories first seen later count as rare. Words for true and false become
 * 1 and 0. Dates become the phases of the day, the week and the year. Missing numbers are replaced by the column's
 * median, and an extra feature marks them if more than 5 % are missing. Columns are left out if they are constant,
 * empty, running numbers, or texts that are nearly all different. `decisions` tells what was done with each column, and
 * options can override each decision.
 *
 * The median is exact for up to 8,192 distinct values. With more, the last bits are rounded, as few as necessary.
 * Memory is thus bounded by the number of columns, and chunks in any order give the same result.
 *
 * @example
 * const table = await readTable("country,age,member\nDE,31,yes\nFR,?,no\nDE,45,yes\nFR,29,no\n");
 * const preprocessor = TablePreprocessor.fit(table);
 * console.log(preprocessor.featureNames); // country = DE, country = FR, age, age missing, member
 * console.log(preprocessor.transform(table).shape); // [ 4, 5 ]
 * console.log(preprocessor.summary());
 */
export class TablePreprocessor {
  /** Keeps the name when a minifier renames the class. */
  static readonly name = "TablePreprocessor";
  static {
    brand(TablePreprocessor);
  }
  /** The columns that are used, in table order, with their features. */
  readonly columns: readonly FeatureColumn[];
  /** The features' names, such as `age` or `country = DE`, one for each column of the matrix. */
  readonly featureNames: readonly string[];
  /** The decision about each column of the table, used or not. */
  readonly decisions: readonly ColumnDecision[];
  /** The column that `labels` reads; undefined if there is none. */
  readonly labelColumn: string | undefined;
  /** The column that identifies the rows, if given as an option. */
  readonly idColumn: string | undefined;
  readonly #encoders: readonly ColumnEncoder[];
  readonly #missing: MissingValues;
  readonly #anomalyLabels: readonly string[];

  private constructor({ encoders, decisions, options, labelColumn }: LearntColumns) {
    let first = 0;
    this.columns = encoders.map((encoder): FeatureColumn => {
      const { column: name, type } = encoder;
      const features = encoder.features.map((_, i) => first + i);
      first += features.length;
      return { name, type, features, describe: (values) => encoder.describe(values) };
    });
    this.featureNames = encoders.flatMap(({ features }) => features);
    this.decisions = decisions;
    this.labelColumn = labelColumn;
    this.idColumn = options.idColumn;
    this.#encoders = encoders;
    this.#missing = options.missing;
    this.#anomalyLabels = options.anomalyLabels;
  }

  /**
   * Learns from a table, or from its chunks.
   *
   * @throws {ArgumentError} for an option that names a column the table does not have, and if there is no column left
   *   to learn from
   * @throws {FormatError} for a cell that is not of the type that `types` gives its column; the message names the line
   * @throws {NonFiniteError} for an infinite number
   */
  static fit(table: Table | Iterable<Table>, options: TablePreprocessorOptions = {}): TablePreprocessor {
    const learner = new ColumnLearner(checkPreprocessorOptions(options));
    if (isTable(table)) learner.add(table);
    else for (const chunk of requireChunks(table)) learner.add(chunk);
    return new TablePreprocessor(learner.end());
  }

  /**
   * Like `fit`, for chunks that arrive one after the other, such as those of `readTableChunks`. Throws the same errors.
   */
  static async fitStream(
    chunks: AsyncIterable<Table> | Iterable<Table>,
    options: TablePreprocessorOptions = {},
  ): Promise<TablePreprocessor> {
    const learner = new ColumnLearner(checkPreprocessorOptions(options));
    for await (const chunk of requireChunks(chunks)) learner.add(chunk);
    return new TablePreprocessor(learner.end());
  }

  /**
   * The features of each row: a matrix of 64-bit floats of shape [rows, features]. Columns that are not used may be
   * missing from the table.
   *
   * @throws {ArgumentError} if a column that is used is not in the table
   * @throws {FormatError} for a cell that is not of its column's type; the message names the line
   * @throws {OutOfMemoryError} if there is not enough memory for the matrix
   */
  transform(table: Table): Matrix<Float64Array> {
    return this.#transform(requireTable(table), 0);
  }

  /** Like `transform`, for chunks: one matrix for each chunk that has rows. Throws the same errors. */
  async *transformStream(
    chunks: AsyncIterable<Table> | Iterable<Table>,
  ): AsyncGenerator<Matrix<Float64Array>, void, void> {
    let before = 0;
    for await (const chunk of requireChunks(chunks)) {
      const table = requireTable(chunk);
      if (table.rows > 0) yield this.#transform(table, before);
      before += table.rows;
    }
  }

  #transform(table: Table, before: number): Matrix<Float64Array> {
    const width = this.featureNames.length;
    const columns = columnsByName(table);
    const names = [...columns.keys()];
    const out = new Float64Array(allocated(8 * table.rows * width).buffer);
    const placeOf = placesOf(table, before);
    let first = 0;
    for (const encoder of this.#encoders) {
      const column = columns.get(encoder.column);
      if (!column) requireColumn("the preprocessor", encoder.column, names);
      else encoder.encode(column, { out, width, first, missing: this.#missing, placeOf });
      first += encoder.features.length;
    }
    return new Matrix(out, table.rows, width);
  }

  /**
   * Converts features back to a table with the columns that are used: numbers, the nearest categories and booleans, and
   * dates if the time itself is a feature. Missing cells are null.
   *
   * @param features of shape [rows, features], such as a reconstruction
   * @throws {ShapeError} if the number of features is wrong
   * @throws {ArgumentError} if it is not a matrix
   */
  inverse(features: AnyMatrix): Table {
    const matrix = toMatrix(features);
    if (!matrix) throw new ArgumentError(`features must be a Matrix, not ${show(features)}`);
    const width = this.featureNames.length;
    if (matrix.columns !== width) {
      throw new ShapeError(`features has ${matrix.columns} columns, but the preprocessor makes ${width}`);
    }
    let first = 0;
    const columns = this.#encoders.map((encoder): TableColumn => {
      const begin = first;
      first += encoder.features.length;
      const values = Array.from({ length: matrix.rows }, (_, row): Cell => {
        const at = row * width + begin;
        return encoder.decode(matrix.data.subarray(at, at + encoder.features.length));
      });
      return { name: encoder.column, values };
    });
    return { rows: matrix.rows, columns };
  }

  /**
   * Reads the label column: 1 for each row that is an anomaly, 0 for the others.
   *
   * @throws {StateError} if there is no label column
   * @throws {ArgumentError} if the table does not have it, or if its values are unknown and `anomalyLabel` must say
   *   which ones mean an anomaly
   * @throws {FormatError} for a missing value
   */
  labels(table: Table): Uint8Array {
    const name = this.labelColumn;
    if (name === undefined) {
      throw new StateError("there is no label column; pass labelColumn to fit to name one");
    }
    const columns = columnsByName(requireTable(table));
    const column = columns.get(name);
    if (!column) requireColumn("labelColumn", name, [...columns.keys()]);
    return readLabelColumn(column!, this.#anomalyLabels, this.#missing, placesOf(table, 0));
  }

  /** `decisions` as a text table, for a terminal. */
  summary(): string {
    return summaryText(this.decisions);
  }

  /** Everything that was learned, for `JSON.stringify` and a model's file. */
  toJSON(): TablePreprocessorJson {
    return {
      version: VERSION,
      columns: this.#encoders.map((encoder) => encoder.toJSON()),
      missing: this.#missing.texts,
      labelColumn: this.labelColumn ?? null,
      anomalyLabels: this.#anomalyLabels,
      idColumn: this.idColumn ?? null,
      decisions: this.decisions,
    };
  }

  /**
   * Restores a preprocessor from its `toJSON`.
   *
   * @param json the result of `JSON.parse`
   * @throws {FormatError} for anything else
   */
  static fromJSON(json: unknown): TablePreprocessor {
    const fields = new JsonFields(json, "a preprocessor");
    const version = fields.number("version");
    if (version !== VERSION) {
      throw new FormatError(
        `a preprocessor of version ${version} is not known; this release reads version ${VERSION}`,
      );
    }
    const encoders = fields.list("columns").map(encoderFrom);
    if (encoders.length === 0) throw new FormatError("a preprocessor must have columns");
    const optional = (name: string): string | undefined =>
      fields.take<string | null>(
        name,
        "a text or null",
        (value) => value === null || typeof value === "string",
      ) ?? undefined;
    const options = {
      missing: new MissingValues(fields.texts("missing")),
      anomalyLabels: fields.texts("anomalyLabels"),
      idColumn: optional("idColumn"),
    };
    const decisions = fields.list("decisions").map(decisionFrom);
    return new TablePreprocessor({ encoders, decisions, options, labelColumn: optional("labelColumn") });
  }
}

function decisionFrom(json: unknown): ColumnDecision {
  const fields = new JsonFields(json, "a decision of a preprocessor");
  return {
    column: fields.text("column"),
    type: fields.text("type") as ColumnDecision["type"],
    features: fields.number("features"),
    action: fields.text("action"),
    missing: fields.number("missing"),
    range: fields.text("range"),
  };
}
