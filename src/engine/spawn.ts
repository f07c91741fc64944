import { EngineError } from "../common/errors.js";
import { builtin } from "../common/runtime.js";
import type { WorkerStart } from "./worker.js";

/** A worker, in Node or on the web. */
export interface WorkerHandle {
  /** Fulfilled when the worker is ready; rejected if it fails before that. */
  readonly ready: Promise<void>;
  /** Fulfilled when the worker has ended. It ends by itself once the team is stopped; `kill` terminates it. */
  end(kill: boolean): Promise<void>;
}

interface NodeWorker {
  on(event: "message", listener: () => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  on(event: "exit", listener: (code: number) => void): void;
  postMessage(message: unknown): void;
  terminate(): Promise<unknown>;
  unref(): void;
}

/** How long a worker may take to end by itself before it is terminated, in ms. */
const GRACE = 1000;

/** Browsers do not say why. */
const NOT_LOADED =
  "it could not be loaded; the page's Content-Security-Policy must allow blob: in worker-src";

/**
 * Starts a worker from its source.
 *
 * @param onDeath called if the worker ends unexpectedly
 */
export function spawnWorker(
  source: string,
  start: WorkerStart,
  onDeath: (error: Error) => void,
): WorkerHandle {
  const threads = builtin<{ Worker: new (source: string, options: object) => NodeWorker }>(
    "node:worker_threads",
  );
  if (threads) return spawnNode(threads.Worker, source, start, onDeath);
  if (typeof Worker === "function") return spawnWeb(source, start, onDeath);
  throw new EngineError("this runtime has no workers");
}

function spawnNode(
  NodeWorker: new (source: string, options: object) => NodeWorker,
  source: string,
  start: WorkerStart,
  onDeath: (error: Error) => void,
): WorkerHandle {
  const worker = new NodeWorker(source, { eval: true, execArgv: [], name: "isthmus" });
  // A model that was never disposed of must not keep the process alive.
  let died: (error: Error) => void = () => {};
  const exited = new Promise<void>((resolve) => worker.on("exit", () => resolve()));
  const ready = new Promise<void>((resolve, reject) => {
    died = (error) => {
      reject(error);
      onDeath(error);
    };
    worker.on("message", resolve);
  });
  worker.on("error", (error) => died(error));
  worker.on("exit", (code) => died(new Error(`it exited with code ${code}`)));
  ready.then(
    () => worker.unref(),
    () => {},
  );
  worker.postMessage(start);
  return {
    ready,
    async end(kill) {
      if (kill) await worker.terminate();
      else await within(exited, () => worker.terminate());
    },
  };
}

/** Waits for `promise`, but no longer than the grace period; then calls `otherwise`. */
async function within(promise: Promise<void>, otherwise: () => Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), GRACE);
  });
  if (await Promise.race([promise.then(() => false), late])) await otherwise();
  clearTimeout(timer);
}

function spawnWeb(source: string, start: WorkerStart, onDeath: (error: Error) => void): WorkerHandle {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  // In a worker this can hang in Firefox while its developer tools watch workers: see src/playground/shared/hosted.ts.
  const worker = new Worker(url, { name: "isthmus" });
  const ready = new Promise<void>((resolve, reject) => {
    worker.onmessage = () => resolve();
    worker.onerror = (event) => {
      const error = new Error(event.message || NOT_LOADED);
      reject(error);
      onDeath(error);
    };
  });
  ready.catch(() => {}).finally(() => URL.revokeObjectURL(url));
  worker.postMessage(start);
  return {
    ready,
    async end() {
      worker.terminate();
    },
  };
}
