import { afterAll, beforeAll, expect, test } from "vitest";
import { SCRATCH_BYTES, STREAM_NOISE } from "../../assembly/abi.js";
import { Engine } from "../../src/engine/engine.js";
import { Lifetime } from "../../src/engine/lifetime.js";
import { StepBlock } from "../../src/engine/stepBlock.js";
import { Storage } from "../../src/engine/storage.js";
import { runInTurns } from "../../src/engine/turns.js";

const ROWS = 4096;
const COLUMNS = 64;
const engines: Engine[] = [];

beforeAll(async () => {
  for (const threads of [1, 3]) engines.push(await Engine.create({ threads, math: "portable" }));
});

afterAll(() => Promise.all(engines.map((engine) => engine.dispose())));

/** Noise, whose kernel uses its thread's room, by a plan that asks for `bytes` of it. */
async function noise(engine: Engine, bytes: number) {
  const storage = new Storage(engine);
  const [source, target] = [storage.floats(ROWS, COLUMNS), storage.floats(ROWS, COLUMNS)];
  const indices = storage.words(ROWS);
  indices.values.forEach((_, row) => {
    indices.values[row] = row;
  });
  const step = new StepBlock(storage);
  step.indices = indices;
  const builder = engine.plan().scratch(bytes);
  const drawn = { stream: STREAM_NOISE, seedLow: 5, seedHigh: 0, deviation: 1, step: step.tensor };
  // Two phases, so that threads are used however little there is to do.
  builder.call("gaussianNoise", ROWS, { columns: COLUMNS, source, target, ...drawn }).phase();
  builder.call("gaussianNoise", ROWS, { columns: COLUMNS, source: target, target, ...drawn });
  const plan = storage.plan(builder);
  await runInTurns(
    engine,
    (function* () {
      yield plan;
    })(),
    new Lifetime(),
  );
  const { scratch } = plan;
  const used = (thread: number) =>
    scratch &&
    new Uint8Array(engine.memory.buffer, scratch.at + thread * scratch.bytes, SCRATCH_BYTES).some((x) => x);
  const result = {
    values: target.values.slice(),
    bytes: scratch?.bytes,
    used: Array.from({ length: engine.info.threads }, (_, thread) => used(thread)),
  };
  storage.release();
  return result;
}

test("a plan gets as much room for each thread as its kernels ask for", async () => {
  const wanted = (await noise(engines[0]!, 0)).values;
  for (const engine of engines) {
    const before = engine.memory.used;
    const usual = await noise(engine, 64);
    expect(usual.bytes).toBeUndefined();
    expect(usual.values).toEqual(wanted);
    const large = await noise(engine, 100_000);
    expect(large.bytes).toBe(Math.ceil(100_000 / SCRATCH_BYTES) * SCRATCH_BYTES);
    expect(large.values).toEqual(wanted);
    // Every thread worked in its own part.
    expect(large.used).toEqual(new Array(engine.info.threads).fill(true));
    expect(engine.memory.used).toBe(before);
  }
});
