import { Matrix } from "../data/matrix.js";
import { checkValues, partOf, type Rows } from "../data/samples.js";
import { OPERATIONS_PER_TURN } from "../engine/engine.js";
import type { Work } from "../engine/turns.js";
import { type KlSparsity, sparsityOf } from "../layers/penalties.js";
import { sizeOf } from "../layers/shape.js";
import type { Inference, Wanted } from "../network/inference.js";
import type { Learner } from "../network/learner.js";
import { type Loss, lossName, toLoss, wantsUnitRange } from "../network/losses.js";
import type { Network } from "../network/network.js";
import type { NetworkLayer } from "../network/networkLayer.js";
import type { MetricName } from "../network/stepMetrics.js";
import { penaltyOf } from "../network/weightPenalty.js";
import type { Gate } from "./gate.js";
import { forEachChunk, type StreamedRows } from "./sampleStream.js";
import { scaleRows } from "./scaledRows.js";

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
  samples: Rows,
  take: (inference: Inference, first: number, count: number) => void,
  place = 0,
): Work<void> {
  const { scaling } = network;
  scaling?.fitted();
  const scales = scaling !== undefined && layers[0] === network.layers[0];
  const unit = wanted.kind === "loss" && [wanted.loss, ...(wanted.metrics ?? [])].some(wantsUnitRange);
  yield* checkValues(samples, scales ? "finite" : unit ? "unit" : "float32");
  const { rows, columns } = samples;
  const inference = network.prepared.take(layers, wanted, rowsAtATime(layers, rows));
  const scaled = scales ? new Float32Array(Math.min(inference.rows, rows) * columns) : undefined;
  let whole = false;
  try {
    for (let first = 0; first < rows; first += inference.rows) {
      const count = Math.min(inference.rows, rows - first);
      if (scaling && scaled) scaleRows(scaling, samples, first, count, scaled, unit);
      const block = scaled ? scaled.subarray(0, count * columns) : partOf(samples, first, count);
      const plan = inference.load(block, count, place + first);
      yield plan;
      take(inference, first, count);
      yield;
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
  const result = new Float32Array(samples.rows * width);
  const scaling = layers.at(-1) === network.layers.at(-1) ? network.scaling : undefined;
  yield* forEachBlock(
    network,
    layers,
    { kind: heads ? "distribution" : "output" },
    samples,
    (inference, first, count) => {
      result.set(inference.output(count), first * width);
      scaling?.invert(result.subarray(first * width, (first + count) * width));
    },
  );
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

/** The result of `evaluate`. */
export interface Evaluation {
  /**
   * Mean over the samples of the model's loss, including all penalties, as training minimizes it and as Keras's
   * `evaluate` returns it: penalties on weights, on activations, and on the code by `klSparsity`, whose mean
   * activations are taken over all samples. In a variational model, it is `reconstructionLoss` + β·`klLoss` plus
   * penalties. Without penalties, that sum estimates the negative evidence lower bound, from one code per sample. The
   * codes depend only on the model's seed and the samples' positions.
   */
  readonly loss: number;
  /** In a variational model: mean over the samples of the loss, summed over the outputs. */
  readonly reconstructionLoss?: number;
  /**
   * In a variational model: mean over the samples of the divergence from the standard normal distribution, not
   * weighted.
   */
  readonly klLoss?: number;
}

/** Measurements of a model on samples: its evaluation, and the metrics' means in order. */
export interface Measured {
  readonly evaluation: Evaluation;
  readonly metrics: readonly number[];
}

/**
 * Evaluates a model on rows, which may come as a stream. Sums run over the rows in order, and codes are drawn by row
 * position, so the result does not depend on how the rows are split into chunks.
 */
export function* measure(
  { network, loss, task }: Learner,
  metrics: readonly MetricName[],
  input: Rows | StreamedRows,
  gate: Gate,
): Work<Measured> {
  const { latent, seed } = task;
  const penalties = new ActivityPenalties(network, task.sparsity);
  const names = [lossName(loss), ...metrics.filter((name) => name !== lossName(loss))];
  const wanted: Wanted = {
    kind: "loss",
    loss,
    metrics: names.slice(1).map(toLoss),
    penalties: true,
    ...(latent && { seed }),
  };
  const sums = names.map(() => 0);
  let divergence = 0;
  let rows = 0;
  yield* forEachChunk(input, gate, function* (chunk) {
    const take = (inference: Inference, _: number, count: number) => {
      for (let index = 0; index < sums.length; index++) {
        for (const value of inference.losses(count, index)) sums[index]! += value;
      }
      penalties.add(inference, count);
      if (latent) for (const value of inference.divergences(count)) divergence += value;
    };
    yield* forEachBlock(network, network.layers, wanted, chunk, take, rows);
    rows += chunk.rows;
  });
  const penalty = penaltyOf(network) + penalties.mean(rows);
  const means = sums.map((sum) => sum / rows);
  const measured = metrics.map((name) => means[names.indexOf(name)]!);
  if (!latent) return { evaluation: { loss: means[0]! + penalty }, metrics: measured };
  const reconstructionLoss = (sums[0]! * network.inputSize) / rows;
  const klLoss = divergence / rows;
  const evaluation = {
    loss: reconstructionLoss + latent.beta * klLoss + penalty,
    reconstructionLoss,
    klLoss,
  };
  return { evaluation, metrics: measured };
}

/** What the samples' activations add to the loss, summed in the order of the rows. */
class ActivityPenalties {
  readonly #codeLayer: number;
  readonly #sparsity: KlSparsity | undefined;
  /** Sums of the activations of the code's units. */
  readonly #sums: Float64Array;
  /** One sum per penalized layer, so that they do not depend on how the rows are divided into blocks. */
  readonly #penalties: number[] = [];

  constructor({ codeIndex, latentSize }: Network, sparsity: KlSparsity | undefined) {
    this.#codeLayer = codeIndex;
    this.#sparsity = sparsity;
    this.#sums = new Float64Array(sparsity ? latentSize : 0);
  }

  add(inference: Inference, rows: number): void {
    inference.penalties(rows).forEach((penalties, index) => {
      let sum = this.#penalties[index] ?? 0;
      for (const value of penalties) sum += value;
      this.#penalties[index] = sum;
    });
    if (!this.#sparsity) return;
    const codes = inference.activations(this.#codeLayer, rows);
    for (let i = 0; i < codes.length; i++) this.#sums[i % this.#sums.length]! += codes[i]!;
  }

  /** Mean over `rows` samples. */
  mean(rows: number): number {
    const means = this.#sums.map((sum) => sum / rows);
    const penalty = this.#penalties.reduce((total, sum) => total + sum, 0);
    return penalty / rows + (this.#sparsity ? sparsityOf(this.#sparsity, means) : 0);
  }
}
