import { NonFiniteError } from "../errors.js";
import { ColumnStatistics, Scaling, type ScalingParameters } from "../model/scaling.js";
import type { Gate } from "./gate.js";
import { checkValues, ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import { forEachChunk, type StreamedRows } from "./stream.js";
import type { Work } from "./turns.js";

/**
 * Lets a scaling learn from the samples that are trained on, unless it has done so before; pauses now and then. A stream
 * is gone through once for it, and checked.
 *
 * @param all everything that will be scaled; what is in memory is tried
 * @throws what `scaleRows` throws for one of them; nothing has changed then
 */
export function* fitScaling(
  scaling: Scaling,
  training: Rows | StreamedRows,
  gate: Gate,
  all: readonly (Rows | StreamedRows)[],
): Work<void> {
  const learnt = scaling.parameters ?? (yield* learn(scaling, training, gate));
  const trial = new Scaling(scaling.kind, scaling.columns);
  trial.parameters = learnt;
  for (const samples of all) {
    if (!("data" in samples)) continue;
    const step = Math.min(samples.rows, rowsPerTurn(samples.columns));
    const scratch = new Float32Array(step * samples.columns);
    for (let first = 0; first < samples.rows; first += step) {
      scaleRows(trial, samples, first, Math.min(step, samples.rows - first), scratch);
      yield;
    }
  }
  scaling.parameters = learnt;
}

function* learn({ kind }: Scaling, samples: Rows | StreamedRows, gate: Gate): Work<ScalingParameters> {
  const statistics = new ColumnStatistics(samples.columns);
  const step = rowsPerTurn(samples.columns);
  yield* forEachChunk(samples, gate, function* (chunk) {
    const { data, rows, columns } = chunk;
    if (!("data" in samples)) yield* checkValues(chunk, false);
    for (let first = 0; first < rows; first += step) {
      statistics.add(data.subarray(first * columns, (first + step) * columns));
      yield;
    }
  });
  return statistics.parameters(kind);
}

/**
 * Scales up to `count` rows from row `first` on into `out`.
 *
 * @throws {StateError} before the scaling has learnt anything
 * @throws {NonFiniteError} for a value that is beyond float32 when it is scaled
 */
export function scaleRows(
  scaling: Scaling,
  { name, data, columns }: Rows,
  first: number,
  count: number,
  out: Float32Array,
): void {
  const part = data.subarray(first * columns, (first + count) * columns);
  const bad = scaling.apply(part, out);
  if (bad < 0) return;
  const row = first + Math.floor(bad / columns);
  throw new NonFiniteError(
    `row ${row}, column ${bad % columns} of ${name} is ${part[bad]}, which is too far from the training data to be scaled`,
  );
}

/** Whole rows that are looked at before the event loop may turn. */
export function rowsPerTurn(columns: number): number {
  return Math.max(1, Math.floor(ELEMENTS_PER_TURN / columns));
}
