import { describe, expect, test } from "vitest";
import {
  type AutoencoderOptions,
  adam,
  DivergedError,
  dense,
  dropout,
  type EpochLog,
  gaussian,
  gaussianNoise,
  type Optimizer,
  sgd,
} from "../../src/index.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const samples = values(100, 6);

/** One value of row 40 is so large that its square is infinite; the first batch of 32 does not have it. */
const outlier = samples.slice();
outlier[40 * 6 + 2] = 1e30;

const OPTIMIZERS: [string, Optimizer][] = [
  ["adam", adam({ learningRate: 0.01 })],
  ["sgd", sgd({ learningRate: 0.05 })],
  ["momentum", sgd({ learningRate: 0.05, momentum: 0.9 })],
];

describe.each(MATHS)("%s", (math) => {
  const create = (optimizer: Optimizer) => smallModel({ encoder: [dense(3)], optimizer, engine: { math } });

  test.each(["fit", "fitSync"] as const)("%s with a rate far too large keeps the start", async (fit) => {
    const model = await create(sgd({ learningRate: 1e6 }));
    const before = weightBits(model);
    const error = await failure(() => model[fit](samples, { epochs: 50 }));
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as DivergedError).code).toBe("ERR_DIVERGED");
    expect((error as Error).message).toMatch(
      /stopped being finite in epoch 1, step \d; .*kept.*lower learning rate/,
    );
    expect(weightBits(model)).toBe(before);
    expect(model.history.loss).toEqual([]);
  });

  test("a rate that is too large keeps the end of the last good epoch", async () => {
    const model = await create(sgd({ learningRate: 4 }));
    const ends: string[] = [];
    const error = await failure(() =>
      model.fit(samples, {
        epochs: 10_000,
        batchSize: 100,
        onEpochEnd: () => {
          ends.push(weightBits(model));
        },
      }),
    );
    expect(error).toBeInstanceOf(DivergedError);
    expect(ends.length).toBeGreaterThan(2);
    expect((error as Error).message).toMatch(`in epoch ${ends.length + 1}, step 1;`);
    expect(model.history.loss).toHaveLength(ends.length);
    expect(model.history.loss.every(Number.isFinite)).toBe(true);
    expect(weightBits(model)).toBe(ends.at(-1));
    for (const { data } of model.getWeights()) expect(data.every(Number.isFinite)).toBe(true);
    // The packed copies went back, too: the model calculates with the weights that it shows.
    const same = await create(sgd());
    same.setWeights(model.getWeights());
    expect(same.encodeSync(samples)).toEqual(model.encodeSync(samples));
  });

  test.each(OPTIMIZERS)("%s goes on as if the training that diverged had not been", async (_, optimizer) => {
    const [model, twin] = [await create(optimizer), await create(optimizer)];
    for (const each of [model, twin]) await each.fit(samples, { epochs: 2 });
    let steps = 0;
    const bad = { shuffle: false, onBatchEnd: () => steps++ };
    expect(await failure(() => model.fit(outlier, bad))).toBeInstanceOf(DivergedError);
    expect(steps).toBe(1);
    expect(weightBits(model)).toBe(weightBits(twin));
    for (const each of [model, twin]) await each.fit(samples, { epochs: 2 });
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("weights that overflow in an epoch's last step are found although its loss is finite", async () => {
    const model = await create(sgd({ learningRate: 1e4 }));
    const before = weightBits(model);
    const large = values(4, 6, 1, 1e18, 3e18);
    expect(Number.isFinite(model.evaluateSync(large).loss)).toBe(true);
    const error = await failure(() => model.fit(large, { batchSize: 4 }));
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch("epoch 1, step 1");
    expect(weightBits(model)).toBe(before);
  });
});

