/** Runs the parts of the bench that were asked for and prints their tables; see README.md and options.mjs. */
import { accessSync, constants, existsSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { buildBench } from "./build.mjs";
import { openCalm } from "./calm.mjs";
import { installPeers } from "./install.mjs";
import { assertIdle, describeMachine } from "./machine.mjs";
import { readOptions, USAGE } from "./options.mjs";
import * as conv from "./parts/conv.mjs";
import * as dense from "./parts/dense.mjs";
import * as gemm from "./parts/gemm.mjs";
import * as growth from "./parts/growth.mjs";
import * as inference from "./parts/inference.mjs";
import * as page from "./parts/page.mjs";
import * as sequence from "./parts/sequence.mjs";
import * as spiral from "./parts/spiral.mjs";
import * as start from "./parts/start.mjs";
import * as step from "./parts/step.mjs";
import { reach, reachTable } from "./reach.mjs";
import { assertReportFile, headLines, partTables, reportOf, writeReport } from "./report.mjs";
import { toMarkdown, toText } from "./table.mjs";

const PARTS = [step, dense, conv, sequence, spiral, gemm, growth, inference, page, start];

/** Progress goes to stderr, so that stdout holds the tables alone. */
function say(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}

/** Measures one part and prints its tables; what goes wrong ends neither the others nor the report. */
async function runPart(part, options, print) {
  let measured;
  try {
    measured = await part.measure({ ...options, say });
  } catch (error) {
    say("");
    console.error(error);
    process.exitCode = 1;
    return undefined;
  }
  say("");
  for (const table of partTables(part, measured)) console.log(`${print(table)}\n`);
  if (measured.failures?.length > 0) process.exitCode = 1;
  return measured.contestants?.length === 0 ? undefined : measured;
}

/** Measures all parts, and prints each as soon as it is done. */
async function measureAll(options, machine) {
  const print = options.markdown ? toMarkdown : toText;
  const { rounds, only, quick, node, rows, beside } = options;
  const settings = { rounds, only, quick, node, rows, beside };
  console.log(`${headLines({ machine, settings }).join(options.markdown ? "  \n" : "\n")}\n`);
  const opened = quick ? undefined : await openCalm(Math.min(2, options.threads));
  /** @type {Record<string, any>} */
  const parts = {};
  for (const part of PARTS.filter(({ id }) => options.parts.includes(id))) {
    const measured = await runPart(part, { ...options, calm: opened?.calm }, print);
    if (measured) parts[part.id] = measured;
  }
  await opened?.close();
  const reached = reach(parts);
  console.log(print(reachTable(reached)));
  const run = { machine, settings, parts, reach: reached };
  if (options.json) writeFileSync(options.json, `${JSON.stringify(run, null, 2)}\n`);
  // As it would be read again.
  return JSON.parse(JSON.stringify(run));
}

/** Options, and the machine as the chosen Node sees it; what is wrong with them ends the program. */
async function prepare() {
  try {
    const options = readOptions(
      process.argv.slice(2),
      PARTS.map(({ id }) => id),
    );
    if (options.help) return { options };
    if (options.json) accessSync(dirname(resolve(options.json)), constants.W_OK);
    if (options.write) assertReportFile(options.write);
    if (options.from.length > 0) {
      return { options, runs: options.from.map((path) => JSON.parse(readFileSync(path, "utf8"))) };
    }
    if (options.beside) accessSync(join(options.beside, "build/index.js"), constants.R_OK);
    if (options.install) {
      const python = installPeers(resolve(options.install));
      process.env.PYTHON = [python, process.env.PYTHON].filter(Boolean).join(delimiter);
    }
    const machine = await describeMachine(options.node);
    assertIdle(machine, options);
    return { options, machine };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { options, machine, runs } = await prepare();
if (options.help) console.log(USAGE);
else if (runs) {
  console.log(reportOf(runs, PARTS, options.markdown ? "markdown" : "text"));
  if (options.write) writeReport(options.write, reportOf(runs, PARTS, "markdown"));
} else if (!existsSync(new URL("../build/index.js", import.meta.url))) {
  console.error("build/index.js is not there: run `npm run build` first");
  process.exitCode = 2;
} else {
  await buildBench();
  if (options.beside) await buildBench(options.beside);
  const run = await measureAll(options, machine);
  if (options.write) writeReport(options.write, reportOf([run], PARTS, "markdown"));
}
