// Every @example of a docstring runs as it stands, against the built package, and prints what its comments say.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectFolder, runSnippet, typeCheck } from "./support/snippets.js";

const root = fileURLToPath(new URL("..", import.meta.url));

interface Example {
  /** The documented class, method or function. */
  readonly name: string;
  readonly file: string;
  readonly code: string;
}

/** The examples in a file's docstrings. */
function examplesOf(file: string): Example[] {
  const text = readFileSync(join(root, "src", file), "utf8");
  const docstrings = text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*?@example(?:(?!\*\/)[\s\S])*)\*\/\s*(?:(?:export|static|async|function|class)\s+)*(\w+)/g,
  );
  return [...docstrings].flatMap(([, comment, name]) => {
    const lines = comment!.replace(/^ *\* ?/gm, "");
    const blocks = lines.matchAll(/@example\n```ts\n([\s\S]*?)```/g);
    return [...blocks].map(([, code]) => ({ name: name!, file, code: code! }));
  });
}

/** Those of `isthmus/data` are run by data/examples.test.ts. */
const ELSEWHERE = /^(data\/|formats\/readTable\.ts)/;
const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" }).filter(
  (path) => !ELSEWHERE.test(path.replaceAll("\\", "/")),
);
const examples = files.filter((path) => path.endsWith(".ts")).flatMap(examplesOf);

let folder = "";
beforeAll(() => {
  folder = projectFolder();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the names that people use most have examples", () => {
  const names = [
    "AnomalyDetector",
    "decodeSamples",
    "digits",
    "fit",
    "inspectModel",
    "loadModel",
    "loadSamples",
    "saveModel",
    "spiral",
    "streamCsv",
  ];
  expect(names.filter((name) => !examples.some((example) => example.name === name))).toEqual([]);
  const written = files
    .filter((path) => path.endsWith(".ts"))
    .reduce(
      (count, path) => count + readFileSync(join(root, "src", path), "utf8").split("@example").length - 1,
      0,
    );
  expect(examples, "an @example that this test does not find").toHaveLength(written);
});

test.each(examples.map((example) => [`${example.name} in ${example.file}`, example] as const))(
  "the example of %s runs",
  (_, { name, code }) => {
    const index = examples.findIndex((example) => example.code === code);
    const output = runSnippet(folder, `${name}${index}`, code);
    const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text);
    for (const text of expected) expect(output.split("\n")).toContain(text);
    expect(output).not.toMatch(/NaN|undefined/);
  },
);

test("the examples type-check", { timeout: 120_000 }, () => {
  typeCheck(
    folder,
    examples.map(({ code }) => code),
  );
});
