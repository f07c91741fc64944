// Every TypeScript snippet of the README and the guides runs as it stands, against the built package under its own
// name, prints what its comments say after an arrow, and type-checks.
import { execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectPrinted, printedBy } from "../support/snippets.js";
import { type Block, blocksIn, guides, jobs, nameOf, projectFolder, root, textOf } from "./guides.js";

const snippets = blocksIn("ts");
const outputs = new Map<Block, string>();
let folder = "";

beforeAll(() => {
  folder = projectFolder("hono");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a snippet and gives what it prints. */
function run(snippet: Block): string {
  const file = join(folder, `snippet${snippets.indexOf(snippet)}.mjs`);
  writeFileSync(file, transformSync(snippet.code, { loader: "ts", format: "esm" }).code);
  return execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8", timeout: 60_000 });
}

test("every guide begins with a snippet that runs", () => {
  for (const guide of guides) {
    const first = /^```(\w+)$/m.exec(textOf(guide))?.[1];
    expect(["ts", "sh"], `${guide} begins with ${first}`).toContain(first);
  }
  expect(snippets.length).toBeGreaterThanOrEqual(20);
  expect(snippets.flatMap(({ code }) => printedBy(code)).length).toBeGreaterThanOrEqual(20);
});

/** The README's jobs are run from a packed install, by anywhere/jobs.test.ts. */
const jobSnippets = new Set(jobs.flatMap(({ blocks }) => blocks.map(({ code }) => code)));
const here = snippets.filter(({ code }) => !jobSnippets.has(code));

test.each(here.map((snippet) => [nameOf(snippet), snippet] as const))("%s runs", (_, snippet) => {
  const output = run(snippet);
  outputs.set(snippet, output);
  expectPrinted(output, snippet.code);
});

test("the server and the stream tell anomalies from the rest", () => {
  const found = snippets.filter(({ code }) => /Hono|TransformStream/.test(code));
  const [served, streamed] = found.map((snippet) => outputs.get(snippet));
  expect(found).toHaveLength(2);
  expect(served).toMatch(/^200 \{\s+anomalous: \[ 0, 1 \],\s+scores: \[ 0\.\d+, \d+\.\d+ \]\s+\}\n400 \{/);
  expect(served).toContain("row 0 of samples has 1 columns");
  expect(streamed).toBe("[ 0.5, 0.5 ] false\n[ 9, 9 ] true\n[ 0.4, 0.5 ] false\n");
});

test("each snippet type-checks", { timeout: 120_000 }, () => {
  const files = snippets.map((snippet, index) => {
    const file = join(folder, `snippet${index}.mts`);
    writeFileSync(file, snippet.code);
    return file;
  });
  const options = "--noEmit --strict --module node16 --moduleResolution node16 --target es2022";
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = ["--skipLibCheck", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  execFileSync(process.execPath, [tsc, ...options.split(" "), ...types, ...files], {
    cwd: folder,
    stdio: "pipe",
  });
});
