import { describe, expect, test } from "vitest";
import { ArgumentError, Engine, type EpochLog, StateError } from "../../src/index.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";
import { turns, until } from "../support/until.js";

const samples = values(100, 6);

describe.each(MATHS)("%s", async (math) => {
  const engine = await Engine.create({ math });
  const create = () => smallModel({ engine });

  test("a loop over train is fit, epoch by epoch", async () => {
    const [model, twin] = [await create(), await create()];
    const logs: EpochLog[] = [];
    const told: number[] = [];
    const options = {
      epochs: 5,
      validationSplit: 0.1,
      onEpochEnd: ({ epoch }: EpochLog) => void told.push(epoch),
    };
    for await (const epoch of model.train(samples, options)) {
      logs.push(epoch);
      expect(told).toEqual(logs.map((log) => log.epoch));
      // Between two epochs the model can be used.
      expect((await model.evaluate(samples.subarray(90 * 6))).loss).toBe(epoch.valLoss);
    }
    const history = await twin.fit(samples, { epochs: 5, validationSplit: 0.1 });
    expect(logs.map(({ loss }) => loss)).toEqual(history.loss);
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("leaving the loop stops training and gives everything back", async () => {
    const [model, twin] = [await create(), await create()];
    const used = engine.memory.used;
    for await (const { epoch } of model.train(samples, { epochs: 1_000_000 })) if (epoch === 3) break;
    expect(engine.memory.used).toBe(used);
    expect(model.history.loss).toHaveLength(3);
    await twin.fit(samples, { epochs: 3 });
    expect(weightBits(model)).toBe(weightBits(twin));
    // The model is free again.
    await model.fit(samples);
    const boom = new Error("boom");
    const error = await failure(async () => {
      for await (const _ of model.train(samples, { epochs: 9 })) throw boom;
    });
    expect(error).toBe(boom);
    expect(engine.memory.used).toBe(used);
  });

  test("nothing begins before the first epoch is asked for; errors come there", async () => {
    const model = await create();
    const before = weightBits(model);
    const unused = model.train(samples);
    await turns();
    expect(weightBits(model)).toBe(before);
    await unused.return(undefined as never);
    expect(await failure(() => model.train(samples, { epochs: 0 }).next())).toBeInstanceOf(ArgumentError);
    const iterator = model.train(samples, { epochs: 9 });
    await iterator.next();
    expect(await failure(() => model.fit(samples))).toBeInstanceOf(StateError);
    await model.dispose();
    expect(await failure(() => iterator.next())).toBeInstanceOf(StateError);
  });
});

describe("pause and resume", () => {
  test("training waits after the running step until it is resumed, and ends at the same bits", async () => {
    const [model, twin] = [await smallModel(), await smallModel()];
    let steps = 0;
    const training = model.fit(samples, {
      epochs: 3,
      batchSize: 10,
      onBatchEnd: () => {
        if (++steps === 14) model.pause();
      },
    });
    await until(() => model.paused, "the pause");
    await turns();
    expect([steps, model.paused]).toEqual([14, true]);
    await model.encode(samples);
    expect(steps).toBe(14);
    model.resume();
    await training;
    expect([steps, model.paused]).toEqual([30, false]);
    await twin.fit(samples, { epochs: 3, batchSize: 10 });
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("an abort and dispose are heard while training waits", async () => {
    for (const end of ["abort", "dispose"]) {
      const model = await smallModel();
      const controller = new AbortController();
      const onBatchEnd = () => model.pause();
      const training = failure(() => model.fit(samples, { signal: controller.signal, onBatchEnd }));
      await until(() => model.paused, "the pause");
      await turns();
      if (end === "abort") controller.abort();
      else await model.dispose();
      expect(((await training) as Error).name).toBe(end === "abort" ? "AbortError" : "StateError");
    }
  });

  test("there has to be something to pause, and somebody to resume it", async () => {
    const model = await smallModel();
    expect(() => model.pause()).toThrow(/^the model is not being trained, so there is nothing to pause$/);
    model.resume();
    expect(() => model.fitSync(samples, { onBatchEnd: () => model.pause() })).toThrow(
      /^fitSync cannot be paused/,
    );
    await model.fit(samples);
  });
});
