import { OPERATIONS_PER_TURN } from "../engine/engine.js";
import { Matrix } from "../matrix.js";
import { Inference, type Wanted } from "../model/inference.js";
import type { LossName } from "../model/losses.js";
import type { Network, NetworkLayer } from "../model/network.js";
import type { Gate } from "./gate.js";
import { checkValues, type Rows } from "./samples.js";
import { forEachChunk, type StreamedRows } from "./stream.js";
import type { Work } from "./turns.js";

/** The most rows that go through the network at a time. */
const MOST_ROWS = 1024;

/** Rows at a time: as many as fill a turn of the event loop, in whole blocks. */
function rowsAtATime(layers: readonly NetworkLayer[], rows: number): number {
  const operations = layers.reduce((sum, { inputs, units }) => sum + 2 * inputs * units, 0);
  const fitting = Math.floor(OPERATIONS_PER_TURN / operations / 48) * 48;
  return Math.min(rows, MOST_ROWS, Math.max(48, fitting));
}

/** Checks rows and sends them through some of the layers; `take` gets the inference after each block, with its first row and count. */
function* forEachBlock(
  network: Network,
  layers: readonly NetworkLayer[],
  wanted: Wanted,
  samples: Rows,
  take: (inference: Inference, first: number, count: number) => void,
): Work<void> {
  yield* checkValues(samples, wanted.kind === "loss" && wanted.loss === "binaryCrossentropy");
  const { data, rows, columns } = samples;
  const inference = new Inference(network, layers, wanted, rowsAtATime(layers, rows));
  try {
    for (let first = 0; first < rows; first += inference.rows) {
      const count = Math.min(inference.rows, rows - first);
      const plan = inference.load(data.subarray(first * columns, (first + count) * columns), count);
      yield plan;
      take(inference, first, count);
      yield;
    }
  } finally {
    inference.release();
  }
}

/** What the last of `layers` gives for each row. */
export function* outputOf(network: Network, layers: readonly NetworkLayer[], samples: Rows): Work<Matrix> {
  const { units } = layers.at(-1)!;
  const result = new Float32Array(samples.rows * units);
  yield* forEachBlock(network, layers, { kind: "output" }, samples, (inference, first, count) => {
    result.set(inference.output(count), first * units);
  });
  return new Matrix(result, samples.rows, units);
}

/** The loss of each row's reconstruction. */
export function* lossesOf(network: Network, loss: LossName, samples: Rows): Work<Float64Array> {
  const result = new Float64Array(samples.rows);
  yield* forEachBlock(network, network.layers, { kind: "loss", loss }, samples, (inference, first, count) => {
    result.set(inference.losses(count), first);
  });
  return result;
}

/**
 * The means of several losses over all rows, which may come as a stream. The sum runs over the rows in order, so that
 * it does not depend on how they come.
 */
export function* meanLosses(
  network: Network,
  losses: readonly LossName[],
  input: Rows | StreamedRows,
  gate?: Gate,
): Work<number[]> {
  const sums = losses.map(() => 0);
  let rows = 0;
  yield* forEachChunk(input, gate, function* (chunk) {
    rows += chunk.rows;
    for (const [index, loss] of losses.entries()) {
      for (const value of yield* lossesOf(network, loss, chunk)) sums[index]! += value;
    }
  });
  return sums.map((sum) => sum / rows);
}
