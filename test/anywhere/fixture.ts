import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const here = fileURLToPath(new URL(".", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Whether the bundlers and runtimes are there: `npm ci` in this folder installs them. */
export const installed = existsSync(join(here, "node_modules"));
/** What tests that need them are called where they are not. */
export const unlessInstalled = installed ? "" : " (skipped: run npm ci in test/anywhere first)";

/** No colours, and no word of newer versions of the tools. */
const PLAIN = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", BROWSERSLIST_IGNORE_OLD_DATA: "1" };

/** Runs npm, quietly and without the network. */
export function npm(folder: string, ...args: string[]): string {
  const quiet = ["--offline", "--no-audit", "--no-fund", "--loglevel=error"];
  return execFileSync("npm", [...args, ...quiet], {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs a command in a folder, without any input, and gives what it prints. Expects success, and no complaints. */
export function runIn(folder: string, command: string, ...args: string[]): string {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    env: { ...process.env, ...PLAIN },
  });
  if (status !== 0 || stderr !== "")
    throw new Error(`${command} ${args.join(" ")} ended with ${status ?? signal}: ${stderr}${stdout}`);
  return stdout;
}

/** Starts a program that serves, says at which URL, and ends with its input. */
export async function serveWith(
  program: string,
  ...args: string[]
): Promise<{ url: string; close(): Promise<void> }> {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [line] = await Promise.race([once(child.stdout, "data"), ended]);
  return {
    url: String(line).trim(),
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Packs the built package into `folder`; the path of the file. */
export function pack(folder: string): string {
  const [{ filename }] = JSON.parse(
    npm(root, "pack", "--json", "--ignore-scripts", "--pack-destination", folder),
  );
  return join(folder, filename);
}

/** What the portable run gives. */
export interface PortableResult {
  /** Hashes by model. */
  bits: Record<string, string>;
  /** Threads that were in force. */
  threads: number;
}

/** A folder with the pages and programs of fixture/ in which the packed package was installed. */
export class Fixture {
  readonly folder = mkdtempSync(join(tmpdir(), "isthmus-anywhere-"));
  readonly tarball: string;

  constructor() {
    cpSync(join(here, "fixture"), this.folder, { recursive: true });
    this.tarball = pack(this.folder);
    npm(this.folder, "install", "--no-save", this.tarball);
  }

  /** Runs a command in the folder and gives what it prints. */
  run(command: string, ...args: string[]): string {
    return runIn(this.folder, command, ...args);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
