import type { TablePreprocessor } from "../data/index.js";
import type { DetectorColumn } from "./columns.js";

/**
 * The columns of a table with their features in a sample.
 *
 * @param size rows of a window; a column has the features of all of them
 */
export function detectorColumns(preprocessor: TablePreprocessor, size = 1): DetectorColumn[] {
  const width = preprocessor.featureNames.length;
  return preprocessor.columns.map(({ name, type, features, describe }) => {
    // A number alone is rounded where it is shown.
    const plain = type === "number" && features.length === 1;
    if (size === 1) return plain ? { name, features } : { name, features, describe };
    const all = Array.from({ length: size }, (_, row) =>
      features.map((feature) => row * width + feature),
    ).flat();
    // A window has many values of a column: their mean says enough.
    const mean = (values: readonly number[]) => {
      const means = windowMeans(values, features.length);
      return features.length === 1 ? means[0]! : describe(means);
    };
    return { name, features: all, describe: mean };
  });
}

/** The means of a column's features over the rows of a window, whose values lie one row behind the other. */
export function windowMeans(values: readonly number[], features: number): number[] {
  return Array.from({ length: features }, (_, k) => {
    const own = values.filter((_, i) => i % features === k);
    return own.reduce((sum, value) => sum + value, 0) / own.length;
  });
}
