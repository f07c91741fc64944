/**
 * The child's side of the peer protocol: one JSON request a line on stdin, one JSON answer a line on stdout.
 *
 * ```
 * {"op":"setup","workload":"step",…}  → {"ready":true,"name","version","details"} or {"ready":false,"reason"}
 * {"op":"run",…}                      → whatever the workload's `run` returns
 * {"op":"memory"}                     → {"rss", "peak", "started"}: bytes now, at most, and before any setup
 * {"op":"exit"}                       → {"exiting":true}, and the process ends
 * ```
 * A request that fails is answered with `{"error": message}`; the peer stays up.
 */
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Unavailable } from "./requests.mjs";
import { peakResident } from "./residentMemory.mjs";

/** `import()` of a dependency of the peer; a missing one makes the peer unavailable instead of broken. */
export async function importPeer(specifier) {
  try {
    return await import(specifier);
  } catch (error) {
    if (error?.code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Unavailable(`${specifier} is not installed: run \`npm ci\` in bench/peers`);
  }
}

/** Version of an installed package whose entry lies in a folder of its root, as `dist/index.js` does. */
export async function packageVersion(specifier) {
  const manifest = new URL("../package.json", import.meta.resolve(specifier));
  return JSON.parse(await readFile(manifest, "utf8")).version;
}

/**
 * Serves requests until `exit` or the end of stdin.
 * @param workloads for each workload's name, `async (request) => ({ name, version, details, run })`, where
 *   `run(request)` does the work and returns the answer.
 */
export function serve(workloads) {
  // stdout carries answers only; libraries like to greet their users there.
  console.log = console.info = console.debug = (...args) => console.error(...args);
  let run = null;
  const started = process.memoryUsage.rss();

  const handlers = {
    async setup(request) {
      const prepare = Object.hasOwn(workloads, request.workload) ? workloads[request.workload] : undefined;
      if (!prepare) {
        return { ready: false, reason: `workload ${JSON.stringify(request.workload)} is not offered here` };
      }
      run = null;
      try {
        const { run: ready, ...facts } = await prepare(request);
        run = ready;
        return { ready: true, ...facts };
      } catch (error) {
        if (error instanceof Unavailable) return { ready: false, reason: error.message };
        throw error;
      }
    },
    async run(request) {
      if (!run) throw new Error("run: came before a successful setup");
      return run(request);
    },
    async memory() {
      return { rss: process.memoryUsage.rss(), peak: peakResident(), started };
    },
    async exit() {
      return { exiting: true };
    },
  };

  async function answer(line) {
    try {
      const request = JSON.parse(line);
      const handler = Object.hasOwn(handlers, request?.op) ? handlers[request.op] : undefined;
      if (!handler)
        throw new Error(`op: got ${JSON.stringify(request?.op)}, wanted setup, run, memory or exit`);
      return await handler(request);
    } catch (error) {
      console.error(error);
      return { error: String(error?.message ?? error) };
    }
  }

  return (async () => {
    for await (const line of createInterface({ input: process.stdin })) {
      if (line.trim() === "") continue;
      const reply = await answer(line);
      process.stdout.write(`${JSON.stringify(reply)}\n`);
      if (reply.exiting) break;
    }
    process.exitCode = 0;
    process.stdin.destroy();
  })();
}
