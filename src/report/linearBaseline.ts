import { scaleRows } from "../anomaly/ratios.js";
import { principalAxes } from "../statistics/principalAxes.js";
import type { Measured } from "./measure.js";
import { evenly } from "./numberText.js";
import { rowsOf, type Subject, takeNumbers } from "./subject.js";

/** How principal component analysis with the same code size rebuilds the same samples. */
export interface LinearBaseline {
  /** Components: as many as a code of the model has. */
  readonly components: number;
  /** Number of samples that it was fitted to and measured on. */
  readonly rows: number;
  /** Mean squared error of the model on these samples, in the model's units. */
  readonly modelError: number;
  /** Mean squared error of PCA on them. */
  readonly error: number;
  /** Their variance: the error of rebuilding each sample as the mean. */
  readonly variance: number;
}

/** With more features, the components would take long. */
export const MOST_FEATURES = 1024;
/** Multiplications that the covariances may take. */
const MOST_WORK = 6e8;

/** Undefined for codes that do not compress, for too many features, and for too few samples. */
export function linearBaseline(subject: Subject, { scores }: Measured): LinearBaseline | undefined {
  const { inputSize: width, latentSize: components, scaling } = subject.model;
  const most = Math.floor(MOST_WORK / width ** 2);
  const chosen = evenly(rowsOf(subject), Math.max(2, most));
  if (components >= width || width > MOST_FEATURES || chosen.length <= components) return undefined;
  const values = takeNumbers(subject, chosen);
  if (scaling) scaleRows(values, scaling, values);
  const { variances, total } = principalAxes(values, width, components);
  const kept = variances.reduce((sum, variance) => sum + variance, 0);
  return {
    components,
    rows: chosen.length,
    modelError: chosen.reduce((sum, row) => sum + scores[row]!, 0) / chosen.length,
    error: Math.max(0, total - kept) / width,
    variance: total / width,
  };
}
