/** One training step of F → L (ReLU) → F (sigmoid), cross-entropy, Adam, in plain JavaScript; no allocation. */
import { addTimes, addTransposedTimes, timesTransposed } from "./plain-products.mjs";
import { timeSteps } from "./requests.mjs";
import {
  ADAM,
  gatherRows,
  glorotUniform,
  ShuffledBatches,
  stepCount,
  stepSizes,
  transposed,
  uniform,
  xorshift32,
} from "./workload.mjs";

const { exp, log, sqrt } = Math;

/** Parameters, gradients and moments as one block each; w1 and w2 are both [L × F], b1 [L], b2 [F]. */
class Parameters {
  constructor(features, latent) {
    const size = 2 * features * latent + latent + features;
    this.values = new Float32Array(size);
    this.gradients = new Float32Array(size);
    this.first = new Float32Array(size);
    this.second = new Float32Array(size);
    this.time = 0;
    const view = (block) => {
      let start = 0;
      const take = (length) => {
        start += length;
        return block.subarray(start - length, start);
      };
      const w1 = take(latent * features);
      const b1 = take(latent);
      const w2 = take(latent * features);
      return { w1, b1, w2, b2: take(features) };
    };
    this.value = view(this.values);
    this.gradient = view(this.gradients);
  }

  adam() {
    const { values, gradients, first, second } = this;
    const { beta1, beta2, epsilon, learningRate } = ADAM;
    this.time++;
    const correction = sqrt(1 - beta2 ** this.time);
    const rate = (learningRate * correction) / (1 - beta1 ** this.time);
    const scaledEpsilon = epsilon * correction;
    for (let i = 0; i < values.length; i++) {
      const g = gradients[i];
      const m = beta1 * first[i] + (1 - beta1) * g;
      const v = beta2 * second[i] + (1 - beta2) * g * g;
      first[i] = m;
      second[i] = v;
      values[i] -= (rate * m) / (sqrt(v) + scaledEpsilon);
    }
  }
}

/**
 * Logits in, δ = (σ(z) − x) / elements out, in place; bias gradients [F] are summed into `db`.
 * @returns the mean cross-entropy, log(1 + e^−z) + z·(1 − x), over all elements.
 */
function lossAndDelta(z, x, db, rows, features) {
  const scale = 1 / (rows * features);
  let sum = 0;
  db.fill(0);
  for (let r = 0; r < rows; r++) {
    const row = r * features;
    for (let i = 0; i < features; i++) {
      const logit = z[row + i];
      const target = x[row + i];
      const u = 1 + exp(-logit);
      sum += log(u) + logit * (1 - target);
      const delta = (1 / u - target) * scale;
      z[row + i] = delta;
      db[i] += delta;
    }
  }
  return sum * scale;
}

/** Prepares the step workload; `run({ steps })` gives `{ ms: number[], loss }`. */
export function step(request) {
  const { samples, features: F, latent: L, batch, seed } = stepSizes(request);
  const random = xorshift32(seed);
  const data = uniform(random, samples * F);
  const parameters = new Parameters(F, L);
  const { value, gradient } = parameters;
  value.w1.set(transposed(glorotUniform(random, F, L), F, L));
  value.w2.set(glorotUniform(random, L, F));
  const batches = new ShuffledBatches(samples, batch, random);
  const x = new Float32Array(batch * F);
  const z = new Float32Array(batch * F);
  const h = new Float32Array(batch * L);
  const dh = new Float32Array(batch * L);
  const noBias = new Float32Array(L);

  function backwardLatent(rows) {
    timesTransposed(z, value.w2, noBias, dh, rows, F, L);
    gradient.b1.fill(0);
    for (let r = 0; r < rows; r++) {
      for (let j = 0; j < L; j++) {
        const delta = h[r * L + j] > 0 ? dh[r * L + j] : 0;
        dh[r * L + j] = delta;
        gradient.b1[j] += delta;
      }
    }
  }

  function trainStep() {
    const chosen = batches.next();
    const rows = chosen.length;
    gatherRows(data, F, chosen, x);
    timesTransposed(x, value.w1, value.b1, h, rows, F, L);
    for (let i = 0; i < rows * L; i++) if (h[i] < 0) h[i] = 0;
    for (let r = 0; r < rows; r++) z.set(value.b2, r * F);
    addTimes(h, value.w2, z, rows, L, F);
    const loss = lossAndDelta(z, x, gradient.b2, rows, F);
    backwardLatent(rows);
    gradient.w1.fill(0);
    gradient.w2.fill(0);
    addTransposedTimes(h, z, gradient.w2, rows, L, F);
    addTransposedTimes(dh, x, gradient.w1, rows, L, F);
    parameters.adam();
    return loss;
  }

  return {
    name: "Plain JavaScript",
    version: process.version,
    details: "loops over Float32Array with float64 sums; cross-entropy on logits; one thread",
    run: (order) => timeSteps(stepCount(order), trainStep),
  };
}
