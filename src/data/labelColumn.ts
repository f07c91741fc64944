import { show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import type { Cell, TableColumn } from "../formats/table.js";
import { categoryOf, listed } from "./categoryColumn.js";
import { cellAt } from "./columnEncoder.js";
import type { MissingValues } from "./missingValues.js";

/** Names of columns that tell which rows are anomalies. */
const LABEL_NAMES = /^(?:labels?|(?:is[ _-]?)?(?:anomal(?:y|ous)|outlier)|ground[ _-]?truth)$/i;

const NORMAL = ["0", "false", "no", "n", "normal", "inlier", "benign", "negative", "ok", "good", "regular"];
const ANOMALY = [
  ...["1", "true", "yes", "y", "anomaly", "anomalous", "abnormal", "outlier", "attack", "malicious"],
  ...["malignant", "positive", "fraud", "faulty", "fault", "bad", "o"],
];
const WORDS = new Map([
  ...NORMAL.map((word) => [word, 0] as const),
  ...ANOMALY.map((word) => [word, 1] as const),
]);

/** Whether a column's name suggests labels; its values may still rule that out. */
export function isLabelName(name: string): boolean {
  return LABEL_NAMES.test(name.trim());
}

/** Whether all texts are known label values. */
export function areLabels(texts: readonly string[]): boolean {
  return texts.length <= 2 && texts.every((text) => WORDS.has(text.toLowerCase()));
}

/**
 * Reads labels: 1 for an anomaly, 0 for a normal row.
 *
 * @param anomalyLabels the values that mean an anomaly; if empty, the known values are used: 0 and 1, false and true,
 *   no and yes, normal and anomaly, inlier and outlier, benign and malignant, …
 * @param placeOf describes where a row is
 * @throws {FormatError} for a missing value
 * @throws {ArgumentError} for an unknown value, if there are no `anomalyLabels`
 */
export function readLabelColumn(
  column: TableColumn,
  anomalyLabels: readonly string[],
  missing: MissingValues,
  placeOf: (row: number) => string,
): Uint8Array {
  const meant = new Set(anomalyLabels.map((text) => categoryOf(text.trim(), false)));
  const odd = new Set<string>();
  const labels = Uint8Array.from(column.values as ArrayLike<unknown>, (_, row) => {
    const cell: Cell = cellAt(column, row);
    if (missing.has(cell)) {
      throw new FormatError(`${placeOf(row)}: the label column ${show(column.name)} has no value`);
    }
    const text = categoryOf(cell, false);
    if (meant.size > 0) return meant.has(text) ? 1 : 0;
    const known = WORDS.get(text.toLowerCase());
    if (known === undefined && odd.size < 5) odd.add(text);
    return known ?? 0;
  });
  if (odd.size > 0) {
    throw new ArgumentError(
      `the label column ${show(column.name)} has values that are neither known as normal nor as anomalies: ` +
        `${listed([...odd])}; pass anomalyLabel, the value that means an anomaly`,
    );
  }
  return labels;
}
