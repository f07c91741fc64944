// Every TypeScript snippet of the README is run as it stands, against the built package under its own name.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transformSync } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const snippets = [...readme.matchAll(/^```ts\n(.*?)^```/gms)].map(([, code]) => code!);
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-readme-"));
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(root, join(folder, "node_modules", "isthmus"), "dir");
  symlinkSync(join(root, "node_modules/hono"), join(folder, "node_modules", "hono"), "dir");
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a snippet and gives what it prints. */
function run(code: string, name: string): string {
  const file = join(folder, name);
  writeFileSync(file, transformSync(code, { loader: "ts", format: "esm" }).code);
  return execFileSync(process.execPath, [file], { cwd: folder, encoding: "utf8", timeout: 60_000 });
}

test("there are snippets", () => {
  expect(snippets.length).toBeGreaterThanOrEqual(4);
});

test.each(snippets.map((code, index) => [index + 1, code]))("snippet %i runs", (index, code) => {
  const output = run(code as string, `snippet${index}.mjs`);
  expect(output).not.toBe("");
  expect(output).not.toMatch(/NaN|undefined/);
});

test("the server and the stream of the README tell anomalies from the rest", () => {
  const outputs = snippets.flatMap((code, index) =>
    /Hono|TransformStream/.test(code) ? [run(code, `anomalies${index}.mjs`)] : [],
  );
  expect(outputs).toHaveLength(2);
  expect(outputs[0]).toMatch(
    /^200 \{\s+anomalous: \[ 0, 1 \],\s+scores: \[ 0\.\d+, \d+\.\d+ \]\s+\}\n400 \{/,
  );
  expect(outputs[0]).toContain("row 0 of samples has 1 columns");
  expect(outputs[1]).toBe("[ 0.5, 0.5 ] false\n[ 9, 9 ] true\n[ 0.4, 0.5 ] false\n");
});

test("each snippet type-checks", { timeout: 120_000 }, () => {
  snippets.forEach((code, index) => {
    writeFileSync(join(folder, `snippet${index + 1}.mts`), code);
  });
  const options = [
    "--noEmit",
    "--strict",
    "--module",
    "node16",
    "--moduleResolution",
    "node16",
    "--target",
    "es2022",
  ];
  const files = snippets.map((_, index) => join(folder, `snippet${index + 1}.mts`));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const types = ["--skipLibCheck", "--types", "node", "--typeRoots", join(root, "node_modules/@types")];
  execFileSync(process.execPath, [tsc, ...options, ...types, ...files], { cwd: folder, stdio: "pipe" });
});
