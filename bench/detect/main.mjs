// How well detectAnomalies tells anomalies from normal rows without a single option, and how long it takes, beside PyOD's
// AutoEncoder, PyOD's ECOD and scikit-learn's IsolationForest: ROC AUC on tables of ../shared/data/tables.
//
//   npm run build && node bench/detect/main.mjs [--seeds 3] [--markdown] [--tables FOLDER]
//
// The peers need a Python that has pyod and torch (pip install pyod torch): see bench/README.md for how it is found.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { detectAnomalies } from "isthmus";
import { describeMachine, machineLines } from "../machine.mjs";
import { findPython } from "../peers/python.mjs";
import { figure, toMarkdown, toText } from "../table.mjs";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "3" },
    tables: {
      type: "string",
      default: fileURLToPath(new URL("../../../shared/data/tables", import.meta.url)),
    },
    markdown: { type: "boolean", default: false },
  },
});
const seeds = Number(values.seeds);

/** @typedef {{ peer: string, table: string, seed: number, rocAuc: number, seconds: number }} Result */

/** Rows without their label, which is the last column, and the labels. */
function readTable(path) {
  const [, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const rows = lines.map((line) => line.split(",").map(Number));
  return { rows: rows.map((row) => row.slice(0, -1)), labels: rows.map((row) => row.at(-1)) };
}

/** @returns {Promise<Result>} */
async function detect(peer, table, { rows, labels }, seed, options) {
  const start = performance.now();
  const { evaluation, detector } = await detectAnomalies(rows, { labels, seed, ...options });
  const seconds = (performance.now() - start) / 1000;
  await detector.dispose();
  return { peer, table, seed, rocAuc: evaluation.rocAuc, seconds };
}

/** Each engine of ours; what is asked for is in the options, and the default is to ask for none. */
const OURS = {
  "Isthmus detectAnomalies": {},
  "Isthmus detectAnomalies, 1 thread": { engine: { math: "portable", threads: 1 } },
};

/** @returns {Promise<Result[]>} */
async function ours(files) {
  const results = [];
  for (const file of files) {
    const table = readTable(join(values.tables, file));
    for (const [peer, options] of Object.entries(OURS)) {
      // The kernels are compiled once a process; that is not the table's doing.
      if (results.length < Object.keys(OURS).length) await detect(peer, file, table, 0, options);
      for (let seed = 0; seed < seeds; seed++) results.push(await detect(peer, file, table, seed, options));
    }
  }
  return results;
}

/** @returns {{ results: Result[], notes: string[] }} */
function peers(files) {
  const { command, env } = findPython("pyod");
  const script = fileURLToPath(new URL("pyod_peers.py", import.meta.url));
  const run = spawnSync(
    command,
    ["-B", script, String(seeds), ...files.map((file) => join(values.tables, file))],
    {
      encoding: "utf8",
      env: { ...process.env, ...env },
      maxBuffer: 1 << 26,
    },
  );
  const lines = (run.stdout ?? "")
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line));
  const [first, ...results] = lines;
  if (run.status === 0) return { results, notes: [first.versions] };
  const reason = (run.stderr ?? "").trim().split("\n").at(-1);
  return { results, notes: [`the peers in Python are not here, or failed: ${reason}`] };
}

const mean = (numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length;

/** A table of one row a contestant: means over seeds for each file, over files, and seconds a table. */
function summary(files, results, notes) {
  const names = files.map((file) => file.replace(".csv", ""));
  const rows = [...new Set(results.map(({ peer }) => peer))].map((peer) => {
    const own = results.filter((result) => result.peer === peer);
    const each = files.map((file) =>
      mean(own.filter(({ table }) => table === file).map(({ rocAuc }) => rocAuc)),
    );
    const seconds = files.map((file) =>
      Math.min(...own.filter(({ table }) => table === file).map((result) => result.seconds)),
    );
    return [peer, ...[...each, mean(each)].map((value) => value.toFixed(3)), figure(mean(seconds), 2)];
  });
  const title = `ROC AUC of anomalies, fitted on all rows without labels, mean of ${seeds} seeds; seconds a table`;
  return { title, columns: ["who", ...names, "mean", "s"], rows, notes };
}

if (!existsSync(values.tables)) {
  console.log(`skipped: there is no ${values.tables}`);
} else if (!Number.isInteger(seeds) || seeds < 1) {
  console.error(`--seeds: got ${values.seeds}, wanted a whole number of at least 1`);
  process.exitCode = 2;
} else {
  const files = readdirSync(values.tables)
    .filter((file) => file.endsWith(".csv"))
    .sort();
  console.log(`${machineLines(await describeMachine(process.execPath)).join("\n")}\n`);
  const own = await ours(files);
  const { results, notes } = peers(files);
  const seconds = "s is the mean over tables of the fastest seed, fitting and scoring, without imports";
  const table = summary(files, [...own, ...results], [seconds, ...notes]);
  console.log(values.markdown ? toMarkdown(table) : toText(table));
}
