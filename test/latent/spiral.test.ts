import { expect, test } from "vitest";
import { Autoencoder, dense, orderCorrelation, spiral } from "../../src/index.js";
import type { MathName } from "../support/models.js";

/** What the README shows: a code that begins at 0, and a smooth decoder, whose curve grows out of a point. */
function spiralModel(seed: number, math: MathName): Promise<Autoencoder> {
  return Autoencoder.create({
    inputSize: 2,
    encoder: [dense(128, "relu"), dense(64, "relu"), dense(1, "linear", { initializer: "zeros" })],
    decoder: [dense(64, "tanh"), dense(128, "tanh"), dense(2)],
    scaling: "standard",
    seed,
    engine: { math },
  });
}

/** Ten with the math that users get by default, and some with that whose results are the same on all machines. */
const RUNS = [
  ...Array.from({ length: 10 }, (_, seed) => [seed, "fast"] as const),
  ...Array.from({ length: 3 }, (_, seed) => [seed, "portable"] as const),
];

test.each(RUNS)("the deep network orders the spiral: seed %i, %s", async (seed, math) => {
  const { points, positions } = spiral({ seed });
  const model = await spiralModel(seed, math);
  await model.fit(points, { epochs: 250, batchSize: 25 });
  expect(Math.abs(await orderCorrelation(model, points, positions))).toBeGreaterThanOrEqual(0.99);
  await model.dispose();
});
