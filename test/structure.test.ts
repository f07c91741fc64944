// The house keeps its shape: nothing imports upward or in circles, addresses stay in the engine, and no
// file name has two meanings.
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The folders of src from the bottom up; what shares a line does not import each other. */
const FLOORS = [
  ["common"],
  ["math"],
  ["statistics", "formats"],
  ["engine"],
  ["optimizers", "data"],
  ["layers", "codecs"],
  ["network"],
  ["training", "datasets"],
  ["saving"],
  ["autoencoder"],
  ["core.ts"],
  ["anomaly", "latent", "files"],
  ["index.ts", "node.ts", "exchange"],
  ["report"],
  ["playground"],
  ["cli"],
  ["build", "docs"],
] as const;

/** Entries of programs, which every program has, and of folders. */
const SHARED_NAMES = ["index.ts", "main.ts", "worker.ts"];

const files = readdirSync(`${root}/src`, { recursive: true, encoding: "utf8" })
  .map((path) => path.replaceAll("\\", "/"))
  .filter((path) => /\.(ts|mjs)$/.test(path));

/** What a file of src imports from src, types included. */
function importsOf(path: string): string[] {
  const text = readFileSync(`${root}/src/${path}`, "utf8");
  const specifiers = [...text.matchAll(/^(?:import|export)\s[^"']*?["'](\.[^"']+)["'];/gm)].map(
    ([, name]) => name!,
  );
  return specifiers
    .map((name) => normalize(join(dirname(path), name)).replace(/\.js$/, ".ts"))
    .filter((target) => files.includes(target));
}

const graph = new Map(files.map((path) => [path, importsOf(path)]));

/** How high a file lies. */
function floorOf(path: string): number {
  return FLOORS.findIndex((names) => (names as readonly string[]).includes(path.split("/")[0]!));
}

test("every folder has its floor", () => {
  expect(files.length).toBeGreaterThan(150);
  expect(files.filter((path) => floorOf(path) < 0)).toEqual([]);
});

test("nothing imports upward", () => {
  const upward = [...graph].flatMap(([path, targets]) =>
    targets
      .filter((target) => path.split("/")[0] !== target.split("/")[0] && floorOf(target) >= floorOf(path))
      .map((target) => `${path} → ${target}`),
  );
  expect(upward).toEqual([]);
});

test("nothing imports in circles, not even types", () => {
  const state = new Map<string, "open" | "done">();
  const circles: string[] = [];
  const visit = (path: string, way: readonly string[]) => {
    if (state.get(path) === "done") return;
    if (state.get(path) === "open") {
      circles.push([...way.slice(way.indexOf(path)), path].join(" → "));
      return;
    }
    state.set(path, "open");
    for (const target of graph.get(path)!) visit(target, [...way, path]);
    state.set(path, "done");
  };
  for (const path of files) visit(path, []);
  expect(circles).toEqual([]);
});

test("no file name stands for two things", () => {
  const names = files.map((path) => basename(path)).filter((name) => !SHARED_NAMES.includes(name));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});

test("addresses, blocks of memory and sizes in bytes stay in the engine", () => {
  const above = files.filter((path) =>
    /^(optimizers|data|layers|network|training|saving|autoencoder|anomaly)\//.test(path),
  );
  expect(above.length).toBeGreaterThan(70);
  const leaks = above.flatMap((path) => {
    const text = readFileSync(`${root}/src/${path}`, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    return [
      ...text.matchAll(/\.address\b|\bAddress\b|\bBlock\b|engine\/memory|\.memory\b|\.kernels\b|\* [48]\b/g),
    ].map(([found]) => `${path}: ${found}`);
  });
  expect(leaks).toEqual([]);
});
