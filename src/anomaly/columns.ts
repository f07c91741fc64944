import { integer, isOptions, knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";

/** A column as people know it, which can be several features of the samples: a category that came as one-hot, say. */
export interface DetectorColumn {
  /** What it is called in reasons. */
  name: string;
  /** Which features of a sample it is, counted from 0. */
  features: readonly number[];
  /**
   * Says what its features stand for; default: the number itself, or an array where there are several features. Gets
   * values of a sample or those that were expected, in the units of the samples. It is not saved with a detector.
   */
  describe?: (values: readonly number[]) => string | number;
  /** Not used; the columns of a `TablePreprocessor` have it, and can be given as they are. */
  type?: string;
}

/** Columns that have been checked: every feature belongs to one of them. */
export type Columns = readonly DetectorColumn[];

/**
 * @param columns names, one a feature, or columns; undefined stands for one a feature, without names
 * @param inputSize features of a sample
 * @throws {ArgumentError} {ShapeError} unless every feature belongs to one column
 */
export function checkColumns(columns: unknown, inputSize: number): Columns {
  if (columns === undefined) return Array.from({ length: inputSize }, (_, j) => unnamed(j));
  if (!Array.isArray(columns)) throw new ArgumentError(`columns must be an array, not ${show(columns)}`);
  const checked = columns.map((column, index) => checkColumn(column, index));
  const owner = new Map<number, number>();
  checked.forEach(({ features }, index) => {
    for (const feature of features) {
      if (feature >= inputSize) {
        throw new ShapeError(
          `columns[${index}] has feature ${feature}, but samples have features 0 to ${inputSize - 1}`,
        );
      }
      if (owner.has(feature)) {
        throw new ArgumentError(
          `feature ${feature} is in columns[${owner.get(feature)}] and in columns[${index}]; it belongs to one column`,
        );
      }
      owner.set(feature, index);
    }
  });
  for (let j = 0; j < inputSize; j++) {
    if (!owner.has(j)) {
      throw new ShapeError(
        `feature ${j} is in no column; the ${columns.length} columns must have all ${inputSize} features of a sample`,
      );
    }
  }
  return checked;
}

/** How many features the columns have: the width of a sample, if they are valid. Undefined for what are no columns. */
export function featuresOf(columns: unknown): number | undefined {
  if (!Array.isArray(columns) || columns.length === 0) return undefined;
  let count = 0;
  for (const column of columns) {
    if (typeof column === "string") count++;
    else if (isOptions(column) && Array.isArray((column as DetectorColumn).features)) {
      count += (column as DetectorColumn).features.length;
    } else return undefined;
  }
  return count > 0 ? count : undefined;
}

function unnamed(index: number): DetectorColumn {
  return { name: `column ${index}`, features: [index] };
}

function checkColumn(column: unknown, index: number): DetectorColumn {
  const where = `columns[${index}]`;
  if (typeof column === "string") return { name: column, features: [index] };
  if (!isOptions(column)) {
    throw new ArgumentError(`${where} must be a name or an object { name, features }, not ${show(column)}`);
  }
  knownKeys(where, column, ["name", "features", "describe", "type"]);
  const { name, features, describe } = column as Partial<DetectorColumn>;
  if (typeof name !== "string")
    throw new ArgumentError(`name of ${where} must be a string, not ${show(name)}`);
  if (!Array.isArray(features) || features.length === 0) {
    throw new ArgumentError(
      `features of ${where} must be an array of at least one index, not ${show(features)}`,
    );
  }
  features.forEach((feature, i) => {
    integer(`features[${i}] of ${where}`, feature, 0);
  });
  if (describe !== undefined && typeof describe !== "function") {
    throw new ArgumentError(`describe of ${where} must be a function, not ${show(describe)}`);
  }
  return { name, features: [...features], ...(describe && { describe }) };
}
