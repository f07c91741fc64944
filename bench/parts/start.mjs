/** What it costs to have the library: time to the first step, memory beside the data, bytes to load. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { median, summarize } from "../statistics.mjs";
import { figure, percent } from "../table.mjs";

export const id = "start";
export const title = "Cold start, memory and size";

const BUILD = fileURLToPath(new URL("../../build", import.meta.url));
const SAMPLES = 60_000;
/** Processes for each engine, and for each kind of data. */
const STARTS = 11;
const FOOTPRINTS = 3;
const ENGINES = {
  default: {},
  "1 thread": { threads: 1 },
  "1 thread, portable": { threads: 1, math: "portable" },
  "1 thread, turbo": { threads: 1, turbo: true },
};

/** Runs one of Isthmus's scripts to its end; what it printed. */
async function ask(node, script, ...args) {
  const path = fileURLToPath(new URL(`../isthmus/${script}`, import.meta.url));
  const { stdout } = await promisify(execFile)(node, [path, ...args]);
  return JSON.parse(stdout);
}

async function coldStarts({ node, quick, say, calm }) {
  const samples = Object.fromEntries(Object.keys(ENGINES).map((name) => [name, []]));
  for (let run = 0; run < (quick ? 2 : STARTS); run++) {
    say(`start: cold start ${run + 1}`);
    for (const [name, engine] of Object.entries(ENGINES)) {
      const start = () => ask(node, "coldStart.mjs", JSON.stringify(engine));
      samples[name].push(calm ? (await calm.during(start)).result : await start());
    }
  }
  const reduce = (list) => ({
    ...Object.fromEntries(
      ["imported", "created", "stepped"].map((key) => [key, summarize(list.map((one) => one[key]))]),
    ),
    info: list[0].info,
  });
  return Object.fromEntries(Object.entries(samples).map(([name, list]) => [name, reduce(list)]));
}

async function footprints({ node, quick, say }) {
  const results = {};
  for (const kind of ["idle", "bytes", "floats"]) {
    say(`start: peak memory, ${kind}`);
    const peaks = [];
    let wasm = [];
    for (let run = 0; run < (quick ? 1 : FOOTPRINTS); run++) {
      const answer = await ask(node, "footprint.mjs", kind, String(SAMPLES));
      peaks.push(answer.peak);
      wasm = answer.wasm;
    }
    results[kind] = { peak: median(peaks), wasm };
  }
  return results;
}

/** Bytes of what a browser loads of an entry: its files as they are shipped, and one file as a bundler makes of them. */
async function sizeOf(entry) {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(BUILD, entry)],
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "browser",
    absWorkingDir: BUILD,
    logLevel: "error",
  });
  const bundled = outputFiles[0].contents;
  const files = await Promise.all(Object.keys(metafile.inputs).map((path) => readFile(join(BUILD, path))));
  const gzipped = (bytes) => gzipSync(bytes, { level: 9 }).length;
  const sum = (sizes) => sizes.reduce((total, size) => total + size, 0);
  return {
    shipped: { bytes: sum(files.map((file) => file.length)), gzipped: sum(files.map(gzipped)) },
    bundled: { bytes: bundled.length, gzipped: gzipped(bundled) },
  };
}

/** Sizes of all there is, and of what a page needs that trains a model on its own data. */
async function sizes() {
  return { isthmus: await sizeOf("index.js"), "isthmus/core": await sizeOf("core.js") };
}

/** @returns cold starts in ms, peak memory in bytes, sizes in bytes */
export async function measure(context) {
  const result = {
    cold: await coldStarts(context),
    memory: await footprints(context),
    size: await sizes(),
  };
  return { result };
}

/** @returns {import("../table.mjs").Table[]} */
export function tables({ result: { cold, memory, size } }) {
  const megabytes = (bytes) => (bytes / 1e6).toFixed(1);
  const kilobytes = (bytes) => (bytes / 1e3).toFixed(1);
  const dataBytes = { idle: 0, bytes: SAMPLES * 784, floats: SAMPLES * 784 * 4 };
  return [
    {
      title: "Cold start: from import to the end of the first step, 784 → 32 → 784, batch 256, ms",
      columns: ["requested engine", "actual engine", "imported", "created", "first step", "spread"],
      rows: Object.entries(cold).map(([name, { imported, created, stepped, info }]) => [
        name,
        `${info.build}${info.turbo ? ", turbo" : ""}, ${info.threads} thread(s)`,
        ...[imported, created, stepped].map(({ median }) => figure(median)),
        percent(stepped.spread),
      ]),
      text: 2,
    },
    {
      title: "Peak memory of training on 60,000 × 784, MB",
      columns: ["samples as", "process", "beyond idle", "the samples themselves", "Wasm after each epoch"],
      rows: Object.entries(memory).map(([kind, { peak, wasm }]) => [
        kind,
        megabytes(peak),
        megabytes(peak - memory.idle.peak),
        megabytes(dataBytes[kind]),
        wasm.map(megabytes).join(", ") || "–",
      ]),
    },
    {
      title: "What a browser loads, kB",
      columns: ["entry", "files as shipped", "each by gzip -9", "bundled and minified", "by gzip -9"],
      rows: Object.entries(size).map(([name, { shipped, bundled }]) => [
        name,
        kilobytes(shipped.bytes),
        kilobytes(shipped.gzipped),
        kilobytes(bundled.bytes),
        kilobytes(bundled.gzipped),
      ]),
    },
  ];
}
