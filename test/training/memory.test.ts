import { describe, expect, test, vi } from "vitest";
import { Autoencoder, adam, dense, Engine, OutOfMemoryError, sgd } from "../../src/index.js";
import { failure, MATHS, smallModel, usedWithoutSpares, values, weightBits } from "../support/models.js";

const samples = values(500, 6);

describe.each(MATHS)("%s", (math) => {
  test("memory does not grow from the second epoch on", async () => {
    const engine = await Engine.create({ math });
    const model = await Autoencoder.create({
      inputSize: 300,
      encoder: [dense(100, "relu")],
      decoder: [dense(300)],
      engine,
    });
    const seen: [number, number][] = [];
    await model.fit(values(700, 300), {
      epochs: 6,
      batchSize: 64,
      validationSplit: 0.2,
      onEpochEnd: () => {
        seen.push([engine.memory.size, engine.memory.used]);
      },
    });
    expect(seen).toHaveLength(6);
    for (const size of seen.slice(1)) expect(size).toEqual(seen[0]);
    // Nor does the same work need more when it is done again.
    const work = async () => {
      await model.reconstruct(values(700, 300));
      await model.fit(values(700, 300), { epochs: 2, batchSize: 64, validationSplit: 0.2 });
      return [engine.memory.size, engine.memory.used];
    };
    const first = await work();
    for (let round = 0; round < 3; round++) expect(await work()).toEqual(first);
    await engine.dispose();
  });

  test("every call gives back what it took but for what later calls use, and dispose the rest", async () => {
    const engine = await Engine.create({ math });
    const empty = engine.memory.used;
    const model = await smallModel({ engine, optimizer: sgd({ momentum: 0.5 }) });
    const idle = engine.memory.used;
    expect(idle).toBeGreaterThan(empty);
    const bytes = model.toSafetensors();
    const codes = model.encodeSync(samples);
    const calls: (() => unknown)[] = [
      () => model.fit(samples, { epochs: 2, validationSplit: 0.1 }),
      () => model.fitSync(samples),
      () => model.encode(samples),
      () => model.decodeSync(codes),
      () => model.reconstruct(samples),
      () => model.evaluate(samples),
      () => model.reconstructionErrorSync(samples),
      () => model.reconstructionErrorPerFeature(samples),
      () => model.encoder.predict(samples),
      () => model.decoder.predict(codes),
      () => model.setWeights(model.getWeights()),
      () => model.fit(() => [samples, samples], { epochs: 2, metrics: ["binaryCrossentropy"] }),
      async () => (await Autoencoder.fromCheckpoint(model.toCheckpoint(), { engine })).dispose(),
      async () => {
        for await (const _ of model.train(samples, { epochs: 3 })) break;
      },
      async () => {
        for await (const _ of model.reconstruct(() => [samples, samples])) break;
      },
      async () => (await Autoencoder.fromSafetensors(bytes, { engine })).dispose(),
    ];
    for (const call of calls) {
      await call();
      expect(usedWithoutSpares(engine)).toBe(idle);
    }
    // What is kept for later calls is enough for all of them, and is not taken again.
    for (const call of calls) await call();
    const kept = engine.memory.used;
    expect(kept).toBeGreaterThan(idle);
    for (const call of calls) await call();
    expect(engine.memory.used).toBe(kept);
    await model.dispose();
    await model.dispose();
    expect(engine.memory.used).toBe(empty);
  });

  test("models that share an engine do not reach into each other", async () => {
    const engine = await Engine.create({ math });
    const alone = await smallModel({ engine: { math }, seed: 4 });
    alone.fitSync(samples, { epochs: 3 });
    const shared = await smallModel({ engine, seed: 4 });
    const others = await Promise.all([1, 2, 3].map((seed) => smallModel({ engine, seed })));
    await others[0]!.dispose();
    await Promise.all([shared, others[1]!, others[2]!].map((model) => model.fit(samples, { epochs: 3 })));
    await others[1]!.dispose();
    expect(weightBits(shared)).toBe(weightBits(alone));
  });
});

