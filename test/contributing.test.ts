// CONTRIBUTING.md stays true: what it names is there, and its map leaves no folder out.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const text = readFileSync(`${root}/CONTRIBUTING.md`, "utf8");
const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, "utf8")) as { scripts: object };

test("its scripts exist", () => {
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test("its files and folders exist", () => {
  const paths = [...text.matchAll(/\b(?:assembly|src|test|bench|\.github)\/[\w./-]*\w/g)].map(
    ([path]) => path,
  );
  expect(paths.length).toBeGreaterThan(20);
  expect(paths.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
});

test("the map names every folder of src", () => {
  const folders = readdirSync(`${root}/src`, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(folders.map(({ name }) => name).filter((name) => !text.includes(`\`src/${name}/\``))).toEqual([]);
});
