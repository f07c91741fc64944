// Other versions of Node than the one that runs the tests, and programs that run on them.
import { execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter } from "node:path";
import { fileURLToPath } from "node:url";

/** A Node to run programs on. */
export interface NodeBinary {
  readonly path: string;
  readonly version: string;
  readonly major: number;
}

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * This Node, the one of the npm package `node` where that is installed, and those whose paths the environment
 * variable ISTHMUS_NODES lists, as PATH lists folders.
 */
const nodes: NodeBinary[] = [
  process.execPath,
  `${root}/node_modules/node/bin/node`,
  ...(process.env.ISTHMUS_NODES ?? "").split(delimiter).filter((path) => path !== ""),
]
  .filter((path) => existsSync(path))
  .map((path) => {
    const version = execFileSync(path, ["-p", "process.versions.node"], { encoding: "utf8" }).trim();
    return { path, version, major: Number(version.split(".")[0]) };
  });

/** Those whose major version is as wanted, newest first, one of each version. */
export function nodesWhere(wanted: (major: number) => boolean): NodeBinary[] {
  const versions = new Map(nodes.map((node) => [node.version, node]));
  return [...versions.values()].filter(({ major }) => wanted(major)).toSorted((a, b) => b.major - a.major);
}

/** How a program ended. */
export interface ProgramEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** Runs test/support/programs/`name`.mjs, which uses the built library. */
export function runProgram(
  name: string,
  args: readonly string[] = [],
  node = process.execPath,
  flags: string[] = [],
) {
  const program = fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
  return new Promise<ProgramEnd>((resolve, reject) => {
    const child = spawn(node, [...flags, program, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 60_000,
    });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What a program that ends well prints, as JSON. */
export async function resultOf<T>(...run: Parameters<typeof runProgram>): Promise<T> {
  const { code, signal, stdout, stderr } = await runProgram(...run);
  if (code !== 0) throw new Error(`${run[0]} ended with ${code ?? signal}: ${stderr}`);
  return JSON.parse(stdout) as T;
}
