import { describe, expect, test } from "vitest";
import { Engine, StateError } from "../../src/index.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";
import { until } from "../support/until.js";

const samples = values(100, 6);

describe.each(MATHS)("%s", async (math) => {
  const engine = await Engine.create({ math });
  const create = () => smallModel({ engine });

  test("a signal that was aborted before refuses the training", async () => {
    const model = await create();
    const before = weightBits(model);
    const reason = new Error("not today");
    expect(await failure(() => model.fit(samples, { signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(weightBits(model)).toBe(before);
    const other = await failure(() => model.fit(samples, { signal: AbortSignal.abort() }));
    expect((other as Error).name).toBe("AbortError");
    await model.fit(samples);
    await model.dispose();
  });

  test("a signal ends training after the running step; what was trained stays", async () => {
    const [model, twin] = [await create(), await create()];
    const used = engine.memory.used;
    const controller = new AbortController();
    const reason = new Error("enough");
    let last = "";
    const error = await failure(() =>
      model.fit(samples, {
        epochs: 10,
        batchSize: 10,
        shuffle: false,
        signal: controller.signal,
        onBatchEnd: ({ epoch, step }) => {
          last = `${epoch}:${step}`;
          if (last === "3:4") controller.abort(reason);
        },
      }),
    );
    expect(error).toBe(reason);
    expect(last).toBe("3:4");
    expect(engine.memory.used).toBe(used);
    // Two whole epochs and four steps of the third.
    const first = twin.fitSync(samples, { epochs: 2, batchSize: 10, shuffle: false });
    expect(model.history.loss).toEqual(first.loss);
    twin.fitSync(samples.slice(0, 4 * 10 * 6), { batchSize: 10, shuffle: false });
    expect(weightBits(model)).toBe(weightBits(twin));
    // And both go on alike.
    await model.fit(samples, { shuffle: false });
    await twin.fit(samples, { shuffle: false });
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("a signal is heard while training runs, from outside", async () => {
    const model = await create();
    const controller = new AbortController();
    const training = model.fit(samples, { epochs: 1_000_000, signal: controller.signal });
    await until(() => model.history.loss.length > 0, "the first epoch");
    controller.abort();
    const error = await failure(() => training);
    expect((error as Error).name).toBe("AbortError");
    expect(model.history.loss.length).toBeGreaterThan(0);
    expect(model.history.valLoss).toEqual([]);
    await model.dispose();
  });

  test.each([
    ["onBatchEnd", { onBatchEnd: () => throwBoom() }],
    ["onEpochEnd", { onEpochEnd: () => throwBoom() }],
    ["a rejected onEpochEnd", { onEpochEnd: async () => throwBoom() }],
    [
      "onEpochEnd that rejects later",
      { onEpochEnd: () => new Promise<void>((_, reject) => setImmediate(() => reject(boom))) },
    ],
  ])("what %s throws ends training; the model stays usable", async (_, callbacks) => {
    const model = await create();
    const used = engine.memory.used;
    expect(await failure(() => model.fit(samples, callbacks))).toBe(boom);
    expect(engine.memory.used).toBe(used);
    const { loss } = await model.fit(samples);
    expect(loss).toHaveLength(1);
    await model.dispose();
  });

  test("what a callback throws ends fitSync, too", async () => {
    const model = await create();
    const used = engine.memory.used;
    expect(await failure(() => model.fitSync(samples, { onBatchEnd: () => throwBoom() }))).toBe(boom);
    expect(engine.memory.used).toBe(used);
    model.fitSync(samples);
    await model.dispose();
  });

  test("a second training at the same time is refused and does not disturb the first", async () => {
    const [model, twin] = [await create(), await create()];
    const training = model.fit(samples, {
      epochs: 50,
      onEpochEnd: () => new Promise((go) => setImmediate(go)),
    });
    const error = await failure(() => model.fit(samples));
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toMatch("being trained already");
    expect(() => model.fitSync(samples)).toThrow(StateError);
    const { loss } = await training;
    expect(loss).toHaveLength(50);
    twin.fitSync(samples, { epochs: 50 });
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("dispose during fit rejects it, and nothing leaks", async () => {
    const empty = engine.memory.used;
    const model = await create();
    const other = await create();
    const both = engine.memory.used;
    const training = model.fit(samples, { epochs: 1_000_000 });
    await until(() => model.history.loss.length > 0, "the first epoch");
    expect(engine.memory.used).toBeGreaterThan(both);
    await model.dispose();
    const error = await failure(() => training);
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toMatch("disposed of");
    await other.dispose();
    expect(engine.memory.used).toBe(empty);
  });

  test.each(["onBatchEnd", "onEpochEnd"])(
    "dispose in %s of fit and of fitSync rejects it, too",
    async (name) => {
      const empty = engine.memory.used;
      for (const fit of ["fit", "fitSync"] as const) {
        const model = await create();
        const callback = () => {
          void model.dispose();
        };
        const error = await failure(() => model[fit](samples, { epochs: 3, [name]: callback }));
        expect(error).toBeInstanceOf(StateError);
        expect(engine.memory.used).toBe(empty);
      }
    },
  );

  test("dispose while predictions are under way rejects them, and nothing leaks", async () => {
    const empty = engine.memory.used;
    const model = await create();
    const many = new Float32Array(6 * 2_000_000);
    const calls = [
      model.reconstruct(many),
      model.encode(many),
      model.evaluate(many),
      model.reconstructionError(many),
    ];
    const disposed = model.dispose();
    for (const result of await Promise.allSettled(calls)) {
      expect(result).toEqual({ status: "rejected", reason: expect.any(StateError) });
    }
    await disposed;
    expect(engine.memory.used).toBe(empty);
  });
});

const boom = new Error("boom");

function throwBoom(): never {
  throw boom;
}
