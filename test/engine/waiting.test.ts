import { describe, expect, test } from "vitest";
import { Autoencoder, dense } from "../../src/index.js";
import { smallModel, values, weightBits } from "../support/models.js";
import { ENGINES, watchWorkers } from "../support/workers.js";

// A barrier that a wake-up could get lost at would hang; so these tests have a limit of their own.
const LIMIT = 60_000;
const samples = values(40, 6);

describe.each(ENGINES)("%s", (_, engine) => {
  test("20,000 steps of microseconds on two threads lose no wake-up", { timeout: LIMIT }, async () => {
    const [model, twin] = [
      await smallModel({ engine: { ...engine, threads: 2 } }),
      await smallModel({ engine: { ...engine, threads: 1 } }),
    ];
    const steps = { epochs: 2000, batchSize: 4 };
    await model.fit(samples, steps);
    twin.fitSync(samples, steps);
    expect(weightBits(model)).toBe(weightBits(twin));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test("workers that have gone to sleep wake up for the next call", { timeout: LIMIT }, async () => {
    const workers = watchWorkers();
    const model = await smallModel({ engine: { ...engine, threads: 4 } });
    const twin = await smallModel({ engine: { ...engine, threads: 1 } });
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
    const model = await smallModel({ engine: { ...engine, threads: 3 } });
    const twin = await smallModel({ engine: { ...engine, threads: 1 } });
    for (let i = 0; i < 200; i++) {
      const count = 1 + (i % 40);
      const codes = await model.encode(samples.subarray(0, 6 * count));
      expect(codes.data).toEqual(twin.encodeSync(samples.subarray(0, 6 * count)).data);
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
        inputSize: 6,
        encoder: [dense(2)],
        decoder: [dense(6)],
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
