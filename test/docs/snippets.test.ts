// Every TypeScript snippet of the README and the guides runs as it stands, against the built package under its own
// name, prints what its comments say after an arrow, and type-checks.
import { rmSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectPrinted, printedBy, projectFolder, runSnippet, typeCheck } from "../support/snippets.js";
import { type Block, blocksIn, guides, jobs, nameOf, textOf } from "./guides.js";

const snippets = blocksIn("ts");
const outputs = new Map<Block, string>();
let folder = "";

beforeAll(() => {
  folder = projectFolder("hono");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

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
  const output = runSnippet(folder, `snippet${snippets.indexOf(snippet)}`, snippet.code);
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
  typeCheck(
    folder,
    snippets.map(({ code }) => code),
  );
});
