/** Where and when a table was taken. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, platform, release, totalmem } from "node:os";

/** Running processes, in the mean of the last minute, above which timings are not to be trusted. */
const BUSY = 0.5;

/**
 * @param {string} node path of the Node that runs the JavaScript contestants
 * @throws {Error} when it does not run
 */
export function describeMachine(node) {
  const { node: version, v8 } = versionsOf(node);
  const load = loadavg()[0];
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryBytes: totalmem(),
    system: `${platform()} ${release()} ${process.arch}`,
    node: version,
    v8,
    isthmus: JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")).version,
    load,
    busy: load > BUSY,
  };
}

function versionsOf(node) {
  try {
    return JSON.parse(execFileSync(node, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" }));
  } catch (cause) {
    throw new Error(`--node: ${node} does not run as a Node`, { cause });
  }
}

/** Sentences about a machine, for the head of a report. */
export function machineLines({ date, cpu, cores, memoryBytes, system, node, v8, isthmus, load, busy }) {
  const memory = `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const lines = [
    `Isthmus ${isthmus}, ${date.slice(0, 10)}. ${cpu}, ${cores} core(s), ${memory}, ${system}.`,
    `Node ${node} (V8 ${v8}). Load average at the start ${load.toFixed(2)}.`,
  ];
  return busy ? [...lines, "WARNING: the machine was busy; do not trust these timings."] : lines;
}
