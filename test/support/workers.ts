import type { Worker } from "node:worker_threads";
import type { EngineOptions } from "../../src/index.js";

/** Workers that this process has started since this module was loaded, in their order, and those that still run. */
const started: Worker[] = [];
const alive = new Set<Worker>();

process.on("worker", (worker) => {
  started.push(worker);
  alive.add(worker);
  worker.once("exit", () => alive.delete(worker));
});

/** Starts to watch: which workers have been started from here on, and how many of those still run. */
export function watchWorkers() {
  const before = started.length;
  return {
    get started(): Worker[] {
      return started.slice(before);
    },
    get alive(): number {
      return started.slice(before).filter((worker) => alive.has(worker)).length;
    },
  };
}

const major = Number(process.versions.node.split(".")[0]);

/** Every kind of engine that this Node has: portable, fast, and turbo where there is a revectorizer. */
export const ENGINES: [string, EngineOptions][] = [
  ["portable", { math: "portable" }],
  ["fast", { math: "fast" }],
  ...(major >= 24 ? [["turbo", { turbo: true }] as [string, EngineOptions]] : []),
];
