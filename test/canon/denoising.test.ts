import { test } from "vitest";
import { gaussianNoise } from "../../src/index.js";
import { corrupted } from "../support/draws.js";
import { hasMnist, PIXELS } from "../support/mnist.js";
import { digits, expectReached, PATIENCE, patient, pooled, withEachSeed } from "./canon.js";

const toUnits = (bytes: Uint8Array) => Float32Array.from(bytes, (byte) => byte / 255);

/** clip(x + 0.4·N(0, 1), 0, 1) of pictures, drawn once. */
function noisy(pictures: Float32Array, seed: number): Float32Array {
  const from = { build: "simd", seed, epoch: 0, rows: pictures.length / PIXELS } as const;
  const wild = corrupted(from, PIXELS, pictures, gaussianNoise(0.4));
  return wild.map((value) => Math.min(1, Math.max(0, value)));
}

/** The mean cross-entropy, predictions clipped as in Keras. */
function crossEntropy(predictions: Float32Array, targets: Float32Array): number {
  let sum = 0;
  predictions.forEach((prediction, i) => {
    const p = Math.min(1 - 1e-7, Math.max(1e-7, prediction));
    sum -= targets[i]! * Math.log(p) + (1 - targets[i]!) * Math.log(1 - p);
  });
  return sum / predictions.length;
}

// The row "the same, noisy input, clean target" of the reference results.
test.skipIf(!hasMnist || !patient)(
  "denoising, the pooled convolutional autoencoder reaches 0.0983 to 0.1008 (skipped without ../shared/data, and unless CANON_SEEDS is one or all)",
  { timeout: PATIENCE },
  async () => {
    const { training, heldOut } = digits();
    const [targets, clean] = [toUnits(training), toUnits(heldOut)];
    const [inputs, others] = [noisy(targets, 41), noisy(clean, 42)];
    const fit = { epochs: 10, batchSize: 128, targets };
    const losses = await withEachSeed(pooled, inputs, fit, async (model) =>
      crossEntropy((await model.reconstruct(others)).data, clean),
    );
    expectReached("held-out loss, noisy in and clean out", losses, [0.0983, 0.1008]);
  },
);
