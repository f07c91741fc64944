/** The bench's command line. */
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { contestantIds } from "./contestants.mjs";

export const USAGE = `npm run bench -- [options]

  --part LIST     of step, dense, conv, sequence, spiral, gemm, growth, inference, page, start; default all
  --only LIST     contestants that take part, such as fast,turbo@2,torch (any unknown name lists them); default all
  --beside DIR    another checkout, built with \`npm run build\`: its Isthmus takes part, too, as fast~ and so on
  --rounds N      turns that each contestant has; default 7
  --rows N        the most rows that an epoch of growth has, such as 1e6; default 1e7, a temporary file of 7.8 GB
  --node PATH     the Node that runs the JavaScript contestants; default this one
  --quick         as little as shows that everything works; the figures mean nothing
  --json FILE     writes everything that was measured
  --markdown      prints the tables as Markdown
  --write FILE    writes all tables between two marked lines of a Markdown file: bench/README.md
  --from FILES    measures nothing, but prints or writes what --json has written: of each part, the last file that has it
  --install DIR   first installs today's peers: a Python environment in DIR, and npm packages in bench/peers
  --anyway        writes tables (--json, --markdown, --write) even if others use the machine
  --help`;

const OPTIONS = /** @type {const} */ ({
  part: { type: "string" },
  only: { type: "string", default: "" },
  rounds: { type: "string" },
  beside: { type: "string" },
  rows: { type: "string", default: "1e7" },
  node: { type: "string", default: process.execPath },
  quick: { type: "boolean", default: false },
  json: { type: "string" },
  write: { type: "string" },
  from: { type: "string", default: "" },
  install: { type: "string" },
  markdown: { type: "boolean", default: false },
  anyway: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
});

const list = (text) => text.split(",").filter((word) => word !== "");

/**
 * @param {string[]} args
 * @param {readonly string[]} parts names that `--part` may give
 * @returns {{ parts: readonly string[], only: string[], rounds: number, rows: number, threads: number, node: string, quick: boolean,
 *   markdown: boolean, anyway: boolean, help: boolean, from: string[], beside?: string, json?: string, write?: string, install?: string }}
 * @throws {RangeError | TypeError} for what cannot be understood
 */
export function readOptions(args, parts) {
  /** @type {{ values: any }} */
  const { values } = parseArgs({ args, options: OPTIONS });
  const threads = availableParallelism();
  const chosen = values.part === undefined ? parts : list(values.part);
  const only = list(values.only);
  if (chosen.length === 0) throw new RangeError("--part: got none, wanted at least one");
  refuseUnknown("--part", chosen, parts);
  refuseUnknown("--only", only, contestantIds(threads));
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new RangeError(`--rounds: got ${values.rounds}, wanted a whole number of at least 1`);
  }
  const rows = Number(values.rows);
  if (!(rows >= 1)) throw new RangeError(`--rows: got ${values.rows}, wanted a number of at least 1`);
  const beside = values.beside && resolve(values.beside);
  return { ...values, rows, beside, from: list(values.from), parts: chosen, only, rounds, threads };
}

function refuseUnknown(option, given, known) {
  const unknown = given.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new RangeError(`${option}: got ${unknown.join(", ")}, wanted some of ${known.join(", ")}`);
  }
}
