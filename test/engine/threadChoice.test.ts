import { afterEach, describe, expect, test, vi } from "vitest";
import { Autoencoder, dense, digits, Engine, type EngineOptions, spiral } from "../../src/index.js";
import { bits, values, weightBits } from "../support/models.js";
import { watchWorkers } from "../support/workers.js";

const samples = values(400, 64);

function create(engine: EngineOptions) {
  return Autoencoder.create({ inputSize: 64, encoder: [dense(8, "tanh")], decoder: [dense(64)], engine });
}

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('threads "auto"', () => {
  const auto = { math: "portable" } as const;

  test("starts no worker for the spiral, however long it trains", async () => {
    pretendThreads(4);
    const workers = watchWorkers();
    const { points } = spiral({ samples: 500, seed: 1 });
    const layers = { encoder: [dense(64, "relu"), dense(64, "relu"), dense(1)] };
    const model = await Autoencoder.create({
      inputSize: 2,
      ...layers,
      decoder: [dense(64, "relu"), dense(64, "relu"), dense(2)],
      engine: auto,
    });
    expect(model.engine.threads).toBe(4);
    await model.fit(points, { epochs: 150, batchSize: 100 });
    await model.reconstruct(points);
    await model.evaluate(points);
    expect(workers.started).toHaveLength(0);
    await model.dispose();
  });

  test("starts them for the digits once there was work enough, and the bits are the same", async () => {
    pretendThreads(3);
    const { images } = digits({ samples: 1000, seed: 1 });
    const train = async (threads: EngineOptions["threads"]) => {
      const workers = watchWorkers();
      const model = await Autoencoder.create({
        inputSize: 784,
        encoder: [dense(32, "relu")],
        decoder: [dense(784, "sigmoid")],
        loss: "binaryCrossentropy",
        engine: { ...auto, ...(threads && { threads }) },
      });
      await model.encode(images.subarray(0, 784 * 50));
      const early = workers.started.length;
      await model.fit(images, { epochs: 4, batchSize: 250 });
      const counts = [early, workers.started.length];
      const weights = weightBits(model);
      await model.dispose();
      return { counts, weights };
    };
    const [one, several, all] = [await train(1), await train(undefined), await train(3)];
    expect([one.counts, several.counts, all.counts]).toEqual([
      [0, 0],
      [0, 2],
      [2, 2],
    ]);
    expect(several.weights).toBe(one.weights);
    expect(all.weights).toBe(one.weights);
  });

  test("takes one thread where there is one", async () => {
    pretendThreads(1);
    const engine = await Engine.create(auto);
    expect(engine.info.threads).toBe(1);
    await engine.dispose();
  });
});

describe("a number of threads", () => {
  test("is taken for training, however small", async () => {
    const workers = watchWorkers();
    const model = await create({ threads: 2 });
    await model.fit(samples.subarray(0, 64), { epochs: 1 });
    expect(workers.started).toHaveLength(1);
    expect(model.engine.threads).toBe(2);
    await model.dispose();
  });

  test.each([
    ["one row", 1, 0],
    ["the most rows that are one thread's share", 16, 0],
    ["few operations", 100, 0],
    ["work for several", 400, 1],
  ])("is taken for a prediction only if a worker can help: %s", async (_, rows, started) => {
    const workers = watchWorkers();
    const [model, alone] = [await create({ threads: 2 }), await create({ threads: 1 })];
    const part = samples.subarray(0, rows * 64);
    const codes = bits((await model.encode(part)).data);
    expect(workers.started).toHaveLength(started);
    expect(codes).toBe(bits((await alone.encode(part)).data));
    expect(model.engine.threads).toBe(2);
    await Promise.all([model.dispose(), alone.dispose()]);
  });

  test("is not taken for a few rows, however many operations they are", async () => {
    const workers = watchWorkers();
    const wide = { inputSize: 512, encoder: [dense(512)], decoder: [dense(512)] };
    const model = await Autoencoder.create({ ...wide, engine: { threads: 2 } });
    await model.encode(values(16, 512));
    expect(workers.started).toHaveLength(0);
    await model.encode(values(17, 512));
    expect(workers.started).toHaveLength(1);
    await model.dispose();
  });
});

describe("where there are no workers", () => {
  async function worksOnOneThread(engine: EngineOptions): Promise<void> {
    const workers = watchWorkers();
    const [model, twin] = [await create(engine), await create({ math: "portable", threads: 1 })];
    await model.fit(samples, { epochs: 2 });
    twin.fitSync(samples, { epochs: 2 });
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(model.engine.threads).toBe(1);
    await model.dispose();
    expect(workers.alive).toBe(0);
  }

  test.each<[string, () => unknown]>([
    [
      "that cannot be made",
      () =>
        class {
          constructor() {
            throw new Error("no more threads");
          }
        },
    ],
    ["at all", () => undefined],
  ])("%s, everything works on one thread", async (_, worker) => {
    const original = process.getBuiltinModule.bind(process);
    vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) => {
      const Worker = worker();
      return name === "node:worker_threads" ? Worker && { Worker } : original(name);
    }) as typeof process.getBuiltinModule);
    if (worker() === undefined) vi.stubGlobal("Worker", undefined);
    await worksOnOneThread({ threads: 3, math: "portable" });
  });

  test.each([1, 2])(
    "of which number %i dies before it serves, everything works on one thread",
    async (nth) => {
      let count = 0;
      process.on("worker", (worker) => {
        if (++count === nth) void worker.terminate();
      });
      await worksOnOneThread({ threads: 3, math: "portable" });
      process.removeAllListeners("worker");
    },
  );

  test.each([
    ["SharedArrayBuffer", undefined],
    ["crossOriginIsolated", false],
  ])("for %s is %s, everything works on one thread", async (name, value) => {
    vi.stubGlobal(name, value);
    const engine = await Engine.create({ threads: 4 });
    expect(engine.info.threads).toBe(1);
    await engine.dispose();
    await worksOnOneThread({ threads: 3, math: "portable" });
  });
});

/** Has the machine look as if it had so many cores. */
function pretendThreads(count: number): void {
  const original = process.getBuiltinModule.bind(process);
  vi.spyOn(process, "getBuiltinModule").mockImplementation(((name: string) =>
    name === "node:os"
      ? { availableParallelism: () => count }
      : original(name)) as typeof process.getBuiltinModule);
}
