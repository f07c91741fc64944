import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  adam,
  DivergedError,
  dense,
  l1l2,
  type Optimizer,
  reduceOnPlateau,
  rmsprop,
  sgd,
  stepDecay,
} from "../../src/index.js";
import { expectClose, failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const samples = values(100, 6);

describe.each(MATHS)("%s", (math) => {
  const create = (options = {}) => smallModel({ engine: { math }, ...options });

  test("the losses of fit and evaluate contain the penalties of the weights; the error does not", async () => {
    const kernelPenalty = l1l2({ l1: 0.01, l2: 0.003 });
    const model = await create({
      encoder: [dense(3, "tanh", { kernelPenalty })],
      decoder: [dense(6, "linear", { kernelPenalty: l1l2({ l2: 0.1 }) })],
      optimizer: sgd({ learningRate: 1e-30 }),
    });
    let penalty = 0;
    for (const { name, data } of model.getWeights()) {
      const [first, second] = { "encoder.0.weight": [0.01, 0.003], "decoder.0.weight": [0, 0.1] }[name] ?? [
        0, 0,
      ];
      for (const w of data) penalty += first! * Math.abs(w) + second! * w * w;
    }
    expect(penalty).toBeGreaterThan(0.05);
    const errors = await model.reconstructionError(samples);
    const expected = errors.reduce((sum, error) => sum + error, 0) / 100 + penalty;
    // Batches of 48, 48 and 4: each counts with its rows.
    const history = await model.fit(samples, { batchSize: 48, validationData: samples });
    const { loss } = await model.evaluate(samples);
    expectClose([...history.loss, ...history.valLoss, loss], [expected, expected, expected], {
      relative: 1e-6,
    });
  });

  test.each<[string, Optimizer]>([
    ["clipNorm", adam({ clipNorm: 0.01 })],
    ["globalClipNorm", rmsprop({ globalClipNorm: 0.01, momentum: 0.5, centered: true })],
  ])("%s gives the same bits on any number of threads", async (_, optimizer) => {
    const train = async (threads: number) => {
      const model = await Autoencoder.create({
        inputSize: 70,
        encoder: [dense(40, "gelu", { kernelPenalty: l1l2({ l1: 1e-4, l2: 1e-4 }) }), dense(3)],
        decoder: [dense(50, "silu"), dense(70, "sigmoid")],
        optimizer,
        engine: { math, threads },
      });
      const { loss } = await model.fit(values(130, 70), { epochs: 3, batchSize: 60 });
      const result = [weightBits(model), ...loss];
      await model.dispose();
      return result;
    };
    const alone = await train(1);
    expect(await train(2)).toEqual(alone);
    expect(await train(3)).toEqual(alone);
  });

  test("a limit that no gradient reaches changes no bit", async () => {
    const [plain, ...clipped] = await Promise.all(
      [{}, { clipValue: 100 }, { clipNorm: 100 }, { globalClipNorm: 100 }].map(async (clipping) => {
        const model = await create({ optimizer: adam(clipping) });
        await model.fit(samples, { epochs: 2 });
        return weightBits(model);
      }),
    );
    expect(clipped).toEqual([plain, plain, plain]);
  });

  test("clipping keeps a training finite that diverges without", async () => {
    const far = samples.map((x) => x * 1e4);
    const train = async (clipping: object) => {
      const model = await create({ optimizer: sgd({ learningRate: 10, ...clipping }) });
      return model.fit(far, { epochs: 20 });
    };
    expect(await failure(() => train({}))).toBeInstanceOf(DivergedError);
    for (const clipping of [{ clipValue: 0.1 }, { clipNorm: 1 }, { globalClipNorm: 1 }]) {
      const { loss } = await train(clipping);
      expect(loss.at(-1)!).toBeLessThan(loss[0]!);
    }
  });

  test("a schedule counts steps over all trainings of a model", async () => {
    const learningRate = stepDecay({ initialLearningRate: 0.1, decaySteps: 4, decayRate: 0.5 });
    const scheduled = await create({ optimizer: sgd({ learningRate }) });
    // 100 rows in batches of 50: two steps an epoch, so each rate lasts two epochs.
    await scheduled.fit(samples, { epochs: 3, batchSize: 50, shuffle: false });
    await scheduled.fit(samples, { epochs: 1, batchSize: 50, shuffle: false });
    const weights = (await create()).getWeights();
    for (const rate of [0.1, 0.05]) {
      const model = await create({ optimizer: sgd({ learningRate: rate }) });
      model.setWeights(weights);
      await model.fit(samples, { epochs: 2, batchSize: 50, shuffle: false });
      weights.splice(0, weights.length, ...model.getWeights());
    }
    const last = await create();
    last.setWeights(weights);
    expect(weightBits(scheduled)).toBe(weightBits(last));
  });

  test("reduceOnPlateau lowers the rate of the steps that follow, by loss or valLoss", async () => {
    for (const monitor of ["loss", "valLoss"] as const) {
      // No epoch improves by more than 1000, so each but the first divides the rate by 1e30: they change nothing.
      const learningRate = reduceOnPlateau({
        initialLearningRate: 0.1,
        patience: 1,
        factor: 1e-30,
        minDelta: 1000,
        monitor,
      });
      const model = await create({ optimizer: sgd({ learningRate }) });
      const plain = await create({ optimizer: sgd({ learningRate: 0.1 }) });
      const options = { epochs: 2, validationSplit: 0.5 };
      await model.fit(samples, options);
      await plain.fit(samples, options);
      expect(weightBits(model)).toBe(weightBits(plain));
      await model.fit(samples, { ...options, epochs: 3 });
      expect(weightBits(model)).toBe(weightBits(plain));
    }
  });
});

test("reduceOnPlateau by valLoss without validation is refused before anything changes", async () => {
  const model = await smallModel({
    optimizer: adam({ learningRate: reduceOnPlateau({ initialLearningRate: 0.1 }) }),
  });
  const before = weightBits(model);
  const error = await failure(() => model.fit(samples));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(/valLoss.*validationSplit.*monitor/);
  expect(weightBits(model)).toBe(before);
  await model.fit(samples, { validationSplit: 0.1 });
  expect(weightBits(model)).not.toBe(before);
});
