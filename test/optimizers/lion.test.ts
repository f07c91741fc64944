// Lion against Keras 3.15: five updates of 24 parameters by gradients that both sides make.
//   p = hashed_uniform(1, 24, -1, 1); for step s: g = hashed_uniform(100 + s, 24, -1, 1), g[3] = 0
//   keras.optimizers.Lion(learning_rate=0.01, beta_1=0.9, beta_2=0.99, weight_decay=…), on JAX, float32
import { describe, expect, test } from "vitest";
import { STEP_LEARNING_RATE, STEP_WEIGHT_DECAY, STEP_WORDS } from "../../assembly/abi.js";
import { Autoencoder, dense, lion } from "../../src/index.js";
import { BUILDS, loadKernels } from "../support/kernels.js";
import { expectClose, smallModel, values, weightBits } from "../support/models.js";

const KERAS: [number, number[]][] = [
  [
    0,
    [
      -0.6555078, -0.4019107, 0.5863938, 0.2266815, -0.8585414, 0.8390489, 0.5936702, -0.8030828, -0.3245885,
      -0.5543438, 0.1873937, 0.3443635, 0.6463249, 1.040143, 0.6012269, -0.4249089, -0.6248999, 0.9875693,
      0.7962313, -0.9815634, -0.2198156, -0.3282154, 0.7925085, -0.03241614,
    ],
  ],
  [
    0.02,
    [
      -0.6548626, -0.4015269, 0.5858098, 0.2264549, -0.8577012, 0.8382241, 0.5931068, -0.8022821, -0.3242701,
      -0.5537956, 0.1872364, 0.3440412, 0.6456889, 1.039133, 0.6006399, -0.4244862, -0.6242772, 0.9866121,
      0.7954334, -0.9805723, -0.2195979, -0.3279133, 0.7916942, -0.03240572,
    ],
  ],
];

describe.each(BUILDS)("%s", (build) => {
  test.each(KERAS)("with a weight decay of %f updates as Keras's", (decay, expected) => {
    const { kernels, memory } = loadKernels(build);
    const [parameters, gradient, momentum, step] = [24, 24, 24, STEP_WORDS].map((words) =>
      memory.allocate(words * 4),
    );
    parameters!.floats().set(values(4, 6, 1, -1, 1));
    const factors = step!.floats();
    factors[STEP_LEARNING_RATE] = 0.01;
    factors[STEP_WEIGHT_DECAY] = 0.01 * decay;
    for (let s = 0; s < 5; s++) {
      gradient!.floats().set(values(4, 6, 100 + s, -1, 1));
      gradient!.floats()[3] = 0;
      const places = [parameters!.at(), gradient!.at(), momentum!.at(), step!.at()];
      kernels.lion(0, 4, 6, ...places, Math.fround(1 - 0.9), Math.fround(1 - 0.99));
    }
    expectClose(parameters!.floats(), expected, { absolute: 2e-6 });
  });
});

test("a model learns with it, saves it, and goes on from a checkpoint at the same bits", async () => {
  const options = { optimizer: lion({ learningRate: 3e-3, weightDecay: 1e-3 }) };
  const [model, twin] = [await smallModel(options), await smallModel(options)];
  const samples = values(64, 6);
  const { loss } = await model.fit(samples, { epochs: 20, batchSize: 16 });
  expect(loss.at(-1)!).toBeLessThan(loss[0]! / 2);
  await twin.fit(samples, { epochs: 10, batchSize: 16 });
  const resumed = await Autoencoder.fromCheckpoint(twin.toCheckpoint(), { engine: { math: "portable" } });
  expect(resumed.description.optimizer).toEqual(options.optimizer);
  // Epochs in all.
  await resumed.fit(samples, { epochs: 20, batchSize: 16 });
  await twin.fit(samples, { epochs: 10, batchSize: 16 });
  expect(weightBits(resumed)).toBe(weightBits(twin));
  await Promise.all([model.dispose(), twin.dispose(), resumed.dispose()]);
});

test("a name stands for its defaults, which are Keras's", async () => {
  const model = await Autoencoder.create({
    ...{ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)], optimizer: "lion" },
  });
  expect(model.description.optimizer).toEqual({
    ...{ kind: "lion", learningRate: 0.001, beta1: 0.9, beta2: 0.99, weightDecay: 0 },
  });
  expect(lion(0.01).learningRate).toBe(0.01);
  expect(() => lion({ beta1: 1 })).toThrow(/^beta1 must be in \[0, 1\), not 1$/);
  await model.dispose();
});
