import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll } from "vitest";

export { until } from "../support/until.js";

const cli = fileURLToPath(new URL("../../build/cli.js", import.meta.url));

/** How a run of the command ended. */
export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A run that goes on: its process, its output so far, and its end. */
export interface Running {
  child: ChildProcess;
  output: { stdout: string; stderr: string };
  ended: Promise<Ended>;
}

/** The tests may run under npm; the command does not. */
const { npm_lifecycle_event: _, ...env } = process.env;

/** A folder of the test file's own, and the built command running in it. */
export function inFolder() {
  let folder = "";
  beforeAll(() => {
    if (!existsSync(cli)) throw new Error("build/cli.js is missing: run `npm run build` first");
    folder = mkdtempSync(join(tmpdir(), "isthmus-cli-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function startOn(node: string, flags: readonly string[], args: readonly string[]): Running {
    const child = spawn(node, [...flags, cli, ...args], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const output = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => {
      output.stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output.stderr += chunk;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve({ code, signal, ...output }));
    });
    return { child, output, ended };
  }

  const start = (...args: string[]) => startOn(process.execPath, [], args);
  return {
    start,
    /** Starts it with a module of test/support/programs loaded before. */
    startWith: (module: string, ...args: string[]) =>
      startOn(
        process.execPath,
        ["--import", String(new URL(`../support/programs/${module}`, import.meta.url))],
        args,
      ),
    run: (...args: string[]) => start(...args).ended,
    /** Runs it on another Node. */
    runOn: (node: string, ...args: string[]) => startOn(node, [], args).ended,
    path: (name: string) => join(folder, name),
    get folder() {
      return folder;
    },
  };
}

/** The events of `--json` output. */
export function events(stdout: string): Record<string, unknown>[] {
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
