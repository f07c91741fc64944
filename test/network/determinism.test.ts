import { describe, expect, test } from "vitest";
import { Autoencoder, type AutoencoderOptions, adam, dense, digits, sgd, spiral } from "../../src/index.js";
import { MATHS, weightBits } from "../support/models.js";

/** 784-32-784, two epochs over 512 digits, the last batch a partial one. */
async function trainDigits(options: Partial<AutoencoderOptions>): Promise<Autoencoder> {
  const model = await Autoencoder.create({
    inputSize: 784,
    encoder: [dense(32, "relu")],
    decoder: [dense(784, "sigmoid")],
    loss: "binaryCrossentropy",
    optimizer: adam(),
    seed: 42,
    ...options,
  });
  await model.fit(digits({ samples: 512, seed: 1 }).images, { epochs: 2, batchSize: 100 });
  return model;
}

/** 2-16-1-16-2 on the spiral, with the initializers and activations that the digits do not use. */
async function trainSpiral(options: Partial<AutoencoderOptions>): Promise<Autoencoder> {
  const model = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(16, "tanh", { initializer: "glorotNormal" }), dense(1, "linear", { bias: false })],
    decoder: [
      dense(16, "sigmoid", { initializer: "heNormal" }),
      dense(2, "linear", { initializer: "heUniform" }),
    ],
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    seed: 7,
    ...options,
  });
  await model.fit(spiral({ samples: 200, seed: 3 }).points, { epochs: 20, batchSize: 32 });
  return model;
}

describe.each([
  ["digits", trainDigits],
  ["spiral", trainSpiral],
] as const)("%s", (_, train) => {
  describe.each(MATHS)("%s", (math) => {
    test("the same seed gives the same bits, another seed others", async () => {
      const engine = { math };
      const [first, second, other] = await Promise.all([
        train({ engine, seed: 42 }),
        train({ engine, seed: 42 }),
        train({ engine, seed: 43 }),
      ]);
      expect(weightBits(second!)).toBe(weightBits(first!));
      expect(second!.history.loss).toEqual(first!.history.loss);
      expect(weightBits(other!)).not.toBe(weightBits(first!));
      expect(other!.history.loss).not.toEqual(first!.history.loss);
    });
  });
});

// SHA-256 of the trained weights. They hold on every machine and engine; a change of the kernels' arithmetic, of the
// random generator or of the generated data is the only good reason to record them anew.
test.each([
  ["digits", trainDigits, "caafb117088650c4ed7708ca4807d70fb2d6b0b862b0ff0a44eae544a40d4ef0"],
  ["spiral", trainSpiral, "16f766b53bd157cd0f88248c216f1d187c29f13eef2488bb628e639791d62599"],
] as const)("portable math gives the recorded weights: %s", async (_, train, hash) => {
  const model = await train({ engine: { math: "portable" } });
  expect(model.engine.build).toBe("simd");
  expect(weightBits(model)).toBe(hash);
});

test("the order of training, and nothing else, tells the runs of one seed apart", async () => {
  const run = async (shuffle: boolean) => {
    const model = await Autoencoder.create({
      inputSize: 2,
      encoder: [dense(3, "tanh")],
      decoder: [dense(2)],
      engine: { math: "portable" },
    });
    await model.fit(spiral({ samples: 100 }).points, { shuffle, batchSize: 10 });
    return weightBits(model);
  };
  expect(await run(true)).toBe(await run(true));
  expect(await run(true)).not.toBe(await run(false));
});
