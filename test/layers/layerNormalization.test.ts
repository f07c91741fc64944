import { describe, expect, test } from "vitest";
import { Autoencoder, dense, type Layer, layerNormalization } from "../../src/index.js";
import { readGolden } from "../golden/load.js";
import { expectTorch, type TorchCase, type TorchGolden } from "../golden/torchCases.js";
import { expectClose, MATHS, values, weightBits } from "../support/models.js";

const golden = readGolden<TorchGolden<TorchCase> & { width: number }>("normalization.json");

/** The networks of golden/normalization.py, by name. */
const NETWORKS: Readonly<Record<string, { encoder: Layer[]; decoder: Layer[] }>> = {
  "affine, eps 0.001": {
    encoder: [dense(5, "tanh"), layerNormalization(), dense(3)],
    decoder: [layerNormalization(), dense(5, "tanh"), dense(6)],
  },
  "without bias, eps 0.00001": {
    encoder: [layerNormalization({ epsilon: 1e-5, center: false }), dense(5, "tanh"), dense(3)],
    decoder: [dense(6), layerNormalization({ epsilon: 1e-5, center: false })],
  },
};

describe.each(MATHS)("%s", (math) => {
  test.each(golden.cases)("$name: loss and gradients are PyTorch's", (given) =>
    expectTorch({ inputSize: golden.width, ...NETWORKS[given.name]!, engine: { math } }, golden.batch, given),
  );
});

test("it does the same in training and in prediction, starts as plain normalization, and is saved", async () => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [layerNormalization({ epsilon: 1e-6 }), dense(2)],
    decoder: [dense(6)],
    seed: 3,
  });
  const [gamma, beta] = model.getWeights();
  expect(gamma).toEqual({ name: "encoder.0.weight", shape: [6], data: new Float32Array(6).fill(1) });
  expect(beta).toEqual({ name: "encoder.0.bias", shape: [6], data: new Float32Array(6) });
  const samples = values(20, 6, 3, 0, 1);
  await model.fit(samples, { epochs: 3, batchSize: 7 });
  const copy = await Autoencoder.fromSafetensors(model.toSafetensors());
  expect(copy.description).toEqual(model.description);
  expect(weightBits(copy)).toBe(weightBits(model));
  expect(copy.reconstructSync(samples).data).toEqual(model.reconstructSync(samples).data);
  // Samples that are shifted and scaled give the same codes.
  const other = samples.map((value) => 5 * value - 2);
  expectClose(model.encodeSync(other).data, model.encodeSync(samples).data, { absolute: 2e-4 }, "codes");
  await copy.dispose();
  await model.dispose();
});

test("its options are checked, with hints for PyTorch's names", () => {
  expect(() => layerNormalization({ epsilon: 0 })).toThrow(
    "epsilon of layerNormalization must be a positive number, not 0",
  );
  expect(() => layerNormalization({ eps: 1e-5 } as object)).toThrow(/PyTorch's eps is epsilon/);
  expect(() => layerNormalization({ center: 1 } as object)).toThrow("center must be true or false, not 1");
});
