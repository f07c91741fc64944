import { integer, knownKeys, number, oneOf, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import { nearest } from "../common/nearest.js";
import { MissingValues, requireMissing } from "./missingValues.js";

/** What a column can be made to be. */
export type ColumnType = "number" | "category" | "boolean" | "date" | "drop";

const TYPES: readonly ColumnType[] = ["number", "category", "boolean", "date", "drop"];

/** Options of `TablePreprocessor.fit`. Whatever is left out is learnt from the table. */
export interface TablePreprocessorOptions {
  /** The columns to learn from; default: all. */
  columns?: readonly string[];
  /** Columns to leave out. */
  drop?: readonly string[];
  /**
   * The column that tells which rows are anomalies, which is left out and read by `labels`; `null` for none. Default: a
   * column named `label`, `anomaly`, `outlier` or the like whose values are known as labels.
   */
  labelColumn?: string | null;
  /** The values of the label column that mean an anomaly. Default: 1, true, yes, anomaly, outlier and the like. */
  anomalyLabel?: string | number | boolean | readonly (string | number | boolean)[];
  /** A column that names the rows, which is left out. */
  idColumn?: string;
  /** Types of columns, by name, instead of what their values look like. */
  types?: Readonly<Record<string, ColumnType>>;
  /** The decimal mark. Default: a comma where a column can be read in no other way, else a point. */
  decimal?: "." | ",";
  /** Texts that stand for a missing value, beside the empty one, `NA`, `NaN`, `null`, `?` and the like. */
  missing?: readonly string[];
  /**
   * What becomes of dates: the phases of the day, the week and the year, as far as the data cover two of them
   * (`"cycles"`, the default); days since 1970 (`"time"`); or `"both"`.
   */
  dates?: "cycles" | "time" | "both";
  /** Whether `1/2/2024` is the first of February; default: as other dates of the column tell, else false. */
  dayFirst?: boolean;
  /** Categories of a column that get a feature each, the most frequent ones; default 32. The others share one. */
  maximumCategories?: number;
  /** Categories that less than this share of the rows has share a feature; default 0.005. So do those of one row. */
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

const NAMES = [
  ...["columns", "drop", "labelColumn", "anomalyLabel", "idColumn", "types", "decimal", "missing", "dates"],
  ...["dayFirst", "maximumCategories", "minimumFrequency"],
];

/** @throws {ArgumentError} for unknown options, and values of the wrong type or out of range */
export function checkPreprocessorOptions(options: TablePreprocessorOptions): CheckedPreprocessorOptions {
  knownKeys("TablePreprocessor.fit", options, NAMES);
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
 * Checks that a name is that of a column.
 *
 * @throws {ArgumentError} that suggests the nearest name
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

/** @throws {ArgumentError} when an option names a column that the table does not have */
export function requireColumns(options: CheckedPreprocessorOptions, names: readonly string[]): void {
  for (const name of options.columns ?? []) requireColumn("columns", name, names);
  for (const name of options.drop) requireColumn("drop", name, names);
  for (const name of options.types.keys()) requireColumn("types", name, names);
  if (typeof options.labelColumn === "string") requireColumn("labelColumn", options.labelColumn, names);
  if (options.idColumn !== undefined) requireColumn("idColumn", options.idColumn, names);
}
