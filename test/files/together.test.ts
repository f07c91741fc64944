import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, test } from "vitest";

const program = new URL("../support/programs/save.mjs", import.meta.url);
const TIMES = 60;
let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-together-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the program on a thread of this process. */
function onThread(how: string): Promise<void> {
  const worker = new Worker(program, { workerData: [join(folder, "x"), TIMES, how], stdout: true });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`ended with ${code}`))));
  });
}

test.each([
  ["two threads", ["import", "import"]],
  ["the copies of import and of require", ["import", "require"]],
  ["four threads with both copies", ["import", "require", "import", "require"]],
])("%s save to one file without getting in each other's way", async (_, hows) => {
  await Promise.all(hows.map(onThread));
  const lines = readFileSync(join(folder, "x"), "utf8").trimEnd().split("\n");
  expect(lines).toHaveLength(100);
  expect(new Set(lines).size).toBe(1);
  expect(lines[0]).toMatch(new RegExp(`^(import|require) ${TIMES - 1}$`));
  expect(readdirSync(folder)).toEqual(["x"]);
});
