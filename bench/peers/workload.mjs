/** The data of the step workload and its shuffled batches, the same for every JavaScript peer. */
import { count } from "./requests.mjs";

/** Adam's settings and the learning rate of the step workload: Keras's defaults. */
export const ADAM = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 };

/** Checks the sizes of a step request and returns them. */
export function stepSizes(request) {
  const sizes = {
    samples: count(request, "samples"),
    features: count(request, "features"),
    latent: count(request, "latent"),
    batch: count(request, "batch"),
    seed: count(request, "seed", 0),
  };
  if (sizes.batch > sizes.samples) {
    throw new RangeError(`batch: got ${sizes.batch}, wanted at most the ${sizes.samples} samples`);
  }
  return sizes;
}

/** Steps asked for by a run request of the step workload. */
export function stepCount(request) {
  return count(request, "steps");
}

/**
 * Marsaglia's 32-bit xorshift (13, 17, 5): returns a function that gives the next whole number in [1, 2³²).
 * Good enough to fill and shuffle a benchmark's data.
 */
export function xorshift32(seed) {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x85ebca6b) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** `length` float32 values, uniform in [low, high). */
export function uniform(random, length, low = 0, high = 1) {
  const values = new Float32Array(length);
  const scale = (high - low) / 2 ** 24;
  for (let i = 0; i < length; i++) values[i] = low + scale * (random() >>> 8);
  return values;
}

/** Glorot-uniform weights [inputs × outputs] for a layer of `inputs` → `outputs`. */
export function glorotUniform(random, inputs, outputs) {
  const limit = Math.sqrt(6 / (inputs + outputs));
  return uniform(random, inputs * outputs, -limit, limit);
}

/** The same numbers as [outputs × inputs], so that peers of either layout start from one network. */
export function transposed(weights, inputs, outputs) {
  return weights.map((_, i) => weights[(i % inputs) * outputs + Math.floor(i / inputs)]);
}

/** Endless batches of row numbers: every epoch a new permutation, its last batch as short as it comes. */
export class ShuffledBatches {
  #order;
  #batch;
  #random;
  #next = 0;

  constructor(samples, batch, random) {
    this.#order = Int32Array.from({ length: samples }, (_, i) => i);
    this.#batch = batch;
    this.#random = random;
    this.#shuffle();
  }

  /** Row numbers of the next batch; the view is good until the next call. */
  next() {
    if (this.#next >= this.#order.length) this.#shuffle();
    const rows = this.#order.subarray(this.#next, this.#next + this.#batch);
    this.#next += this.#batch;
    return rows;
  }

  /** Fisher–Yates. The bias of scaling 32 bits to the range is below 2⁻¹⁶ for these sizes. */
  #shuffle() {
    const order = this.#order;
    for (let i = order.length - 1; i > 0; i--) {
      const j = Math.floor((this.#random() / 2 ** 32) * (i + 1));
      const swap = order[i];
      order[i] = order[j];
      order[j] = swap;
    }
    this.#next = 0;
  }
}

/** Copies the rows of `data` (samples × features) named by `rows` to the start of `target`. */
export function gatherRows(data, features, rows, target) {
  for (let r = 0; r < rows.length; r++) {
    const start = rows[r] * features;
    target.set(data.subarray(start, start + features), r * features);
  }
}
