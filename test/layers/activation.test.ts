import { describe, expect, test } from "vitest";
import { Autoencoder, activation, dense, klSparsity, type Layer, reshape, sgd } from "../../src/index.js";
import { ACTIVATION_NAMES } from "../../src/layers/activations.js";
import { expectClose, MATHS, values } from "../support/models.js";

const samples = values(30, 6, 3, 0, 1);

/** A model with an activation in its last dense layer, or behind it, and the same weights. */
async function twins(
  last: (typeof ACTIVATION_NAMES)[number],
  loss: "mse" | "bce",
  math: "portable" | "fast",
) {
  const make = (decoder: Layer[]) =>
    Autoencoder.create({
      inputSize: 6,
      encoder: [dense(3)],
      decoder,
      loss,
      optimizer: sgd({ learningRate: 0.5 }),
      engine: { math },
    });
  const [one, two] = [await make([dense(6, last)]), await make([dense(6), activation(last), reshape([6])])];
  two.setWeights(one.getWeights());
  return [one, two] as const;
}

describe.each(MATHS)("%s", (math) => {
  test.each(ACTIVATION_NAMES)("%s behind a layer is what it is in the layer", async (name) => {
    const [one, two] = await twins(name, "mse", math);
    const how = { epochs: 3, batchSize: 10, metrics: ["meanAbsoluteError"] } as const;
    const [first, second] = [
      one.fitSync(samples, { ...how, metrics: [...how.metrics] }),
      two.fitSync(samples, { ...how, metrics: [...how.metrics] }),
    ];
    expect(second.loss).toEqual(first.loss);
    expect(two.getWeights()).toEqual(one.getWeights());
    expect(two.reconstructSync(samples)).toEqual(one.reconstructSync(samples));
    await Promise.all([one.dispose(), two.dispose()]);
  });

  test("cross-entropy behind a sigmoid layer is calculated from the logits", async () => {
    const [one, two] = await twins("sigmoid", "bce", math);
    // So far out that the sigmoid is 1 and 0 in float32, where its own cross-entropy has been clipped.
    const weights = one.getWeights();
    weights.at(-1)!.data.set([60, -60, 60, -60, 60, -60]);
    one.setWeights(weights);
    two.setWeights(weights);
    const targets = new Float32Array(60).fill(0.5);
    const loss = two.evaluateSync(targets).loss;
    expect(loss).toBe(one.evaluateSync(targets).loss);
    expectClose([loss], [30], { relative: 0.1 }, "loss");
    const how = { epochs: 2, metrics: ["meanSquaredError" as const], validationSplit: 0.3 };
    const [first, second] = [one.fitSync(targets, how), two.fitSync(targets, how)];
    expect({ ...second, seconds: 0 }).toEqual({ ...first, seconds: 0 });
    expect(two.getWeights()).toEqual(one.getWeights());
    // Other metrics have the sigmoid.
    expectClose(first.metrics.meanSquaredError!, [0.25, 0.25], { absolute: 1e-3 }, "metric");
    expectClose(
      first.valMetrics.meanSquaredError!,
      [0.25, 0.25],
      { absolute: 1e-3 },
      "metric of the held-out",
    );
    await Promise.all([one.dispose(), two.dispose()]);
  });
});

test("a sigmoid layer can be a sparse code, any other cannot", async () => {
  const make = (code: Layer) =>
    Autoencoder.create({
      inputSize: 6,
      encoder: [dense(4), code],
      decoder: [dense(6)],
      sparsity: klSparsity({ target: 0.05, weight: 3 }),
      optimizer: sgd({ learningRate: 0.5 }),
    });
  const model = await make(activation("sigmoid"));
  const mean = () => model.encodeSync(samples).data.reduce((sum, value) => sum + value, 0) / 120;
  const before = mean();
  model.fitSync(samples, { epochs: 60, batchSize: 30 });
  expect(mean()).toBeLessThan(0.5 * before);
  await model.dispose();
  await expect(make(activation("tanh"))).rejects.toThrow(
    /klSparsity needs a sigmoid code, .* the code is "tanh"/,
  );
});
