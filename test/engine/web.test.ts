// The way of a web page: workers from a blob's URL, and a main thread that is not allowed to sleep. Node's workers
// stand in for the web's, with what Node has beyond them hidden.
import { resolveObjectURL } from "node:buffer";
import { Worker as NodeWorker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Autoencoder, dense, EngineError, StateError } from "../../src/index.js";
import { failure, values, weightBits } from "../support/models.js";
import { until } from "../support/until.js";
import { watchWorkers } from "../support/workers.js";

/** What a worker's global scope has on the web. */
const SCOPE = `
  const port = require("node:worker_threads").parentPort;
  globalThis.postMessage = (message) => port.postMessage(message);
  globalThis.close = () => port.close();
  port.on("message", (data) => globalThis.onmessage({ data }));
  process.getBuiltinModule = undefined;
`;

/** A web worker whose URL is `broken` cannot be loaded. */
let broken = false;

class WebWorker {
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message?: string }) => void = () => {};
  readonly #worker: Promise<NodeWorker>;

  constructor(url: string) {
    const text = resolveObjectURL(url)!.text();
    this.#worker = text.then((source) => {
      const worker = new NodeWorker(SCOPE + (broken ? "throw new Error('blocked');" : source), {
        eval: true,
      });
      worker.on("message", (data) => this.onmessage({ data }));
      worker.on("error", ({ message }) => this.onerror({ message }));
      return worker;
    });
  }

  postMessage(message: unknown): void {
    void this.#worker.then((worker) => worker.postMessage(message));
  }

  terminate(): void {
    void this.#worker.then((worker) => worker.terminate());
  }
}

const samples = values(300, 64);
const create = (threads: number) =>
  Autoencoder.create({
    inputSize: 64,
    encoder: [dense(8, "tanh")],
    decoder: [dense(64)],
    engine: { math: "portable", threads },
  });

beforeEach(() => {
  broken = false;
  vi.stubGlobal("Worker", WebWorker);
  vi.stubGlobal("document", {});
  vi.spyOn(process, "getBuiltinModule").mockReturnValue(undefined as never);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

test("the same bits come of web workers, and the main thread never sleeps", async () => {
  const urls = vi.spyOn(URL, "revokeObjectURL");
  const sleep = vi.spyOn(Atomics, "wait");
  const workers = watchWorkers();
  const [model, twin] = [await create(3), await create(1)];
  for (const batchSize of [7, 300]) {
    await model.fit(samples, { epochs: 3, batchSize });
    twin.fitSync(samples, { epochs: 3, batchSize });
  }
  expect(weightBits(model)).toBe(weightBits(twin));
  expect((await model.encode(samples)).data).toEqual(twin.encodeSync(samples).data);
  expect(workers.started).toHaveLength(2);
  expect(model.engine.threads).toBe(3);
  expect(sleep).not.toHaveBeenCalled();
  expect(urls).toHaveBeenCalledTimes(2);
  await model.dispose();
  await until(() => workers.alive === 0, "the workers' end");
});

test("dispose while fit runs on web workers rejects it and ends them", async () => {
  const workers = watchWorkers();
  const model = await create(2);
  const training = failure(() => model.fit(samples, { epochs: 1e6 }));
  await until(() => model.history.loss.length > 0, "the first epoch");
  await model.dispose();
  expect(await training).toBeInstanceOf(StateError);
  await until(() => workers.alive === 0, "the workers' end");
});

test("a web worker's error ends fit with an EngineError", async () => {
  const workers = watchWorkers();
  const model = await create(2);
  await model.fit(samples);
  const before = weightBits(model);
  workers.started[0]!.emit("error", new Error("out of memory"));
  expect(await failure(() => model.fit(samples, { epochs: 1e6 }))).toBeInstanceOf(EngineError);
  expect(weightBits(model)).toBe(before);
  await model.dispose();
});

test("where web workers cannot be loaded, everything works on one thread", async () => {
  broken = true;
  const warnings = vi.spyOn(process, "emitWarning").mockReturnValue();
  const workers = watchWorkers();
  const [model, twin] = [await create(3), await create(1)];
  await model.fit(samples);
  twin.fitSync(samples);
  expect(weightBits(model)).toBe(weightBits(twin));
  expect([model.engine.threads, workers.started.length]).toEqual([1, 2]);
  const [message, options] = warnings.mock.calls[0]!;
  expect(message).toMatch(/^no worker starts here, so one thread does all the work: blocked/);
  expect(options).toEqual({ type: "IsthmusWarning", code: "ISTHMUS_NO_WORKERS" });
  await model.dispose();
  await until(() => workers.alive === 0, "the workers' end");
});
