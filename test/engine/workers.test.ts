import { afterEach, describe, expect, test, vi } from "vitest";
import {
  Autoencoder,
  DivergedError,
  dense,
  Engine,
  EngineError,
  type EngineOptions,
  NonFiniteError,
  OutOfMemoryError,
  StateError,
} from "../../src/index.js";
import { failure, values, weightBits } from "../support/models.js";
import { until } from "../support/until.js";
import { ENGINES, watchWorkers } from "../support/workers.js";

const samples = values(400, 64);

function create(engine: EngineOptions | Engine = { threads: 3, math: "portable" }) {
  return Autoencoder.create({
    inputSize: 64,
    encoder: [dense(8, "tanh")],
    decoder: [dense(64)],
    seed: 1,
    engine,
  });
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe.each(ENGINES)("%s", (_, engine) => {
  const three = { ...engine, threads: 3 };

  test.each<[string, (model: Autoencoder) => Promise<unknown>, unknown]>([
    [
      "an abort",
      (model) => {
        const controller = new AbortController();
        const onEpochEnd = ({ epoch }: { epoch: number }) => {
          if (epoch === 2) setImmediate(() => controller.abort());
        };
        return model.fit(samples, { epochs: 1e6, signal: controller.signal, onEpochEnd });
      },
      DOMException,
    ],
    ["an exception in a callback", (model) => model.fit(samples, { onBatchEnd: throwBoom }), RangeError],
    [
      "a rejected callback",
      (model) => model.fit(samples, { onEpochEnd: async () => throwBoom() }),
      RangeError,
    ],
    ["data that are not finite", (model) => model.fit(samples.with(99, Number.NaN)), NonFiniteError],
    ["memory that runs out", (model) => model.fit(samples, { batchSize: 350 }), OutOfMemoryError],
    ["a loss that is not finite", (model) => model.fit(values(400, 64, 1, 0, 1e30)), DivergedError],
  ])("after %s the workers serve on, and dispose ends them", async (what, run, kind) => {
    const shared = await Engine.create(three);
    const [model, twin] = [await create(shared), await create({ ...engine, threads: 1 })];
    const workers = watchWorkers();
    await Promise.all([model, twin].map((of) => of.fit(samples)));
    const used = shared.memory.used;
    if (what === "memory that runs out") refuseFrom(shared, 5);
    expect(await failure(() => run(model))).toBeInstanceOf(kind);
    vi.restoreAllMocks();
    expect(shared.memory.used).toBe(used);
    model.setWeights(twin.getWeights());
    const codes = [await model.encode(samples), await twin.encode(samples)];
    expect(codes[0]!.data).toEqual(codes[1]!.data);
    expect(workers.started).toHaveLength(2);
    expect(workers.alive).toBe(2);
    await model.dispose();
    expect(workers.alive).toBe(2);
    await shared.dispose();
    expect(workers.alive).toBe(0);
    expect(shared.memory.used).toBe(0);
    await twin.dispose();
  });

  test("dispose while fit runs on workers rejects it, and only then gives its memory back", async () => {
    const shared = await Engine.create(three);
    const empty = shared.memory.used;
    const model = await create(shared);
    const workers = watchWorkers();
    const training = failure(() => model.fit(samples, { epochs: 1e6 }));
    await until(() => workers.started.length === 2 && model.history.loss.length > 0, "the first epoch");
    await model.dispose();
    expect(shared.memory.used).toBe(empty);
    expect(await training).toBeInstanceOf(StateError);
    await shared.dispose();
    expect([shared.memory.used, workers.alive]).toEqual([0, 0]);
  });

  test("dispose of the engine while fits run on it lets their steps end, and rejects them", async () => {
    const shared = await Engine.create(three);
    const wide = { inputSize: 512, encoder: [dense(640)], decoder: [dense(512)] };
    const models = [await Autoencoder.create({ ...wide, engine: shared }), await create(shared)];
    const workers = watchWorkers();
    const trainings = models.map((model) =>
      failure(() => model.fit(values(512, model.inputSize), { epochs: 1e6, batchSize: 512 })),
    );
    await until(() => models.every(({ history }) => history.loss.length > 0), "the first epochs");
    await shared.dispose();
    expect(workers.alive).toBe(0);
    for (const error of await Promise.all(trainings)) {
      expect(error).toBeInstanceOf(StateError);
      expect((error as Error).message).toBe("the engine was disposed of");
    }
    for (const model of models) await model.dispose();
    expect(shared.memory.used).toBe(0);
  });
});

test("dispose while the workers are being started ends them, too", async () => {
  for (const own of [true, false]) {
    const engine = await Engine.create({ threads: 3, math: "portable" });
    const model = await create(own ? { threads: 3, math: "portable" } : engine);
    const workers = watchWorkers();
    const training = failure(() => model.fit(samples, { epochs: 1e6 }));
    await until(() => workers.started.length === 2, "workers");
    await Promise.all([model.dispose(), engine.dispose()]);
    expect(await training).toBeInstanceOf(StateError);
    expect(workers.alive).toBe(0);
  }
});

test("a callback may wait for dispose", async () => {
  const model = await create();
  const workers = watchWorkers();
  const onEpochEnd = () => model.dispose();
  expect(await failure(() => model.fit(samples, { epochs: 3, onEpochEnd }))).toBeInstanceOf(StateError);
  await model.dispose();
  expect(workers.started).toHaveLength(2);
  expect(workers.alive).toBe(0);
});

test("two calls of dispose end together", async () => {
  const model = await create();
  const workers = watchWorkers();
  await model.fit(samples);
  expect(workers.alive).toBe(2);
  await Promise.race([model.dispose(), model.dispose()]);
  expect(workers.alive).toBe(0);
});

describe("a worker that dies", () => {
  /** Trains until a worker dies in the third epoch; what `fit` is rejected with, and the weights before that epoch. */
  async function trainAndKill(model: Autoencoder, kill: () => unknown) {
    let [before, last] = ["", ""];
    const error = await failure(() =>
      model.fit(samples, {
        epochs: 1e6,
        batchSize: 16,
        onEpochEnd: ({ epoch }) => {
          before = last;
          last = weightBits(model);
          if (epoch === 3) kill();
        },
      }),
    );
    return { error, weights: [before, last] };
  }

  test("ends fit with an EngineError; the epoch's weights are kept, and new workers go on", async () => {
    const engine = await Engine.create({ threads: 4, math: "portable" });
    const model = await create(engine);
    const used = engine.memory.used;
    const workers = watchWorkers();
    const { error, weights } = await trainAndKill(model, () => workers.started[1]!.terminate());
    expect(error).toBeInstanceOf(EngineError);
    expect((error as Error).message).toMatch(/^a worker died: it exited with code \d+$/);
    expect(weights).toContain(weightBits(model));
    expect(workers.started).toHaveLength(3);
    expect(workers.alive).toBe(0);
    expect(engine.memory.used).toBe(used);

    // Optimizer, epochs and weights are those of an uninterrupted training that was as long.
    const twin = await create({ threads: 1, math: "portable" });
    const epochs = model.history.loss.length;
    twin.fitSync(samples, { epochs, batchSize: 16 });
    expect(weightBits(model)).toBe(weightBits(twin));
    await model.fit(samples, { epochs: 2 });
    twin.fitSync(samples, { epochs: 2 });
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(workers.started).toHaveLength(6);
    expect(workers.alive).toBe(3);
    await engine.dispose();
    expect(workers.alive).toBe(0);
  });

  test("between two calls fails the next one, and the one after it works", async () => {
    const model = await create();
    const workers = watchWorkers();
    await model.fit(samples);
    await workers.started[0]!.terminate();
    const before = weightBits(model);
    expect(await failure(() => model.fit(samples))).toBeInstanceOf(EngineError);
    expect(weightBits(model)).toBe(before);
    await model.fit(samples);
    expect(workers.alive).toBe(2);
    await model.dispose();
  });

  test("fails predictions, too, and other models on the engine go on", async () => {
    const engine = await Engine.create({ threads: 2, math: "portable" });
    const [model, other] = [await create(engine), await create(engine)];
    const workers = watchWorkers();
    await model.encode(samples);
    void workers.started[0]!.terminate();
    const ends = await Promise.allSettled([model.encode(samples), other.fit(samples, { epochs: 20 })]);
    expect(ends.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    for (const end of ends) if (end.status === "rejected") expect(end.reason).toBeInstanceOf(EngineError);
    await Promise.all([model.encode(samples), other.fit(samples)]);
    expect(workers.started).toHaveLength(2);
    await engine.dispose();
    expect(workers.alive).toBe(0);
  });
});

test("an exception in the leader's own share ends the team; the next call has a new one", async () => {
  const engine = await Engine.create({ threads: 3, math: "portable" });
  const [model, twin] = [await create(engine), await create({ threads: 1, math: "portable" })];
  const workers = watchWorkers();
  await model.encode(samples);
  const trap = new WebAssembly.RuntimeError("unreachable");
  vi.spyOn(engine.kernels, "lead").mockImplementationOnce(() => {
    throw trap;
  });
  expect(await failure(() => model.encode(samples))).toBe(trap);
  expect(workers.alive).toBe(0);
  expect((await model.encode(samples)).data).toEqual(twin.encodeSync(samples).data);
  expect([workers.started.length, workers.alive]).toEqual([4, 2]);
  await engine.dispose();
});

function throwBoom(): never {
  throw new RangeError("boom");
}

/** Has the engine's memory run out at allocation number `from`, counted from 0. */
function refuseFrom(engine: Engine, from: number): void {
  let count = 0;
  const allocate = engine.memory.allocate.bind(engine.memory);
  vi.spyOn(engine.memory, "allocate").mockImplementation((size) => {
    if (count++ >= from) throw new OutOfMemoryError("no more");
    return allocate(size);
  });
}
