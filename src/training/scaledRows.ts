import { ArgumentError, NonFiniteError } from "../common/errors.js";
import { checkPart, partOf, partsOf, type Rows, rowsPerTurn } from "../data/samples.js";
import { ColumnStatistics, Scaling } from "../data/scaling.js";
import { BYTE_VALUES, type Values } from "../data/values.js";
import type { Work } from "../engine/turns.js";
import type { Gate } from "./gate.js";
import { forEachChunk, type StreamedRows } from "./sampleStream.js";

/**
 * Checks samples and learns a scaling from them in the same pass, pausing now and then. A stream is read once.
 *
 * @param samples the scaling is learned from their first `rows` rows, or from all rows of a stream
 * @returns a new scaling with the learned parameters; the given one is not changed
 * @throws {NonFiniteError} for a value that is not finite, or no 32-bit float, and whatever a stream throws
 */
export function* learnScaling(
  { kind, columns }: Scaling,
  samples: Rows | StreamedRows,
  rows: number,
  gate: Gate,
): Work<Scaling> {
  const statistics = new ColumnStatistics(columns);
  const streamed = !("data" in samples);
  const name = streamed ? "samples" : samples.name;
  yield* forEachChunk(samples, gate, function* (chunk) {
    for (const { part, first } of partsOf(chunk)) {
      checkPart(chunk, part, first, "finite");
      const learnt = streamed ? part.length : Math.max(0, (rows - first) * columns);
      statistics.add(part.subarray(0, learnt));
      yield;
    }
  });
  const learnt = new Scaling(kind, columns);
  statistics.requireFloat32(name);
  learnt.parameters = statistics.finiteParameters(kind, name);
  return learnt;
}

/**
 * Scales the rows from `from` on, pausing now and then.
 *
 * @param unit whether cross-entropy compares the scaled values
 * @param out where to write the rows from row `first` on; without it, scaling is only checked
 * @throws what `scaleRows` throws for one of them
 */
export function* scaleAll(
  scaling: Scaling,
  samples: Rows,
  from: number,
  unit: boolean,
  out?: (first: number) => Float32Array,
): Work<void> {
  const { rows, columns } = samples;
  const step = Math.min(rows - from, rowsPerTurn(columns));
  const scratch = out ? undefined : new Float32Array(step * columns);
  for (let first = from; first < rows; first += step) {
    const target = out ? out(first) : scratch!;
    scaleRows(scaling, samples, first, Math.min(step, rows - first), target, unit);
    yield;
  }
}

/**
 * How far outside [0, 1] a scaled value may lie, to allow for samples in another precision than the scaling was learned
 * from.
 */
const ROUNDING = 1e-6;

/**
 * Scales `count` rows, starting with row `first`, and writes them to `out`.
 *
 * @param unit whether cross-entropy compares the scaled values, which must then lie in [0, 1]
 * @throws {StateError} before the scaling has been learned
 * @throws {NonFiniteError} for a value that does not fit in a float32 after scaling
 * @throws {ArgumentError} for a value outside [0, 1] after scaling, if `unit`
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
