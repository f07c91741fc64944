/** Where and when a table was taken. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, cpus, platform, release, totalmem } from "node:os";
import { setTimeout as wait } from "node:timers/promises";

/** Cores that others may use while nothing is measured: more than this, and timings are not to be trusted. */
const BUSY = 0.1;
/** How long to look, in ms. */
const LOOK_MS = 2000;

/**
 * @param {string} node path of the Node that runs the JavaScript contestants
 * @returns {Promise<object>} after looking for two seconds how busy the machine is
 * @throws {Error} when it does not run
 */
export async function describeMachine(node) {
  const { node: version, v8 } = versionsOf(node);
  const load = await coresInUse();
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

/**
 * How many cores are in use while this process waits. The load average would not do: it remembers the build that ran just
 * before.
 */
async function coresInUse() {
  const before = coreTimes();
  await wait(LOOK_MS);
  const after = coreTimes();
  const [used, all] = [after.used - before.used, after.all - before.all];
  return all > 0 ? (used / all) * cpus().length : 0;
}

/** Time of all cores so far, in ms: at work, and in all. */
function coreTimes() {
  let [used, all] = [0, 0];
  for (const { times } of cpus()) {
    const sum = Object.values(times).reduce((total, time) => total + time, 0);
    all += sum;
    used += sum - times.idle;
  }
  return { used, all };
}

function versionsOf(node) {
  try {
    return JSON.parse(execFileSync(node, ["-p", "JSON.stringify(process.versions)"], { encoding: "utf8" }));
  } catch (cause) {
    throw new Error(`--node: ${node} does not run as a Node`, { cause });
  }
}

/**
 * @param {{ busy: boolean, load: number }} machine
 * @param {{ json?: string, markdown?: boolean, write?: string, quick?: boolean, anyway?: boolean }} options
 * @throws {Error} when tables are to be kept, and others use the machine
 */
export function assertIdle({ busy, load }, { json, markdown, write, quick, anyway }) {
  if (!busy || quick || anyway || !(json || markdown || write)) return;
  throw new Error(
    `others use ${load.toFixed(2)} cores, so no table is written; wait until they are done, or give --anyway`,
  );
}

/** Sentences about a machine, for the head of a report. */
export function machineLines({ date, cpu, cores, memoryBytes, system, node, v8, isthmus, load, busy }) {
  const memory = `${(memoryBytes / 2 ** 30).toFixed(0)} GiB`;
  const lines = [
    `Isthmus ${isthmus}, ${date.slice(0, 10)}. ${cpu}, ${cores} core(s), ${memory}, ${system}.`,
    `Node ${node} (V8 ${v8}). Before the start, others used ${load.toFixed(2)} cores.`,
  ];
  return busy ? [...lines, "WARNING: the machine was busy; do not trust these timings."] : lines;
}
