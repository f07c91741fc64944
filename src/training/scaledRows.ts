import { ArgumentError, NonFiniteError } from "../errors.js";
import { ColumnStatistics, Scaling, type ScalingParameters } from "../model/scaling.js";
import { BYTE_VALUES, type Values } from "../values.js";
import type { Gate } from "./gate.js";
import { checkValues, partOf, partsOf, type Rows, rowsPerTurn } from "./samples.js";
import { forEachChunk, type StreamedRows } from "./stream.js";
import type { Work } from "./turns.js";

/**
 * Lets a scaling learn from the training samples, unless it has done so before. Pauses now and then. A stream is read
 * once for it, and checked.
 *
 * @param all everything that will be scaled; what is in memory is tried
 * @param unit whether cross-entropy compares the scaled values
 * @throws what `scaleRows` throws for one of them; nothing has changed then
 */
export function* fitScaling(
  scaling: Scaling,
  training: Rows | StreamedRows,
  gate: Gate,
  all: readonly (Rows | StreamedRows)[],
  unit: boolean,
): Work<void> {
  const learnt = scaling.parameters ?? (yield* learn(scaling, training, gate));
  const trial = new Scaling(scaling.kind, scaling.columns);
  trial.parameters = learnt;
  for (const samples of all) {
    if (!("data" in samples)) continue;
    const step = Math.min(samples.rows, rowsPerTurn(samples.columns));
    const scratch = new Float32Array(step * samples.columns);
    for (const { first, count } of partsOf(samples)) {
      scaleRows(trial, samples, first, count, scratch, unit);
      yield;
    }
  }
  scaling.parameters = learnt;
}

function* learn({ kind }: Scaling, samples: Rows | StreamedRows, gate: Gate): Work<ScalingParameters> {
  const statistics = new ColumnStatistics(samples.columns);
  yield* forEachChunk(samples, gate, function* (chunk) {
    if (!("data" in samples)) yield* checkValues(chunk, "finite");
    for (const { part } of partsOf(chunk)) {
      statistics.add(part);
      yield;
    }
  });
  return statistics.parameters(kind);
}

/** How far outside [0, 1] a scaled value may lie, so that samples in another precision than the scaling's fit. */
const ROUNDING = 1e-6;

/**
 * Scales `count` rows from row `first` on into `out`.
 *
 * @param unit whether cross-entropy compares the scaled values, which must then lie in [0, 1]
 * @throws {StateError} before the scaling has learnt anything
 * @throws {NonFiniteError} for a value that is beyond float32 when it is scaled
 * @throws {ArgumentError} for a value that is outside [0, 1] when it is scaled, if `unit`
 */
export function scaleRows(
  scaling: Scaling,
  rows: Rows,
  first: number,
  count: number,
  out: Float32Array,
  unit = false,
): void {
  const part = partOf(rows, first, count);
  const bad = scaling.apply(part, out);
  const where = (at: number) =>
    `row ${first + Math.floor(at / rows.columns)}, column ${at % rows.columns} of ${rows.name} is ${valueAt(part, at)}`;
  if (bad >= 0)
    throw new NonFiniteError(`${where(bad)}, which is too far from the training data to be scaled`);
  if (!unit) return;
  for (let at = 0; at < part.length; at++) {
    if (out[at]! >= -ROUNDING && out[at]! <= 1 + ROUNDING) continue;
    throw new ArgumentError(
      `${where(at)}, which is outside the range that the scaling was learnt from (${out[at]} when scaled), but ` +
        "binaryCrossentropy needs values from 0 to 1; use meanSquaredError, or train on data that span the range",
    );
  }
}

function valueAt(values: Values, at: number): number {
  return values instanceof Uint8Array ? BYTE_VALUES[values[at]!]! : values[at]!;
}
