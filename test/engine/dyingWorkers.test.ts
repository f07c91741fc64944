// Workers whose program fails by itself, in place of the real one.
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { TEAM_SEQUENCE } from "../../assembly/abi.js";
import { readTrace } from "../../src/engine/trace.js";
import { Autoencoder, dense, Engine, EngineError, StateError } from "../../src/index.js";
import { failure, values, weightBits } from "../support/models.js";
import { until } from "../support/until.js";
import { watchWorkers } from "../support/workers.js";

const program = vi.hoisted(() => ({ text: "" }));
vi.mock("#embedded/worker", () => ({
  get default() {
    return program.text;
  },
}));

/** Says that it serves, and does something else when the first job comes. */
const claiming = (then: string) => `
  const { parentPort } = require("node:worker_threads");
  parentPort.once("message", ({ memory, team }) => {
    parentPort.postMessage("ready");
    Atomics.wait(new Int32Array(memory.buffer), (team >> 2) + ${TEAM_SEQUENCE}, 0);
    ${then}
  });`;

const samples = values(100, 64);
const engineOf = (threads: number) => Engine.create({ math: "portable", threads });
const create = async (engine: number | Engine) =>
  Autoencoder.create({
    inputSize: 64,
    encoder: [dense(8, "tanh")],
    decoder: [dense(64)],
    engine: typeof engine === "number" ? await engineOf(engine) : engine,
  });
/** What each thread did last. */
const steps = (engine: Engine) => readTrace(engine.trace.place).map((line) => line.replace(/ \(.*/, ""));

afterEach(() => {
  program.text = "";
});

test.each([
  ["exits", "process.exit(3);", /^a worker died: it exited with code 3$/],
  ["throws", 'throw new Error("out of luck");', /^a worker died: out of luck$/],
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
  ["until it dies", 'parentPort.on("message", () => process.exit(3));'],
  ["not for ever", "setInterval(() => {}, 1000);"],
])("dispose while a worker does not do its share waits, but %s", async (_, then) => {
  program.text = claiming(then);
  const workers = watchWorkers();
  const engine = await engineOf(2);
  const model = await create(engine);
  const training = failure(() => model.fit(samples));
  // It says "starts" until the worker has said that it serves; then the job waits for the worker, turn by turn.
  const turning = "thread 0 waits for the event loop to turn";
  await until(() => workers.started.length === 1 && steps(engine)[0] === turning, "the job");
  const disposal = model.dispose();
  workers.started[0]!.postMessage("die, if you listen");
  await disposal;
  expect(await training).toBeInstanceOf(StateError);
  await engine.dispose();
  expect(workers.started).toHaveLength(1);
  expect(workers.alive).toBe(0);
});

test("where workers start and start, everything works on one thread after a while", async () => {
  program.text = "setInterval(() => {}, 1000)";
  const workers = watchWorkers();
  const engine = await engineOf(2);
  const [model, twin] = [await create(engine), await create(1)];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const training = model.fit(samples);
  while (workers.started.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await once(workers.started[0]!, "online");
  expect(steps(engine)).toEqual(["thread 0 waits for the workers to start", "thread 1 has not begun"]);
  vi.advanceTimersByTime(20_000);
  vi.useRealTimers();
  await training;
  twin.fitSync(samples);
  expect(weightBits(model)).toBe(weightBits(twin));
  expect([model.engine.threads, workers.alive]).toEqual([1, 0]);
  await Promise.all([model.dispose(), twin.dispose(), engine.dispose()]);
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
