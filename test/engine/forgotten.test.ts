// What is forgotten without having been disposed of, and what is idle.
import { afterEach, expect, test, vi } from "vitest";
import { Autoencoder, dense, Engine } from "../../src/index.js";
import { bits, values, weightBits } from "../support/models.js";
import { resultOf } from "../support/nodes.js";
import { until } from "../support/until.js";
import { watchWorkers } from "../support/workers.js";

interface Forgotten {
  many: { started: number; ended: boolean; given: boolean };
  shared: Record<string, { taken: boolean; given: boolean } | boolean>;
  keepers: { half: boolean; training: number; loop: number; given: boolean };
}

test("a forgotten model gives back its workers and its memory; one that is in use keeps them", async () => {
  const { many, shared, keepers } = await resultOf<Forgotten>("forgottenModels", [], process.execPath, [
    "--expose-gc",
  ]);
  expect(many).toEqual({ started: 100, ended: true, given: true });
  const given = { taken: true, given: true };
  expect(shared).toEqual({ model: given, paused: given, "left in a loop": given, works: true });
  expect(keepers).toEqual({ half: true, training: 300, loop: 20, given: true });
}, 120_000);

const samples = values(200, 64);
const create = (engine: Engine) =>
  Autoencoder.create({ inputSize: 64, encoder: [dense(8, "tanh")], decoder: [dense(64)], seed: 1, engine });

/** Longer than workers may be idle, however the last look at them fell. */
const LONG = 60_000;

/** Has the clock of idle workers in the test's own hand. */
function holdClock() {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
}

/** Lets the clock go on, and then time itself, so that what it sets off can happen. */
function passTime() {
  vi.advanceTimersByTime(LONG);
  vi.useRealTimers();
}

afterEach(() => {
  vi.useRealTimers();
});

test("idle workers end, and the next call starts new ones and gives the same bits", async () => {
  const [engine, alone] = [
    await Engine.create({ threads: 3, math: "portable" }),
    await Engine.create({ threads: 1, math: "portable" }),
  ];
  const [model, twin] = [await create(engine), await create(alone)];
  const workers = watchWorkers();
  for (const round of [1, 2, 3]) {
    holdClock();
    await model.fit(samples, { epochs: 2 });
    twin.fitSync(samples, { epochs: 2 });
    expect(workers.started).toHaveLength(2 * round);
    passTime();
    await until(() => workers.alive === 0, "the end of the idle workers");
  }
  expect(weightBits(model)).toBe(weightBits(twin));
  expect(engine.info.threads).toBe(3);
  await engine.dispose();
  expect(engine.memory.used).toBeGreaterThan(0);
  await model.dispose();
  expect(engine.memory.used).toBe(0);
});

test("workers that had work since the last look stay", async () => {
  const engine = await Engine.create({ threads: 2, math: "portable" });
  const model = await create(engine);
  const workers = watchWorkers();
  holdClock();
  for (let round = 0; round < 5; round++) {
    await model.encode(samples);
    vi.advanceTimersByTime(LONG / 2);
  }
  expect(workers.started).toHaveLength(1);
  expect(workers.alive).toBe(1);
  vi.useRealTimers();
  await engine.dispose();
});

test("work that comes while idle workers end waits for them, and then has new ones", async () => {
  const engine = await Engine.create({ threads: 2, math: "portable" });
  const model = await create(engine);
  const codes = bits(model.encodeSync(samples).data);
  const workers = watchWorkers();
  holdClock();
  await model.encode(samples);
  passTime();
  // At once, while the workers are on their way out; short work as well as long.
  const together = await Promise.all([1, 200, 3].map((rows) => model.encode(samples.subarray(0, rows * 64))));
  expect(bits(together[1]!.data)).toBe(codes);
  expect(workers.started).toHaveLength(2);
  expect(workers.alive).toBe(1);
  await engine.dispose();
  expect(workers.alive).toBe(0);
});

test("dispose while idle workers end waits for that", async () => {
  const engine = await Engine.create({ threads: 2, math: "portable" });
  const model = await create(engine);
  const workers = watchWorkers();
  holdClock();
  await model.encode(samples);
  passTime();
  await Promise.all([model.dispose(), engine.dispose()]);
  expect([workers.alive, engine.memory.used]).toEqual([0, 0]);
});
