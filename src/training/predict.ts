import type { ExampleRows } from "../data/examples.js";
import { Matrix } from "../data/matrix.js";
import { LIMITS, type Rows } from "../data/samples.js";
import { OPERATIONS_PER_TURN } from "../engine/scheduler.js";
import type { Work } from "../engine/turns.js";
import { sizeOf } from "../layers/shape.js";
import type { Inference, Wanted } from "../network/inference.js";
import { type Loss, wantsUnitRange } from "../network/losses.js";
import type { Network } from "../network/network.js";
import type { NetworkLayer } from "../network/networkLayer.js";
import { BlockReader } from "./blockReader.js";

/** The most rows that go through the network at once. */
const MOST_ROWS = 1024;

/** Rows to process at once: as many as fit one turn of the event loop, in whole blocks. */
function rowsAtATime(layers: readonly NetworkLayer[], rows: number): number {
  const operations = layers.reduce((sum, { calls }) => sum + (calls.operations ?? 0), 0);
  const fitting = Math.floor(OPERATIONS_PER_TURN / Math.max(1, operations) / 48) * 48;
  return Math.min(rows, MOST_ROWS, Math.max(48, fitting));
}

/**
 * Checks rows and runs them through some of the layers. After each block, `take` receives the inference, the block's
 * first row and its number of rows. Input of the network's first layer is scaled; output of its last layer is not
 * unscaled here.
 *
 * @param place index of the first row among all samples of the call, which determines the codes drawn
 */
export function* forEachBlock(
  network: Network,
  layers: readonly NetworkLayer[],
  wanted: Wanted,
  samples: ExampleRows,
  take: (inference: Inference, first: number, count: number) => void,
  place = 0,
): Work<void> {
  const { scaling } = network;
  scaling?.fitted();
  const scales = scaling !== undefined && layers[0] === network.layers[0];
  const unit = wanted.kind === "loss" && [wanted.loss, ...(wanted.metrics ?? [])].some(wantsUnitRange);
  const compares = wanted.kind === "loss" && wanted.targets === true;
  const { rows } = samples;
  const inputs = new BlockReader(samples, scales ? scaling : undefined, unit && !compares);
  const targets = compares
    ? new BlockReader(samples.targets!, scales ? scaling : undefined, unit)
    : undefined;
  const { checkedByEngine } = inputs;
  if (!checkedByEngine) yield* inputs.check();
  if (targets) yield* targets.check();
  const inference = network.prepared.take(layers, wanted, rowsAtATime(layers, rows));
  let whole = false;
  try {
    for (let first = 0; first < rows; first += inference.rows) {
      const count = Math.min(inference.rows, rows - first);
      const block = inputs.read(first, count);
      const plan = inference.load(block, count, place + first, targets?.read(first, count));
      if (checkedByEngine && !inference.isWithin(count, ...LIMITS[checkedByEngine])) {
        inputs.checkBlock(first, count);
      }
      yield plan;
      take(inference, first, count);
      if (first + count < rows) yield;
    }
    whole = true;
  } finally {
    // After an error, the inference may be in any state, so the next call builds a new one.
    if (whole) network.prepared.giveBack(inference);
    else inference.release();
  }
}

/**
 * The output of the last of `layers` for each row; if it is the network's last layer, in the samples' units. With
 * `heads`, a Gaussian latent returns its log σ² in addition to its mean.
 */
export function* outputOf(
  network: Network,
  layers: readonly NetworkLayer[],
  samples: Rows,
  heads = false,
): Work<Matrix> {
  const width = sizeOf(layers.at(-1)!.outputShape) * (heads ? 2 : 1);
  let result: Float32Array | undefined;
  const scaling = layers.at(-1) === network.layers.at(-1) ? network.scaling : undefined;
  yield* forEachBlock(
    network,
    layers,
    { kind: heads ? "distribution" : "output" },
    samples,
    (inference, first, count) => {
      const output = inference.output(count);
      // A copy of a single block is faster than an array to copy it into.
      if (count === samples.rows) result = output.slice();
      else {
        result ??= new Float32Array(samples.rows * width);
        result.set(output, first * width);
      }
      scaling?.invert(result.subarray(first * width, (first + count) * width));
    },
  );
  return new Matrix(result!, samples.rows, width);
}

/** The loss of each row's reconstruction. */
export function* lossesOf(network: Network, loss: Loss, samples: Rows): Work<Float64Array> {
  const result = new Float64Array(samples.rows);
  yield* forEachBlock(network, network.layers, { kind: "loss", loss }, samples, (inference, first, count) => {
    result.set(inference.losses(count), first);
  });
  return result;
}
