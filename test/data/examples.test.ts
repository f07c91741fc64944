// The examples in the docstrings of `isthmus/data` print what their comments say.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { transformSync } from "esbuild";
import { expect, test } from "vitest";
import * as data from "../../src/data/index.js";

const root = fileURLToPath(new URL("../../src/", import.meta.url));
const FILES = [
  "formats/readTable.ts",
  ...[
    "tablePreprocessor",
    "timeOrder",
    "windows",
    "pointScores",
    "joinWindows",
    "seriesOrder",
    "seriesPreprocessor",
    "preprocessorOf",
  ].map((name) => `data/${name}.ts`),
];

const examples = FILES.flatMap((file) => {
  const text = readFileSync(root + file, "utf8");
  return [...text.matchAll(/@example\n((?: \* (?!@).*\n| \*\n(?! \* @))*)/g)].map(
    ([, lines]): [string, string] => [file, lines!.replaceAll(/^ \* ?/gm, "").split("\n\n")[0]!],
  );
});

/** What is compared: words and numbers, without the brackets and quotes of either, and the types of arrays. */
const essence = (text: string) =>
  (text.replaceAll(/\w+Array\(\d+\)/g, "").match(/[\w.=]+/g) ?? [])
    .filter((word) => word !== "then")
    .join(" ");

test("every public function and class of its own has one", () => {
  expect(examples.length).toBeGreaterThanOrEqual(7);
});

test.each(examples)("an example of %s prints what it says", async (_, code) => {
  const printed: string[] = [];
  const log = (...values: unknown[]) =>
    printed.push(values.map((value) => (typeof value === "string" ? value : inspect(value))).join(" "));
  const names = Object.keys(data);
  const js = transformSync(`async function run() {\n${code}\n}\nreturn run();`, {
    loader: "ts",
    target: "es2022",
    supported: { "top-level-await": true },
  });
  await new Function("console", ...names, js.code)({ log }, ...Object.values(data));
  const said = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, comment]) => essence(comment!));
  expect(printed.length).toBeGreaterThan(0);
  expect(essence(printed.join(" "))).toContain(said.join(" "));
});
