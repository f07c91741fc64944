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

/** A column of a table with the features that it becomes. */
export interface FeatureColumn {
  /** Its name in the table. */
  readonly name: string;
  /** What its values are. */
  readonly type: "number" | "category" | "boolean" | "date";
  /** The columns of the matrix that are its features, one after the other. */
  readonly features: readonly number[];
  /** What features of it stand for, in words: `9.1`, `DE`, `14:00`. */
  describe(values: ArrayLike<number>): string;
}

/** What `toJSON` gives, and `fromJSON` takes. */
export interface TablePreprocessorJson {
  /** Of this format; a release that changes it reads the older ones, too. */
  readonly version: 1;
  /** What was learnt of each column that is used. */
  readonly columns: readonly Record<string, unknown>[];
  /** The option `missing`. */
  readonly missing: readonly string[];
  /** The column that `labels` reads; null where there is none. */
  readonly labelColumn: string | null;
  /** The option `anomalyLabel`. */
  readonly anomalyLabels: readonly string[];
  /** The option `idColumn`; null where it was not given. */
  readonly idColumn: string | null;
  /** What was decided about each column. */
  readonly decisions: readonly ColumnDecision[];
}

const VERSION = 1;

/**
 * Makes numbers of the columns of a table, in a way that it learns from one table and applies to others.
 *
 * Numbers stay as they are; a model with `scaling: "standard"` scales them. Categories become a feature each (one-hot),
 * the rare ones one together, and those that come later for the first time count as rare. Words for true and false
 * become 1 and 0. Dates become the phases of the day, the week and the year. Missing numbers become the column's median,
 * and a feature tells where they were if more than 5 % are missing. Columns that are constant, empty, a running number, or
 * texts that are nearly all different, are left out. `decisions` tells what was done with each column, and each decision
 * can be overridden by an option.
 *
 * The median is exact for up to 8,192 different values; of more, the last bits are rounded, as few as will do. So memory
 * is bounded by the number of columns, and chunks in any order give the same result.
 *
 * @example
 * const table = await readTable("country,age,member\nDE,31,yes\nFR,?,no\nDE,45,yes\nFR,29,no\n");
 * const preprocessor = TablePreprocessor.fit(table);
 * console.log(preprocessor.featureNames); // country = DE, country = FR, age, age missing, member
 * console.log(preprocessor.transform(table).shape); // [ 4, 5 ]
 * console.log(preprocessor.summary());
 */
export class TablePreprocessor {
  /** Stays when a minifier renames the class. */
  static readonly name = "TablePreprocessor";
  static {
    brand(TablePreprocessor);
  }
  /** The columns that are used, in the order of the table, with their features. */
  readonly columns: readonly FeatureColumn[];
  /** The names of the features, such as `age` or `country = DE`, one for each column of the matrix. */
  readonly featureNames: readonly string[];
  /** What was decided about each column of the table, used or not. */
  readonly decisions: readonly ColumnDecision[];
  /** The column that `labels` reads; undefined where there is none. */
  readonly labelColumn: string | undefined;
  /** The column that names the rows, as the option said. */
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
   * Learns from a table, or from one that comes in chunks.
   *
   * @throws {ArgumentError} for an option that names a column the table does not have, and where no column is left to
   * learn from
   * @throws {FormatError} for a cell that is not of the type that `types` gives its column; the message names the line
   * @throws {NonFiniteError} for an infinite number
   */
  static fit(table: Table | Iterable<Table>, options: TablePreprocessorOptions = {}): TablePreprocessor {
    const learner = new ColumnLearner(checkPreprocessorOptions(options));
    if (isTable(table)) learner.add(table);
    else for (const chunk of requireChunks(table)) learner.add(chunk);
    return new TablePreprocessor(learner.end());
  }

  /** `fit` for chunks that come one after the other, such as those of `readTableChunks`. Errors as of `fit`. */
  static async fitStream(
    chunks: AsyncIterable<Table> | Iterable<Table>,
    options: TablePreprocessorOptions = {},
  ): Promise<TablePreprocessor> {
    const learner = new ColumnLearner(checkPreprocessorOptions(options));
    for await (const chunk of requireChunks(chunks)) learner.add(chunk);
    return new TablePreprocessor(learner.end());
  }

  /**
   * The features of each row: a matrix of 64-bit floats of shape [rows, features]. Columns that are not used may be there
   * or not.
   *
   * @throws {ArgumentError} when a column that is used is not in the table
   * @throws {FormatError} for a cell that is not of its column's type; the message names the line
   * @throws {OutOfMemoryError} when the runtime refuses the memory for the matrix
   */
  transform(table: Table): Matrix<Float64Array> {
    return this.#transform(requireTable(table), 0);
  }

  /** `transform` for chunks, one matrix for each that has rows. Errors as of `transform`. */
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
   * The table that features stand for, with the columns that are used: numbers, categories and booleans as they are
   * nearest, dates where the time itself is a feature. Missing cells are null.
   *
   * @param features of shape [rows, features], such as a reconstruction
   * @throws {ShapeError} when it has another width
   * @throws {ArgumentError} when it is no matrix
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
   * @throws {StateError} when there is no label column
   * @throws {ArgumentError} when the table does not have it, or has values in it of which `anomalyLabel` has to say what
   * they mean
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

  /** `decisions` as a table of text, for a terminal. */
  summary(): string {
    return summaryText(this.decisions);
  }

  /** All that was learnt, for `JSON.stringify` and a model's file. */
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
   * The preprocessor that `toJSON` wrote.
   *
   * @param json as `JSON.parse` gives it
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
