import { describe, expect, test } from "vitest";
import { adam, DivergedError, dense, type Optimizer, sgd } from "../../src/index.js";
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
