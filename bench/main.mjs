/** Runs the parts of the bench that were asked for and prints their tables; see README.md and options.mjs. */
import { accessSync, constants, existsSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { buildBench } from "./build.mjs";
import { assertIdle, describeMachine, machineLines } from "./machine.mjs";
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
import { toMarkdown, toText } from "./table.mjs";

const PARTS = [step, dense, conv, sequence, spiral, gemm, growth, inference, page, start];
/** The table of a part in which no contestant could take part. */
const NOBODY = { columns: ["who"], rows: [["nobody"]] };

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
  const { contestants, notes, failures = [] } = measured;
  const nobody = contestants?.length === 0;
  const tables = nobody
    ? [{ title: part.title, ...NOBODY, notes: [...notes, ...failures] }]
    : part.tables(measured);
  for (const table of tables) console.log(`${print(table)}\n`);
  if (failures.length > 0) process.exitCode = 1;
  return nobody ? undefined : measured;
}

async function run(options, machine) {
  const print = options.markdown ? toMarkdown : toText;
  console.log(`${machineLines(machine).join(options.markdown ? "  \n" : "\n")}\n`);
  if (options.quick) console.log("A quick run: these figures mean nothing.\n");
  /** @type {Record<string, { result: any }>} */
  const measured = {};
  for (const part of PARTS.filter(({ id }) => options.parts.includes(id))) {
    const result = await runPart(part, options, print);
    if (result) measured[part.id] = result;
  }
  const reached = reach(measured);
  console.log(print(reachTable(reached)));
  if (options.json) {
    const { rounds, only, quick, node } = options;
    const report = { machine, settings: { rounds, only, quick, node }, parts: measured, reach: reached };
    writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
  }
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
    const machine = await describeMachine(options.node);
    assertIdle(machine, options);
    return { options, machine };
  } catch (error) {
    console.error(`${error.message}\n\n${USAGE}`);
    process.exit(2);
  }
}

const { options, machine } = await prepare();
if (options.help) console.log(USAGE);
else if (!existsSync(new URL("../build/index.js", import.meta.url))) {
  console.error("build/index.js is not there: run `npm run build` first");
  process.exitCode = 2;
} else {
  await buildBench();
  await run(options, machine);
}
