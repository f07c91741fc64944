import type { Worker } from "node:worker_threads";
import type { EngineOptions } from "../../src/index.js";
import { until } from "./until.js";

/** Workers that this process has started since this module was loaded, in their order, and those that still run. */
const started: Worker[] = [];
const alive = new Set<Worker>();

process.on("worker", (worker) => {
  started.push(worker);
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
});

/** Starts to count: how many workers have been started from here on, which, and how many of all still run. */
export function watchWorkers() {
  const before = started.length;
  return {
    get started(): Worker[] {
      return started.slice(before);
    },
    get alive(): number {
      return alive.size;
    },
  };
}

/** Waits until no worker runs: one that was told to end may take a moment. */
export function noWorkers(): Promise<void> {
  return until(() => alive.size === 0, "the workers' end");
}

const major = Number(process.versions.node.split(".")[0]);

/** Every kind of engine that this Node has: portable, fast, and turbo where there is a revectorizer. */
export const ENGINES: [string, EngineOptions][] = [
  ["portable", { math: "portable" }],
  ["fast", { math: "fast" }],
  ...(major >= 24 ? [["turbo", { turbo: true }] as [string, EngineOptions]] : []),
];
