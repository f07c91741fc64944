import { readdir, stat } from "node:fs/promises";
import { createInterface } from "node:readline/promises";
import { printable } from "../common/printable.js";
import { IsthmusError } from "../index.js";

/** The exit code of a command that Ctrl-C ended. */
const EXIT_SIGINT = 130;

let forced = false;

/** Whether `--force` was given: existing files are then replaced without a question. */
export function setForce(force: boolean): void {
  forced = force;
}

/**
 * Asks, on a terminal, before files or folders with contents are replaced. Without a terminal there is nobody to ask, and
 * scripts rely on being able to write their files again.
 *
 * @throws {IsthmusError} of code `ERR_FILE` if the answer is no
 */
export async function confirmReplacing(paths: readonly string[]): Promise<void> {
  if (forced || !process.stdin.isTTY || !process.stderr.isTTY) return;
  const there: string[] = [];
  for (const path of paths) if (await hasContents(path)) there.push(path);
  if (there.length === 0) return;
  const names = there.map(printable).join(" and ");
  const [exist, them] = there.length === 1 ? ["exists", "it"] : ["exist", "them"];
  const answer = await ask(`${names} ${exist}. Replace ${them}? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new IsthmusError("ERR_FILE", `${names} ${exist} and nothing was written; --force replaces ${them}`);
}

/** Whether there is something to lose: a file, or a folder with files in it. */
async function hasContents(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return (await readdir(path).catch(() => [])).length > 0;
  return found?.isFile() ?? false;
}

/** An end of input means no. */
async function ask(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await new Promise<string>((resolve) => {
      lines.on("SIGINT", () => process.exit(EXIT_SIGINT)).on("close", () => resolve(""));
      void lines.question(question).then(resolve);
    });
  } finally {
    lines.close();
  }
}
