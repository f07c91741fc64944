import { extname } from "node:path";
import { evaluateScores } from "../anomaly/ranking.js";
import { flagsOf } from "../anomaly/threshold.js";
import { pointFlags, pointScores } from "../data/index.js";
import { type AnomalyDetector, type AnomalyEvaluation, ArgumentError } from "../index.js";
import { saveNpy, saveTable } from "../node.js";
import { lineName } from "./lineName.js";
import { namingColumns } from "./preparedTable.js";
import type { Source } from "./source.js";

type Labels = Uint8Array | Float32Array | Float64Array;

/** Scores and flags of rows: of each sample, or of each row of a series by the windows that have it. */
export interface RowScores {
  readonly scores: ArrayLike<number>;
  readonly flags: Uint8Array;
}

const ENDINGS = [".csv", ".npy", ".parquet", ".arrow", ".feather"];

/** @throws {ArgumentError} unless a path has an ending that `saveRowScores` knows */
export function checkScoresEnding(option: string, path: string): void {
  if (ENDINGS.includes(extname(path).toLowerCase())) return;
  throw new ArgumentError(
    `${option} ${JSON.stringify(path)} must end in ${ENDINGS.slice(0, -1).join(", ")} or ${ENDINGS.at(-1)}`,
  );
}

/** The scores of samples as those of rows. */
export function rowScores({ prepared }: Source, scores: Float32Array, threshold: number): RowScores {
  const flags = flagsOf(scores, threshold);
  const places = prepared?.places;
  return places
    ? { scores: pointScores(scores, places), flags: pointFlags(flags, places) }
    : { scores, flags };
}

/** How scores agree with labels of rows. */
export function evaluate(
  { prepared }: Source,
  detector: AnomalyDetector,
  { scores, flags }: RowScores,
  labels: Labels,
): AnomalyEvaluation {
  if (!prepared?.places) return detector.evaluateScores(scores as Float32Array, labels);
  if (labels.length !== scores.length) {
    throw new ArgumentError(
      `there are ${labels.length} labels for ${scores.length} rows; each row needs one`,
    );
  }
  const truth = Uint8Array.from(labels, (label) => (label > 0 ? 1 : 0));
  const byScore = evaluateScores(Float32Array.from(scores), truth, detector.threshold);
  // Rows of a series are flagged by their windows, not by a threshold of their own.
  const { precision, recall, f1 } = evaluateScores(Float32Array.from(flags), truth, 0.5);
  return { ...byScore, precision, recall, f1 };
}

/** Writes the scores and flags; a table also has the column that names the rows, or orders them. */
export async function saveRowScores(path: string, { scores, flags }: RowScores, { prepared, names }: Source) {
  const rows = flags.length;
  if (/\.npy$/i.test(path)) {
    const data = new Float32Array(2 * rows);
    for (let i = 0; i < rows; i++) data.set([scores[i]!, flags[i]!], 2 * i);
    return saveNpy(path, { shape: [rows, 2], data });
  }
  const naming = prepared ? namingColumns(prepared.table, prepared.preprocessor) : [];
  const files = names ? [{ name: "file", values: names }] : [];
  const columns = [
    // All digits, so that comparing with the threshold gives the same flags.
    { name: "score", values: Float64Array.from(scores) },
    { name: "anomaly", values: flags },
  ];
  return saveTable(path, { rows, columns: [...naming, ...files, ...columns] });
}

/** What a row is called. */
export function rowName({ prepared, names }: Source, row: number): string {
  return names?.[row] ?? `row ${lineName(prepared?.table.lines, row)}`;
}
