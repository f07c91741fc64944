/** What was measured as text: tables by part, the goals, and the place of all that in a file. */
import { readFileSync, writeFileSync } from "node:fs";
import { machineLines } from "./machine.mjs";
import { reach, reachTable } from "./reach.mjs";
import { toMarkdown, toText } from "./table.mjs";

/** Between these lines of a file stands what `--write` replaces. */
const MARKS = { start: "<!-- bench: written by --write -->", end: "<!-- bench: end -->" };
/** The table of a part in which no contestant could take part. */
const NOBODY = { columns: ["who"], rows: [["nobody"]] };

/**
 * @typedef {{ machine: any, settings: any, parts: Record<string, any> }} Run one run of the bench, as `--json` writes it
 */

/**
 * The tables of a measured part.
 *
 * @param {{ title: string, tables: (measured: any) => import("./table.mjs").Table[] }} part
 * @param {any} measured
 * @returns {import("./table.mjs").Table[]}
 */
export function partTables(part, measured) {
  const { contestants, notes = [], failures = [] } = measured;
  if (contestants?.length === 0) return [{ title: part.title, ...NOBODY, notes: [...notes, ...failures] }];
  return part.tables(measured);
}

/** Where and when a run was measured, and with which options; `parts` are named where there are other runs, too. */
export function headLines({ machine, settings }, parts) {
  const { rounds, only = [], quick } = settings;
  const how = `${rounds} round(s)${only.length > 0 ? `, only ${only.join(", ")}` : ""}.`;
  const lines = [...machineLines(machine), how];
  if (parts) lines.unshift(`Parts ${parts.join(", ")}:`);
  return quick ? [...lines, "A quick run: these figures mean nothing."] : lines;
}

/**
 * The results of several runs together: of each part, those of the last run that has it.
 *
 * @param {readonly Run[]} runs
 */
export function together(runs) {
  const parts = Object.assign({}, ...runs.map((run) => run.parts));
  const heads = runs.map((run) => ({
    run,
    ids: Object.keys(run.parts).filter((id) => parts[id] === run.parts[id]),
  }));
  return { parts, heads: heads.filter(({ ids }) => ids.length > 0) };
}

/**
 * All of it as text.
 *
 * @param {readonly Run[]} runs
 * @param {readonly any[]} known the parts that there are, in their order
 * @param {"text" | "markdown"} form
 */
export function reportOf(runs, known, form) {
  const print = form === "markdown" ? toMarkdown : toText;
  const { parts, heads } = together(runs);
  const several = heads.length > 1;
  const head = heads.map(({ run, ids }) =>
    headLines(run, several ? ids : undefined).join(form === "markdown" ? "  \n" : "\n"),
  );
  const there = known.filter(({ id }) => parts[id]);
  const tables = there.flatMap((part) => partTables(part, parts[part.id])).map(print);
  return [...head, ...tables, print(reachTable(reach(parts)))].join("\n\n");
}

/**
 * @param {string} text a file's
 * @param {string} path for the message
 * @throws {Error} where the lines are missing that --write writes between
 */
function place(text, path) {
  const start = text.indexOf(MARKS.start);
  const end = text.indexOf(MARKS.end);
  if (start < 0 || end < start) {
    throw new Error(`--write: ${path} has no lines "${MARKS.start}" and "${MARKS.end}" to write between`);
  }
  return { before: text.slice(0, start + MARKS.start.length), after: text.slice(end) };
}

/** @throws {Error} if `writeReport` could not write to this file */
export function assertReportFile(path) {
  place(readFileSync(path, "utf8"), path);
}

/** Replaces what stands between the two lines of a file. */
export function writeReport(path, report) {
  const { before, after } = place(readFileSync(path, "utf8"), path);
  writeFileSync(path, `${before}\n\n${report}\n\n${after}`);
}
