import type { Autoencoder } from "../autoencoder/autoencoder.js";
import { integer, knownKeys } from "../common/check.js";
import type { Matrix } from "../data/matrix.js";
import { partOf, type Samples, toOwnRows } from "../data/samples.js";
import { type Columns, checkColumns, type DetectorColumn } from "./columns.js";
import { toldColumn } from "./explainRows.js";
import { type ExplainOptions, REASONS, type RowReasons } from "./reasons.js";

/** Options of a detector's `explain` that has one model. */
export interface ErrorExplainOptions extends ExplainOptions {
  /** Names of the values, or columns of several values each; default: the detector's `columns`. */
  columns?: readonly (string | DetectorColumn)[];
}

/** A detector that has one model. */
interface ErrorDetector {
  readonly model: Autoencoder;
  readonly columns: Columns;
  score(samples: Samples): Promise<Float32Array>;
  errorPerFeature(samples: Samples): Promise<Matrix>;
}

/** Reasons by the part of each column in a sample's squared error: at most `top`, without those that have no error. */
export async function explainErrors(
  detector: ErrorDetector,
  samples: Samples,
  options: ErrorExplainOptions,
): Promise<RowReasons[]> {
  knownKeys("explain", options, ["top", "columns"]);
  const { inputSize } = detector.model;
  const top = integer("top", options.top ?? REASONS);
  const columns = checkColumns(options.columns ?? detector.columns, inputSize);
  const rows = toOwnRows("samples", samples, inputSize);
  const scores = await detector.score(rows.data);
  const errors = await detector.errorPerFeature(rows.data);
  const expected = await detector.model.reconstruct(rows.data);
  return Array.from(scores, (score, row) => {
    const rebuilt = expected.row(row);
    const values = partOf(rows, row, 1);
    const shares = sharesOf(columns, errors.row(row));
    const largest = Array.from(shares.keys())
      .filter((column) => shares[column]! > 0)
      .sort((a, b) => shares[b]! - shares[a]! || a - b)
      .slice(0, top);
    const reasons = largest.map((column) => {
      const own = columns[column]!;
      const told = toldColumn(
        own,
        values,
        own.features.map((feature) => rebuilt[feature]!),
      );
      return { ...told, column, share: shares[column]! };
    });
    return { row, score, reasons };
  });
}

/** The part of each column in the sum of the errors. Infinite errors have all of it. */
function sharesOf(columns: Columns, errors: ArrayLike<number>): number[] {
  const sums = columns.map(({ features }) => features.reduce((sum, feature) => sum + errors[feature]!, 0));
  const infinite = sums.filter((sum) => sum === Infinity).length;
  if (infinite > 0) return sums.map((sum) => (sum === Infinity ? 1 / infinite : 0));
  const all = sums.reduce((sum, error) => sum + error, 0);
  return sums.map((sum) => (all > 0 ? sum / all : 0));
}
