import { OPERATIONS_PER_TURN } from "../engine/engine.js";
import { Matrix } from "../matrix.js";
import { Inference, type Wanted } from "../model/inference.js";
import type { Learner } from "../model/learner.js";
import { type Loss, wantsUnitRange } from "../model/losses.js";
import type { Network, NetworkLayer } from "../model/network.js";
import { penaltyOf } from "../model/penalties.js";
import { checkValues, type Rows } from "./samples.js";
import { scaleRows } from "./scaledRows.js";
import type { Work } from "./turns.js";

/** The most rows that go through the network at a time. */
const MOST_ROWS = 1024;

/** Rows at a time: as many as fill a turn of the event loop, in whole blocks. */
function rowsAtATime(layers: readonly NetworkLayer[], rows: number): number {
  const operations = layers.reduce((sum, { inputs, units }) => sum + 2 * inputs * units, 0);
  const fitting = Math.floor(OPERATIONS_PER_TURN / operations / 48) * 48;
  return Math.min(rows, MOST_ROWS, Math.max(48, fitting));
}

/**
 * Checks rows and sends them through some of the layers; `take` gets the inference after each block, with its first
 * row and count. What goes into the network's first layer is scaled; what comes out of its last one still is.
 */
export function* forEachBlock(
  network: Network,
  layers: readonly NetworkLayer[],
  wanted: Wanted,
  samples: Rows,
  take: (inference: Inference, first: number, count: number) => void,
): Work<void> {
  const { scaling } = network;
  scaling?.fitted();
  const unit = wanted.kind === "loss" && wantsUnitRange(wanted.loss) && !scaling;
  yield* checkValues(samples, unit);
  const { data, rows, columns } = samples;
  const inference = new Inference(network, layers, wanted, rowsAtATime(layers, rows));
  const scaled =
    scaling && layers[0] === network.layers[0] ? new Float32Array(inference.rows * columns) : undefined;
  try {
    for (let first = 0; first < rows; first += inference.rows) {
      const count = Math.min(inference.rows, rows - first);
      if (scaling && scaled) scaleRows(scaling, samples, first, count, scaled);
      const block = scaled
        ? scaled.subarray(0, count * columns)
        : data.subarray(first * columns, (first + count) * columns);
      const plan = inference.load(block, count, first);
      yield plan;
      take(inference, first, count);
      yield;
    }
  } finally {
    inference.release();
  }
}

/**
 * What the last of `layers` gives for each row; if it is the network's last one, in the units of the samples. With
 * `heads`, a gaussian latent gives its log σ² beside its mean.
 */
export function* outputOf(
  network: Network,
  layers: readonly NetworkLayer[],
  samples: Rows,
  heads = false,
): Work<Matrix> {
  const { units, outputs } = layers.at(-1)!;
  const width = heads ? units : outputs;
  const result = new Float32Array(samples.rows * width);
  const scaling = layers.at(-1) === network.layers.at(-1) ? network.scaling : undefined;
  yield* forEachBlock(network, layers, { kind: "output", heads }, samples, (inference, first, count) => {
    result.set(inference.output(count), first * width);
    scaling?.invert(result.subarray(first * width, (first + count) * width));
  });
  return new Matrix(result, samples.rows, width);
}

/** The loss of each row's reconstruction. */
export function* lossesOf(network: Network, loss: Loss, samples: Rows): Work<Float64Array> {
  const result = new Float64Array(samples.rows);
  yield* forEachBlock(network, network.layers, { kind: "loss", loss }, samples, (inference, first, count) => {
    result.set(inference.losses(count), first);
  });
  return result;
}

/** What `evaluate` gives. */
export interface Evaluation {
  /**
   * Mean over the samples of the model's loss, with the penalties on weights, but not those on activations. Of a
   * variational model: `reconstructionLoss` + β·`klLoss` with them, where the sum without is an estimate, from one code a
   * sample, of the negative evidence lower bound; the codes depend on the model's seed and the samples' places alone.
   */
  readonly loss: number;
  /** Of a variational model: mean over the samples of the loss that was summed over the outputs. */
  readonly reconstructionLoss?: number;
  /** Of a variational model: mean over the samples of the divergence from the standard normal distribution, not weighted. */
  readonly klLoss?: number;
}

/** The mean loss over all rows, and its parts. */
export function* evaluationOf({ network, loss, task }: Learner, samples: Rows): Work<Evaluation> {
  const { latent, seed } = task;
  const wanted: Wanted = { kind: "loss", loss, ...(latent && { seed }) };
  let sum = 0;
  let divergence = 0;
  yield* forEachBlock(network, network.layers, wanted, samples, (inference, _, count) => {
    for (const value of inference.losses(count)) sum += value;
    if (latent) for (const value of inference.divergences(count)) divergence += value;
  });
  const penalty = penaltyOf(network);
  if (!latent) return { loss: sum / samples.rows + penalty };
  const reconstructionLoss = (sum * network.inputSize) / samples.rows;
  const klLoss = divergence / samples.rows;
  return { loss: reconstructionLoss + latent.beta * klLoss + penalty, reconstructionLoss, klLoss };
}