describe("when memory runs out", async () => {
  const engine = await Engine.create();
  const model = await smallModel({ engine, optimizer: adam(), encoder: [dense(4, "relu"), dense(2)] });
  const codes = model.encodeSync(samples);
  const bytes = model.toSafetensors();
  const checkpoint = model.toCheckpoint();
  const calls: [string, () => unknown][] = [
    ["create", () => smallModel({ engine, optimizer: adam() })],
    ["fromSafetensors", () => Autoencoder.fromSafetensors(bytes, { engine })],
    ["fit", () => model.fit(samples, { batchSize: 64, validationSplit: 0.1 })],
    ["fitSync", () => model.fitSync(samples, { batchSize: 64 })],
    ["fit with a metric", () => model.fit(samples, { metrics: ["binaryCrossentropy"] })],
    ["fit of a stream", () => model.fit(() => [samples], { batchSize: 64 })],
    ["fromCheckpoint", () => Autoencoder.fromCheckpoint(checkpoint, { engine })],
    ["encode", () => model.encode(samples)],
    ["decodeSync", () => model.decodeSync(codes)],
    ["reconstruct", () => model.reconstruct(Uint8Array.from(samples))],
    ["evaluate", () => model.evaluate(samples)],
  ];

  /** Runs `call` with the engine's allocation number `failing` (counted from 0) refused; whether it got that far. */
  async function failAt(failing: number, call: () => unknown): Promise<unknown> {
    let count = 0;
    const allocate = engine.memory.allocate.bind(engine.memory);
    const spy = vi.spyOn(engine.memory, "allocate").mockImplementation((size) => {
      if (count++ === failing) throw new OutOfMemoryError(`allocation ${failing} is refused`);
      return allocate(size);
    });
    try {
      return await call();
    } finally {
      spy.mockRestore();
    }
  }

  test.each(calls)("at any allocation of %s, nothing leaks and the engine works on", async (_, call) => {
    const before = usedWithoutSpares(engine);
    let failures = 0;
    for (; failures < 100; failures++) {
      let error: unknown;
      const result = await failAt(failures, call).catch((caught: unknown) => {
        error = caught;
      });
      if (result instanceof Autoencoder) await result.dispose();
      expect(usedWithoutSpares(engine), `after allocation ${failures} was refused`).toBe(before);
      if (error === undefined) break;
      expect(error).toBeInstanceOf(OutOfMemoryError);
    }
    expect(failures).toBeGreaterThan(3);
    expect(failures).toBeLessThan(100);
    await model.fit(samples);
  });

  test("a model that no memory holds is refused, and nothing leaks", async () => {
    const before = usedWithoutSpares(engine);
    const size = 2 ** 20;
    const error = await failure(() =>
      Autoencoder.create({ inputSize: size, encoder: [dense(size)], decoder: [dense(size)], engine }),
    );
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect((error as Error).message).toMatch(
      /\d+ bytes were asked for, but a WebAssembly memory ends at \d+ bytes/,
    );
    expect(engine.memory.used).toBe(before);
    const huge = { inputSize: size, encoder: [dense(size)], decoder: [dense(size)] };
    await expect(Autoencoder.create(huge)).rejects.toThrow(OutOfMemoryError);
    // A batch that no memory holds is refused by fit: 2^17 rows of 2^16 floats.
    const wide = await Autoencoder.create({
      inputSize: 1,
      encoder: [dense(2 ** 16)],
      decoder: [dense(1)],
      engine,
    });
    const idle = engine.memory.used;
    await expect(wide.fit(new Float32Array(2 ** 17), { batchSize: 2 ** 17 })).rejects.toThrow(
      OutOfMemoryError,
    );
    expect(engine.memory.used).toBe(idle);
    wide.fitSync(new Float32Array(10));
    await wide.dispose();
    expect(engine.memory.used).toBe(before);
  });

  test("a model on an engine that was disposed of is refused, and nothing leaks", async () => {
    const gone = await Engine.create();
    await gone.dispose();
    const before = gone.memory.used;
    await expect(smallModel({ engine: gone })).rejects.toThrow("the engine was disposed of");
    expect(gone.memory.used).toBe(before);
  });
});
