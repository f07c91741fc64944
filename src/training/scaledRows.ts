import { NonFiniteError } from "../errors.js";
import { ColumnStatistics, type Scaling } from "../model/scaling.js";
import type { Gate } from "./gate.js";
import { checkValues, ELEMENTS_PER_TURN, type Rows } from "./samples.js";
import { forEachChunk, type StreamedRows } from "./stream.js";
import type { Work } from "./turns.js";

/**
 * Lets a scaling learn from samples unless it has done so before; a stream is gone through once for it, and checked.
 */
export function* fitScaling(scaling: Scaling, samples: Rows | StreamedRows, gate: Gate): Work<void> {
  if (scaling.parameters) return;
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
  scaling.parameters = statistics.parameters(scaling.kind);
}

/**
 * Scales `count` rows from row `first` on into `out`.
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
