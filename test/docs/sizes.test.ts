// What the guide "Pages and servers" says that each entry weighs.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { root, textOf } from "./guides.js";

const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  exports: Record<string, { import: { default: string } }>;
};
const table = [...textOf("src/docs/pages-and-servers.md").matchAll(/^\| `([^`]+)` \|.*\| (\d+) \|$/gm)];
const stated = new Map(table.map(([, entry, kilobytes]) => [entry!, Number(kilobytes)]));

/** The most files that a program or page loads of an entry: each costs half a millisecond, or a request. */
const MOST_FILES: Record<string, number> = { ".": 7, "./core": 4, "./anomaly": 5 };

/** The most that `isthmus/core` may weigh, in kB: what it weighs today, rounded up. */
const MOST_OF_CORE = 93;

/** What a page loads of an entry before it does anything: bundled, minified and gzipped, in kB. */
async function weight(file: string): Promise<number> {
  const { outputFiles, metafile } = await build({
    entryPoints: [file],
    absWorkingDir: root,
    bundle: true,
    minify: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    external: ["node:*"],
    outdir: "out",
    metafile: true,
    write: false,
    logLevel: "error",
  });
  const [first] = Object.keys(metafile.outputs).filter((path) => metafile.outputs[path]!.entryPoint === file);
  const loaded = new Set([first!]);
  for (const path of loaded) {
    for (const { path: next, kind, external } of metafile.outputs[path]!.imports) {
      if (kind === "import-statement" && !external) loaded.add(next);
    }
  }
  const contents = [...loaded].map(
    (path) => outputFiles.find((one) => one.path === join(root, path))!.contents,
  );
  return gzipSync(Buffer.concat(contents), { level: 9 }).length / 1000;
}

const entries = Object.keys(exports).filter((path) => path !== "./package.json");

test.each(entries)("%s", async (path) => {
  const name = path.replace(".", "isthmus");
  const file = exports[path]!.import.default.replace("./", "");
  const empty = Object.keys(await import(join(root, file))).length === 0;
  if (empty) expect(stated.has(name), "an entry without exports needs no weight").toBe(false);
  else {
    const kilobytes = await weight(file);
    expect(Math.abs(stated.get(name)! - kilobytes), `${name} weighs ${kilobytes} kB`).toBeLessThan(
      Math.max(1, 0.03 * kilobytes),
    );
  }
});

test("the single script", () => {
  const kilobytes = gzipSync(readFileSync(join(root, "build/isthmus.global.js")), { level: 9 }).length / 1000;
  expect(Math.abs(stated.get("build/isthmus.global.js")! - kilobytes)).toBeLessThan(2);
});

test("isthmus/core does not grow", async () => {
  expect(await weight(exports["./core"]!.import.default.replace("./", ""))).toBeLessThan(MOST_OF_CORE);
});

test.each(Object.entries(MOST_FILES))("%s loads at most %i files", (path, most) => {
  const loaded = new Set([join(root, exports[path]!.import.default)]);
  for (const file of loaded) {
    for (const [, next] of readFileSync(file, "utf8").matchAll(/\b(?:from|import)\s*"(\.[^"]+)"/g)) {
      loaded.add(join(dirname(file), next!));
    }
  }
  expect(loaded.size).toBeGreaterThan(2);
  expect(loaded.size).toBeLessThanOrEqual(most);
});
