import type { ExampleOptions, ExampleRows } from "../data/examples.js";
import type { Work } from "../engine/turns.js";
import { type KlSparsity, sparsityOf } from "../layers/penalties.js";
import type { Inference, Wanted } from "../network/inference.js";
import type { Learner } from "../network/learner.js";
import { type LossAlias, lossName, toLoss } from "../network/losses.js";
import type { Network } from "../network/network.js";
import type { MetricName } from "../network/stepMetrics.js";
import { penaltyOf } from "../network/weightPenalty.js";
import type { Gate } from "./gate.js";
import { type Metrics, named } from "./logs.js";
import { forEachBlock } from "./predict.js";
import { forEachChunk, type StreamedRows } from "./sampleStream.js";

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
  /** Means over the samples of the metrics that were asked for, from the same outputs and not weighted. */
  readonly metrics?: Metrics;
}

/** Options of `evaluate`. */
export interface EvaluateOptions extends ExampleOptions {
  /** What to measure besides the loss, by loss names, as in `fit`; default nothing. */
  metrics?: readonly (MetricName | LossAlias)[];
}

/**
 * Evaluates a model on rows, which may come as a stream. Sums run over the rows in order, and codes are drawn by row
 * position, so the result does not depend on how the rows are split into chunks.
 */
export function* evaluate(
  { network, loss, task }: Learner,
  metrics: readonly MetricName[],
  input: ExampleRows | StreamedRows,
  gate: Gate,
): Work<Evaluation> {
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
  let weighted = 0;
  let divergence = 0;
  let rows = 0;
  yield* forEachChunk(input, gate, function* (chunk) {
    const { targets, weights } = chunk;
    const take = (inference: Inference, first: number, count: number) => {
      for (let index = 0; index < sums.length; index++) {
        for (const value of inference.losses(count, index)) sums[index]! += value;
      }
      inference.losses(count).forEach((value, row) => {
        weighted += weights ? value * weights[first + row]! : value;
      });
      penalties.add(inference, count);
      if (latent) for (const value of inference.divergences(count)) divergence += value;
    };
    const compared = targets ? { ...wanted, targets: true } : wanted;
    yield* forEachBlock(network, network.layers, compared, chunk, take, rows);
    rows += chunk.rows;
  });
  const penalty = penaltyOf(network) + penalties.mean(rows);
  const means = sums.map((sum) => sum / rows);
  const measured = metrics.length > 0 && {
    metrics: named(
      metrics,
      metrics.map((name) => means[names.indexOf(name)]!),
    ),
  };
  if (!latent) return { loss: weighted / rows + penalty, ...measured };
  const reconstructionLoss = (weighted * network.inputSize) / rows;
  const klLoss = divergence / rows;
  return {
    loss: reconstructionLoss + latent.beta * klLoss + penalty,
    reconstructionLoss,
    klLoss,
    ...measured,
  };
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
