import { ofFlagged } from "../anomaly/rowResults.js";
import { TablePreprocessor } from "../data/index.js";
import {
  ArgumentError,
  type Detection,
  type DetectionHistory,
  type EngineOptions,
  type EnsembleDetector,
  FormatError,
} from "../index.js";
import { loadEnsembleDetector, loadSafetensors, saveModel } from "../node.js";
import type { DetectInput, WindowChoice } from "./detectInput.js";
import { type CalculationOptions, engineOptions } from "./options.js";

/** Where a detector's file keeps what was learnt of the table. */
const TABLE_KEY = "isthmus.table";

/** What the results of the samples come from. */
export type Found = Pick<Detection, "scores" | "flags" | "reasons" | "threshold" | "rule" | "detector"> & {
  /** Seconds are not saved with a detector, so that the same training gives the same file. */
  readonly history: Pick<DetectionHistory, "loss"> & Partial<DetectionHistory>;
  readonly seed: number;
  /** How the threshold was chosen, in a few words. */
  readonly ruleText: string;
};

/** What the file of a detector keeps of the table that it was trained on, and of the training. */
interface SavedTable {
  readonly preprocessor: unknown;
  readonly window?: WindowChoice;
  readonly training?: { readonly seed: number; readonly loss: readonly number[] };
}

/** A detector from a file, with all that is needed to score a table. */
export interface OpenedDetector {
  readonly detector: EnsembleDetector;
  readonly preprocessor: TablePreprocessor;
  readonly window: WindowChoice | undefined;
  readonly training: NonNullable<SavedTable["training"]>;
}

/** How detectors calculate: the same rows are flagged on every machine, unless somebody asks for speed. */
export function detectorEngine(options: CalculationOptions): EngineOptions {
  const { math = "portable", ...engine } = engineOptions(options);
  return { ...engine, math };
}

/** Whether the metadata of a file are those of such a detector. */
export function isSavedDetector(metadata: Readonly<Record<string, string>>): boolean {
  return metadata[TABLE_KEY] !== undefined;
}

/** Writes a detector with what was learnt of the columns. */
export async function saveDetector(
  path: string,
  { detector, history, seed }: Found,
  { preprocessor, places, window }: DetectInput,
): Promise<void> {
  const saved: SavedTable = {
    preprocessor: preprocessor.toJSON(),
    ...(places && window && { window }),
    training: { seed, loss: history.loss.map((loss) => Number(loss.toPrecision(6))) },
  };
  await saveModel(path, detector, { metadata: { [TABLE_KEY]: JSON.stringify(saved) } });
}

/**
 * Reads what `saveDetector` wrote.
 *
 * @param name the argument that names the file, for messages
 * @throws {ArgumentError} for another file
 * @throws {FormatError} for a damaged one
 */
export async function openSaved(name: string, path: string, engine: EngineOptions): Promise<OpenedDetector> {
  const { metadata } = await loadSafetensors(path);
  const text = metadata[TABLE_KEY];
  if (text === undefined) {
    throw new ArgumentError(`${name} ${JSON.stringify(path)} was not saved by detect --save`);
  }
  const { preprocessor, window, training = { seed: 0, loss: [] } } = parse(path, text);
  const table = TablePreprocessor.fromJSON(preprocessor);
  return { detector: await loadEnsembleDetector(path, { engine }), preprocessor: table, window, training };
}

function parse(path: string, text: string): SavedTable {
  try {
    const saved = JSON.parse(text) as SavedTable;
    const losses = saved.training?.loss ?? [];
    if (Array.isArray(losses) && losses.every(Number.isFinite)) return saved;
  } catch (cause) {
    throw new FormatError(`${path}: what was learned of the table is not valid JSON`, { cause });
  }
  throw new FormatError(`${path}: the losses of the training must be finite numbers`);
}

/** Scores samples with a saved detector. */
export async function score(
  { detector, training }: OpenedDetector,
  { samples, columns }: DetectInput,
): Promise<Found> {
  const scores = await detector.score(samples);
  const { threshold, rule } = detector;
  const flags = Uint8Array.from(scores, (score) => (score > threshold ? 1 : 0));
  const numbers = Array.from(flags.keys()).filter((row) => flags[row] === 1);
  const flagged = numbers.map((row) => samples.row(row));
  const explained = flagged.length === 0 ? [] : await detector.explain(flagged);
  return {
    scores,
    flags,
    reasons: ofFlagged(explained, numbers, columns),
    threshold,
    rule,
    detector,
    history: training,
    seed: training.seed,
    ruleText: "saved with the detector",
  };
}
