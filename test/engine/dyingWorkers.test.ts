// Workers whose program fails by itself, in place of the real one.
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { Autoencoder, dense, EngineError, StateError } from "../../src/index.js";
import { failure, values, weightBits } from "../support/models.js";
import { until } from "../support/until.js";
import { watchWorkers } from "../support/workers.js";

const program = vi.hoisted(() => ({ text: "" }));
vi.mock("#embedded/worker", () => ({
  get default() {
    return program.text;
  },
}));

/** Says that it serves, and then does something else. */
const claiming = (then: string) => `
  const { parentPort } = require("node:worker_threads");
  parentPort.once("message", () => {
    parentPort.postMessage("ready");
    ${then}
  });`;

const samples = values(100, 64);
const create = (threads: number) =>
  Autoencoder.create({
    inputSize: 64,
    encoder: [dense(8, "tanh")],
    decoder: [dense(64)],
    engine: { math: "portable", threads },
  });

afterEach(() => {
  program.text = "";
});

test.each([
  ["exits", "setTimeout(() => process.exit(3), 50);", /^a worker died: it exited with code 3$/],
  ["throws", 'setTimeout(() => { throw new Error("out of luck"); }, 50);', /^a worker died: out of luck$/],
  ["ends as if its work was done", "parentPort.close();", /^a worker died: it exited with code 0$/],
])("a worker that %s ends fit with an EngineError, and nothing has changed", async (_, then, message) => {
  program.text = claiming(then);
  const workers = watchWorkers();
  const model = await create(3);
  const before = weightBits(model);
  const error = await failure(() => model.fit(samples));
  expect(error).toBeInstanceOf(EngineError);
  expect((error as Error).message).toMatch(message);
  expect(weightBits(model)).toBe(before);
  expect(workers.started).toHaveLength(2);
  expect(workers.alive).toBe(0);
  await model.dispose();
});

test.each([
  ["until it dies", "setTimeout(() => process.exit(3), 300);"],
  ["not for ever", "setInterval(() => {}, 1000);"],
])("dispose while a worker does not do its share waits, but %s", async (_, then) => {
  program.text = claiming(then);
  const workers = watchWorkers();
  const model = await create(2);
  const training = failure(() => model.fit(samples));
  await until(() => workers.started.length === 1, "the worker");
  // Its message may have come before anyone listened here.
  const patience = new Promise((resolve) => setTimeout(resolve, 1000));
  await Promise.race([once(workers.started[0]!, "message"), patience]);
  // The job waits for the worker by now.
  await new Promise((resolve) => setTimeout(resolve, 50));
  await model.dispose();
  expect(await training).toBeInstanceOf(StateError);
  expect(workers.started).toHaveLength(1);
  expect(workers.alive).toBe(0);
});

test("where workers start and start, everything works on one thread after a while", async () => {
  program.text = "setInterval(() => {}, 1000)";
  const workers = watchWorkers();
  const [model, twin] = [await create(2), await create(1)];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const training = model.fit(samples);
  while (workers.started.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await once(workers.started[0]!, "online");
  vi.advanceTimersByTime(20_000);
  vi.useRealTimers();
  await training;
  twin.fitSync(samples);
  expect(weightBits(model)).toBe(weightBits(twin));
  expect([model.engine.threads, workers.alive]).toEqual([1, 0]);
  await Promise.all([model.dispose(), twin.dispose()]);
});

test.each([
  ["does not parse", "this is no program"],
  ["fails before it serves", 'throw new Error("no")'],
  ["exits before it serves", "process.exit(1)"],
])("where the workers' program %s, everything works on one thread", async (_, text) => {
  program.text = text;
  const workers = watchWorkers();
  const [model, twin] = [await create(4), await create(1)];
  await model.fit(samples);
  twin.fitSync(samples);
  expect(weightBits(model)).toBe(weightBits(twin));
  expect(model.engine.threads).toBe(1);
  expect(workers.started).toHaveLength(3);
  expect(workers.alive).toBe(0);
  await Promise.all([model.dispose(), twin.dispose()]);
});
