import type { DetectionTable } from "../anomaly/detectionTable.js";
import { hasDetector } from "../anomaly/detectorFile.js";
import { hasLearntTable, type TableTraining, tableMetadata } from "../anomaly/learntTable.js";
import { ofFlagged } from "../anomaly/rowResults.js";
import { openTableDetector, type TableDetector } from "../anomaly/tableDetector.js";
import { flagsOf } from "../anomaly/threshold.js";
import { inPath } from "../files/inPath.js";
import {
  type AnomalyDetector,
  ArgumentError,
  type Detection,
  type DetectionHistory,
  type DetectorColumn,
  type EngineOptions,
  type EnsembleDetector,
  type SampleRow,
  type Samples,
} from "../index.js";
import { loadSafetensors, saveModel } from "../node.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** What the results of the samples come from. */
export type Found = Pick<Detection, "scores" | "flags" | "reasons" | "threshold" | "rule"> & {
  readonly detector: EnsembleDetector | AnomalyDetector;
  /** Seconds are not saved with a detector, so that the same training gives the same file. */
  readonly history: Pick<DetectionHistory, "loss"> & Partial<DetectionHistory>;
  /** Undefined for a detector whose file does not say it. */
  readonly seed: number | undefined;
  /** How the threshold was chosen, in a few words. */
  readonly ruleText: string;
};

/** How detectors calculate: the same rows are flagged on every machine, unless somebody asks for speed. */
export function detectorEngine(options: CalculationOptions): EngineOptions {
  const { math = "portable", ...engine } = engineOptions(options);
  return { ...engine, math };
}

/** Writes a detector with what was learnt from its table. */
export async function saveDetector(
  path: string,
  { detector, history, seed }: Found,
  { preprocessor, window }: DetectionTable,
): Promise<void> {
  const training = seed === undefined ? undefined : { seed, loss: history.loss };
  await saveModel(path, detector, { metadata: tableMetadata({ preprocessor, window, training }) });
}

/**
 * Reads what `saveDetector` wrote.
 *
 * @param name the argument that names the file, for messages
 * @throws {ArgumentError} for another file
 * @throws {FormatError} for a damaged one
 */
export async function openSaved(name: string, path: string, engine: EngineOptions): Promise<TableDetector> {
  const file = await loadSafetensors(path);
  if (!hasLearntTable(file.metadata)) {
    const why = hasDetector(file.metadata)
      ? "has one model, for images or the command anomalies, not for the rows of a table"
      : "was not saved by detect --save";
    throw new ArgumentError(`${name} ${JSON.stringify(path)} ${why}`);
  }
  return inPath(path, () => openTableDetector(file, { engine }));
}

/** Scores the samples of a table with a saved detector. */
export function score(
  { detector, training }: TableDetector,
  { samples, columns }: DetectionTable,
): Promise<Found> {
  return scoreSamples(detector, { samples, columns, rowAt: (row) => samples.row(row) }, training);
}

/** Samples to score. */
interface ScoredSamples {
  readonly samples: Samples;
  readonly columns: readonly DetectorColumn[];
  rowAt(row: number): SampleRow;
}

/** Scores samples with a saved detector, and explains those that it flags. */
export async function scoreSamples(
  detector: Found["detector"],
  { samples, columns, rowAt }: ScoredSamples,
  training?: TableTraining,
): Promise<Found> {
  const scores = await detector.score(samples);
  const { threshold, rule } = detector;
  const flags = flagsOf(scores, threshold);
  const numbers = Array.from(flags.keys()).filter((row) => flags[row] === 1);
  const flagged = numbers.map(rowAt);
  const explained = flagged.length === 0 ? [] : await detector.explain(flagged);
  return {
    scores,
    flags,
    reasons: ofFlagged(explained, numbers, columns),
    threshold,
    rule,
    detector,
    history: training ?? { loss: [] },
    seed: training?.seed,
    ruleText: "saved with the detector",
  };
}
