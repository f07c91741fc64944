import { describe, expect, test } from "vitest";
import { Autoencoder, dense, type EngineOptions } from "../../src/index.js";
import { smallModel, values, weightBits } from "../support/models.js";
import { ENGINES, watchWorkers } from "../support/workers.js";

// A barrier that a wake-up could get lost at would hang; so these tests have a limit of their own.
const LIMIT = 60_000;
/** Columns: enough that the gradients' rows are more than one thread's share, so that small steps go to the workers. */
const WIDTH = 20;
const samples = values(40, WIDTH);

function create(engine: EngineOptions) {
  return smallModel({ inputSize: WIDTH, decoder: [dense(WIDTH)], engine });
}

describe.each(ENGINES)("%s", (_, engine) => {
  test("20,000 steps of microseconds on two threads lose no wake-up", { timeout: LIMIT }, async () => {
    const workers = watchWorkers();
    const [model, twin] = [await create({ ...engine, threads: 2 }), await create({ ...engine, threads: 1 })];
    const steps = { epochs: 2000, batchSize: 4 };
    await model.fit(samples, steps);
    expect(workers.started).toHaveLength(1);
    twin.fitSync(samples, steps);
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("workers that have gone to sleep wake up for the next call", { timeout: LIMIT }, async () => {
    const workers = watchWorkers();
    const model = await create({ ...engine, threads: 4 });
    const twin = await create({ ...engine, threads: 1 });
    for (const pause of [0, 1, 5, 40, 400]) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      await model.fit(samples, { batchSize: 7 });
      twin.fitSync(samples, { batchSize: 7 });
    }
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(workers.started).toHaveLength(3);
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("many short calls in a row, and workers that wait for a slow leader", { timeout: LIMIT }, async () => {
    // Wide enough that from 17 rows on, which two threads can share, a prediction goes to the workers.
    const broad = (threads: number) =>
      Autoencoder.create({
        inputSize: 200,
        encoder: [dense(50, "tanh")],
        decoder: [dense(200)],
        engine: { ...engine, threads },
      });
    const [model, twin] = [await broad(3), await broad(1)];
    const samples = values(40, 200);
    for (let i = 0; i < 200; i++) {
      const part = samples.subarray(0, 200 * (1 + (i % 40)));
      expect((await model.encode(part)).data).toEqual(twin.encodeSync(part).data);
    }
    // Callbacks that take longer than any spin lasts.
    const slowly = () => {
      const end = performance.now() + 2;
      while (performance.now() < end);
    };
    await model.fit(samples, { epochs: 3, batchSize: 4, onBatchEnd: slowly });
    twin.fitSync(samples, { epochs: 3, batchSize: 4 });
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("teams come and go", { timeout: LIMIT }, async () => {
    const workers = watchWorkers();
    const bits = new Set<string>();
    for (let i = 0; i < 12; i++) {
      const model = await Autoencoder.create({
        inputSize: WIDTH,
        encoder: [dense(2)],
        decoder: [dense(WIDTH)],
        engine: { ...engine, threads: 2 + (i % 3) },
      });
      await model.fit(samples, { batchSize: 16 });
      bits.add(weightBits(model));
      await model.dispose();
      expect(workers.alive).toBe(0);
    }
    expect(bits.size).toBe(1);
    expect(workers.started).toHaveLength(24);
  });
});