describe("weights that are finite but give outputs that are not", () => {
  /** A rate at which one step of any batch leaves weights of about 1e25, whose products overflow. */
  const absurd = (learningRate: number, more: Partial<AutoencoderOptions> = {}) =>
    smallModel({ encoder: [dense(3)], optimizer: sgd({ learningRate }), ...more });

  test.each([1e20, 1e25, 1e30])("are found when fit ends, at a rate of %f", async (rate) => {
    const model = await absurd(rate);
    const before = weightBits(model);
    const epochs: number[] = [];
    const options = { batchSize: 100, onEpochEnd: ({ epoch }: EpochLog) => void epochs.push(epoch) };
    const error = await failure(() => model.fit(samples, options));
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(
      /^a weight, or the loss after the update, stopped being finite in epoch 1, step 1; /,
    );
    expect(weightBits(model)).toBe(before);
    // No callback, such as a checkpoint's, has seen them.
    expect(epochs).toEqual([]);
    await model.dispose();
  });

  test.each<[string, Partial<AutoencoderOptions>]>([
    ["a variational model", { encoder: [dense(4)], latent: gaussian(2) }],
    [
      "a denoising model with dropout",
      { encoder: [dense(4), dropout(0.2), dense(3)], corruption: gaussianNoise(0.1) },
    ],
    ["tied weights", { tied: true }],
    ["absolute errors", { loss: "meanAbsoluteError" }],
  ])("are found in %s", async (_, more) => {
    const model = await absurd(1e30, more);
    const before = weightBits(model);
    const error = await failure(() => model.fitSync(samples, { batchSize: 100 }));
    expect(error).toBeInstanceOf(DivergedError);
    expect(weightBits(model)).toBe(before);
    await model.dispose();
  });

  test("large weights whose outputs are finite are kept", async () => {
    const model = await smallModel({ encoder: [dense(3)] });
    const twin = await smallModel({ encoder: [dense(3)] });
    for (const each of [model, twin]) {
      each.setWeights(
        each.getWeights().map((weight) => ({ ...weight, data: weight.data.map((w) => w * 1e6) })),
      );
    }
    const { loss } = await model.fit(samples, { epochs: 3 });
    expect(loss.every(Number.isFinite)).toBe(true);
    // That it was tried leaves no trace.
    for (let epoch = 0; epoch < 3; epoch++) await twin.fit(samples);
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });
});

describe("validation data", () => {
  const far = () => samples.map((value) => value * 1e25);

  test("that give no finite loss end training with the weights from before the epoch", async () => {
    const model = await smallModel();
    const before = weightBits(model);
    const error = await failure(() => model.fit(samples, { epochs: 2, validationData: far() }));
    expect(error).toBeInstanceOf(DivergedError);
    expect((error as Error).message).toMatch(/validation data is not finite after epoch 1; .* are kept/);
    expect(weightBits(model)).toBe(before);
    expect(model.history.valLoss).toEqual([]);
    await model.dispose();
  });

  test("that fail as a stream do so, too", async () => {
    const model = await smallModel();
    const ends: string[] = [];
    let reads = 0;
    const validationData = function* () {
      yield samples;
      if (++reads === 2) throw new Error("the disk is gone");
    };
    const onEpochEnd = () => void ends.push(weightBits(model));
    const error = await failure(() => model.fit(samples, { epochs: 3, validationData, onEpochEnd }));
    expect((error as Error).message).toBe("the disk is gone");
    expect(ends).toHaveLength(1);
    expect(weightBits(model)).toBe(ends[0]);
    await model.dispose();
  });
});

test("a metric that stops being finite ends training as the loss does", async () => {
  const model = await smallModel({ loss: "meanAbsoluteError", encoder: [dense(3)] });
  const before = weightBits(model);
  const error = await failure(() => model.fit(outlier, { metrics: ["meanSquaredError"] }));
  expect(error).toBeInstanceOf(DivergedError);
  expect((error as Error).message).toMatch(/^the loss or a metric stopped being finite in epoch 1/);
  expect(weightBits(model)).toBe(before);
  await model.dispose();
});
