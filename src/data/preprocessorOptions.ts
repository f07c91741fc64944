import { integer, knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { nearest } from "../common/nearest.js";
import { MissingValues, requireMissing } from "./missingValues.js";

/** The types that a column can be given. */
export type ColumnType = "number" | "category" | "boolean" | "date" | "drop";

const TYPES: readonly ColumnType[] = ["number", "category", "boolean", "date", "drop"];

/** Options of `TablePreprocessor.fit`. Whatever is left out is learned from the table. */
export interface TablePreprocessorOptions {
  /** The columns to learn from; default: all. */
  columns?: readonly string[];
  /** Columns to leave out. */
  drop?: readonly string[];
  /**
   * The column that tells which rows are anomalies; `null` for none. It is not used as a feature, but read by `labels`.
   * Default: a column named `label`, `anomaly`, `outlier` or similar, if its values are known labels.
   */
  labelColumn?: string | null;
  /** Values of the label column that mean an anomaly. Default: 1, true, yes, anomaly, outlier and similar. */
  anomalyLabel?: string | number | boolean | readonly (string | number | boolean)[];
  /** A column that identifies the rows; it is not used as a feature. */
  idColumn?: string;
  /** Types of columns by name, instead of types inferred from their values. */
  types?: Readonly<Record<string, ColumnType>>;
  /** The decimal mark. Default: a comma if some column cannot be read otherwise, else a point. */
  decimal?: "." | ",";
  /** Additional texts that mean a missing value, besides the empty text, `NA`, `NaN`, `null`, `?` and similar. */
  missing?: readonly string[];
  /**
   * How to encode dates: as phases of the day, week and year, for each that the data cover twice (`"cycles"`, the
   * default); as days since 1970 (`"time"`); or `"both"`.
   */
  dates?: "cycles" | "time" | "both";
  /** Whether `1/2/2024` is 1 February; default: inferred from other dates in the column, else false. */
  dayFirst?: boolean;
  /**
   * The most categories per column that get their own feature, most frequent first; default 32. The others share one.
   */
  maximumCategories?: number;
  /**
   * Categories in less than this fraction of the rows share a feature; default 0.005. So do categories that occur only
   * once.
   */
  minimumFrequency?: number;
}

/** Options that have been checked. */
export interface CheckedPreprocessorOptions {
  readonly columns: readonly string[] | undefined;
  readonly drop: readonly string[];
  readonly labelColumn: string | null | undefined;
  readonly anomalyLabels: readonly string[];
  readonly idColumn: string | undefined;
  readonly types: ReadonlyMap<string, ColumnType>;
  readonly decimal: "." | "," | undefined;
  readonly missing: MissingValues;
  readonly dates: "cycles" | "time" | "both";
  readonly dayFirst: boolean | undefined;
  readonly maximumCategories: number;
  readonly minimumFrequency: number;
}

/** The names of the options. */
export const PREPROCESSOR_OPTIONS: readonly string[] = [
  ...["columns", "drop", "labelColumn", "anomalyLabel", "idColumn", "types", "decimal", "missing", "dates"],
  ...["dayFirst", "maximumCategories", "minimumFrequency"],
];

/** @throws {ArgumentError} for unknown options, and values of the wrong type or out of range */
export function checkPreprocessorOptions(options: TablePreprocessorOptions): CheckedPreprocessorOptions {
  knownKeys("TablePreprocessor.fit", options, PREPROCESSOR_OPTIONS);
  const { labelColumn, anomalyLabel = [], idColumn, decimal, dayFirst } = options;
  if (dayFirst !== undefined && typeof dayFirst !== "boolean") {
    throw new ArgumentError(`dayFirst must be true or false, not ${show(dayFirst)}`);
  }
  const share = (x: number) => x >= 0 && x <= 1;
  const labels: readonly unknown[] = Array.isArray(anomalyLabel) ? anomalyLabel : [anomalyLabel];
  if (!labels.every((each) => ["string", "number", "boolean"].includes(typeof each))) {
    throw new ArgumentError(`anomalyLabel must be a text, a number or a boolean, not ${show(anomalyLabel)}`);
  }
  return {
    columns: options.columns === undefined ? undefined : requireNames("columns", options.columns),
    drop: requireNames("drop", options.drop ?? []),
    labelColumn:
      labelColumn === undefined || labelColumn === null
        ? labelColumn
        : requireName("labelColumn", labelColumn),
    anomalyLabels: labels.map(String),
    idColumn: idColumn === undefined ? undefined : requireName("idColumn", idColumn),
    types: requireTypes(options.types ?? {}),
    decimal: decimal === undefined ? undefined : oneOf<"." | ",">("decimal", decimal, [".", ","]),
    missing: new MissingValues(requireMissing(options.missing ?? [])),
    dates: oneOf<"cycles" | "time" | "both">("dates", options.dates ?? "cycles", ["cycles", "time", "both"]),
    dayFirst,
    maximumCategories: integer("maximumCategories", options.maximumCategories ?? 32),
    minimumFrequency: number(
      "minimumFrequency",
      options.minimumFrequency ?? 0.005,
      "a share from 0 to 1",
      share,
    ),
  };
}

function requireName(argument: string, name: unknown): string {
  if (typeof name === "string") return name;
  throw new ArgumentError(`${argument} must be the name of a column, not ${show(name)}`);
}

function requireNames(argument: string, names: unknown): readonly string[] {
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw new ArgumentError(`${argument} must be an array of names of columns, not ${show(names)}`);
}

function requireTypes(types: unknown): ReadonlyMap<string, ColumnType> {
  if (typeof types !== "object" || types === null || Array.isArray(types)) {
    throw new ArgumentError(`types must be an object of column types by name, not ${show(types)}`);
  }
  return new Map(
    Object.entries(types).map(([name, type]) => [
      name,
      oneOf(`the type of column ${show(name)}`, type, TYPES),
    ]),
  );
}

/**
 * Checks that a column of this name exists.
 *
 * @throws {ArgumentError} if it does not; the message suggests the closest name
 */
export function requireColumn(argument: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  const near = nearest(name, names);
  const all = names.length <= 12 ? names : [...names.slice(0, 12), "…"];
  const hint = near === undefined ? "" : `; did you mean ${show(near)}?`;
  throw new ArgumentError(
    `${argument} names the column ${show(name)}, which the table does not have (it has: ${all.map((each) => (each === "…" ? each : show(each))).join(", ")})${hint}`,
  );
}

/** @throws {ArgumentError} if an option names a column that the table does not have */
export function requireColumns(options: CheckedPreprocessorOptions, names: readonly string[]): void {
  for (const name of options.columns ?? []) requireColumn("columns", name, names);
  for (const name of options.drop) requireColumn("drop", name, names);
  for (const name of options.types.keys()) requireColumn("types", name, names);
  if (typeof options.labelColumn === "string") requireColumn("labelColumn", options.labelColumn, names);
  if (options.idColumn !== undefined) requireColumn("idColumn", options.idColumn, names);
}
