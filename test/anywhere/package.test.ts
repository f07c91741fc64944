// The package as npm installs it, in a project without anything else.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { npm, pack, runIn } from "./fixture.js";

interface Conditions {
  [condition: string]: string | Conditions;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  name: string;
  version: string;
  main: string;
  module: string;
  types: string;
  bin: Record<string, string>;
  exports: Record<string, string | Conditions>;
};
const entries = Object.keys(manifest.exports)
  .filter((path) => path !== "./package.json")
  .map((path) => path.replace(/^\./, "isthmus"));

let folder = "";
let files: string[];
const node = (file: string) => runIn(folder, process.execPath, file);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-package-"));
  writeFileSync(join(folder, "package.json"), '{ "private": true }');
  const tarball = pack(folder);
  files = listTar(gunzipSync(readFileSync(tarball)));
  npm(folder, "install", tarball);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The names of the files in a tar archive, whose headers take 512 bytes. */
function listTar(bytes: Buffer): string[] {
  const names: string[] = [];
  const field = (at: number, length: number) => bytes.toString("utf8", at, at + length).replace(/\0.*$/s, "");
  for (let at = 0; bytes[at] !== 0; ) {
    const [name, prefix] = [field(at, 100), field(at + 345, 155)];
    names.push((prefix ? `${prefix}/${name}` : name).replace(/^package\//, ""));
    const size = Number.parseInt(field(at + 124, 12), 8);
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return names;
}

/** What conditions lead to, in order, by the path to it. */
function targets(conditions: string | Conditions, path: string[] = []): [string[], string][] {
  if (typeof conditions === "string") return [[path, conditions]];
  return Object.entries(conditions).flatMap(([key, value]) => targets(value, [...path, key]));
}

test("holds scripts, their maps, declarations and what a reader wants, and nothing else", () => {
  const wanted = [
    /^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/,
    /^build\/(cjs\/package\.json|.*\.js(\.map)?|.*\.d\.ts)$/,
    // What edge runtimes import.
    /^build\/kernels\.wasm$/,
    // What the command draws pictures with, and the licences of what is bundled.
    /^build\/(\w+\.(ttf|wasm)\.br|THIRD-PARTY\.txt)$/,
    // The pages, which `isthmus playground` serves.
    /^build\/playground\/([\w-]+\/)?[\w-]+\.(html|js|css|svg|png)$/,
    // A map that was trained before.
    /^build\/playground\/trained\/map\.safetensors$/,
  ];
  expect(files.filter((file) => !wanted.some((pattern) => pattern.test(file)))).toEqual([]);
  expect(files.filter((file) => /(^|\/)(test|bench|debug|embedded|site|cli\/)/.test(file))).toEqual([]);
  for (const file of ["README.md", "LICENSE", "CHANGELOG.md"]) expect(files).toContain(file);
});

/** Entries that create engines, which edge runtimes load in another way. */
const ON_THE_EDGE = [".", "./core", "./anomaly", "./import"];

test("every entry leads to files that are there, types first, for import, require and the edge", () => {
  const { main, module, types, bin } = manifest;
  for (const file of [main, module, types, ...Object.values(bin)]) {
    expect(files).toContain(file.replace(/^\.\//, ""));
  }
  for (const [entry, conditions] of Object.entries(manifest.exports)) {
    const found = targets(conditions);
    for (const [, file] of found) expect(files).toContain(file.replace(/^\.\//, ""));
    if (entry === "./package.json") continue;
    const ways = [...(ON_THE_EDGE.includes(entry) ? ["workerd", "edge-light"] : []), "import", "require"];
    expect(found.map(([path]) => path.join(" "))).toEqual(
      ways.flatMap((way) => [`${way} types`, `${way} default`]),
    );
  }
});

test("declarations refer to nothing that is not there", () => {
  const declarations = files.filter((file) => file.endsWith(".d.ts"));
  for (const file of declarations) {
    // The examples of docstrings refer to the package itself.
    const code = readFileSync(join(folder, "node_modules/isthmus", file), "utf8");
    const text = code.replace(/\/\*\*[\s\S]*?\*\//g, "");
    for (const [, path] of text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)) {
      if (!path || path.startsWith("node:")) continue;
      expect(path).toMatch(/^\./);
      expect(files, `${file}: ${path}`).toContain(join(file, "..", path).replace(/\.js$/, ".d.ts"));
    }
  }
});

const PROGRAM = `
  const describe = (name, part) => {
    for (const key of Object.keys(part)) {
      if (all[key] !== undefined && all[key] !== part[key]) throw new Error(name + " has another " + key);
    }
  };
  const train = async ({ Autoencoder, dense }) => {
    const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)], seed: 1,
      engine: { math: "portable", threads: 2 } });
    const { loss } = await model.fit(new Float32Array(400).fill(0.5), { epochs: 3 });
    const bytes = model.toSafetensors();
    await model.dispose();
    const { decodeSafetensors, FormatError, IsthmusError } = all;
    if (decodeSafetensors(bytes).tensors.size !== 4) throw new Error("the file lacks tensors");
    try {
      decodeSafetensors(bytes.subarray(1));
    } catch (error) {
      if (!(error instanceof FormatError && error instanceof IsthmusError)) throw error;
      return loss;
    }
  };
`;

test("import and require give every entry, with the same classes, and train", () => {
  const list = JSON.stringify(entries);
  writeFileSync(
    join(folder, "all.mjs"),
    `import * as all from "isthmus";${PROGRAM}
    for (const name of ${list}) describe(name, await import(name));
    const { loadModel } = await import("isthmus/node");
    const missing = await loadModel("none").catch((error) => error);
    console.log(JSON.stringify([missing instanceof all.ArgumentError, await train(all)]));`,
  );
  writeFileSync(
    join(folder, "all.cjs"),
    `const all = require("isthmus");${PROGRAM}
    for (const name of ${list}) describe(name, require(name));
    require("isthmus/node").loadModel("none").catch(async (error) =>
      console.log(JSON.stringify([error instanceof all.ArgumentError, await train(all)])));`,
  );
  const [imported, required] = [JSON.parse(node("all.mjs")), JSON.parse(node("all.cjs"))];
  expect(imported[0]).toBe(true);
  expect(imported[1]).toHaveLength(3);
  expect(imported[1][2]).toBeLessThan(imported[1][0]);
  expect(required).toEqual(imported);
});

test.each(["mjs", "cjs"])("an uncaught error prints a few short lines, not the package: %s", (type) => {
  const from = type === "mjs" ? 'import { dense } from "isthmus";' : 'const { dense } = require("isthmus");';
  writeFileSync(join(folder, `uncaught.${type}`), `${from}\ndense(-1);`);
  const { stderr, status } = spawnSync(process.execPath, [`uncaught.${type}`], {
    cwd: folder,
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toMatch(/^ArgumentError: units .* -1$/m);
  expect(stderr).toMatch(/^ +at .*uncaught/m);
  expect(stderr.length).toBeLessThan(2000);
  expect(stderr.split("\n").filter((line) => line.length >= 300)).toEqual([]);
});

test("no script has a line that floods a terminal", () => {
  // Node never loads the scripts of the pages, and so never prints their lines.
  const scripts = files.filter((name) => name.endsWith(".js") && !name.startsWith("build/playground/"));
  for (const file of scripts) {
    const lines = readFileSync(join(folder, "node_modules/isthmus", file), "utf8").split("\n");
    const longest = Math.max(...lines.map((line) => line.length));
    // The longest are lists of imports.
    expect(longest, file).toBeLessThan(700);
  }
});

test.each(["mjs", "cjs"])("trains, fails and saves where the built-ins are frozen: %s", (type) => {
  const list = type === "mjs" ? "await import" : "require";
  writeFileSync(
    join(folder, `frozen.${type}`),
    `(async () => {
      if (!Object.isFrozen(Object)) throw new Error("nothing is frozen");
      const all = ${list}("isthmus");
      const { saveModel, loadModel } = ${list}("isthmus/node");
      const { Autoencoder, dense } = all;
      ${PROGRAM}
      const loss = await train(all);
      const model = await Autoencoder.create({ inputSize: 4, encoder: [dense(2)], decoder: [dense(4)] });
      await saveModel("frozen.safetensors", model);
      const { parameterCount } = await loadModel("frozen.safetensors");
      const refusal = await model.fit([[1]]).catch(({ name, code }) => [name, code]);
      console.log(JSON.stringify({ epochs: loss.length, parameterCount, refusal }));
    })();`,
  );
  const printed = runIn(folder, process.execPath, "--no-warnings", "--frozen-intrinsics", `frozen.${type}`);
  expect(JSON.parse(printed)).toEqual({
    epochs: 3,
    parameterCount: 22,
    refusal: ["ShapeError", "ERR_SHAPE"],
  });
});

test("the command is installed, and runs", () => {
  const command = join(folder, "node_modules/.bin/isthmus");
  expect(runIn(folder, command, "--version").trim()).toBe(manifest.version);
  const trained = runIn(folder, command, "train", "spiral", "--epochs", "2", "--out", "model.safetensors");
  expect(trained).toMatch(/loss/i);
  expect(runIn(folder, command, "inspect", "model.safetensors")).toMatch(/encoder/);
  // What it needs beside itself for a report, and for a picture in pixels, was packed.
  const report = ["report", "model.safetensors", "spiral", "--out"];
  runIn(folder, command, ...report, "report.html");
  expect(readFileSync(join(folder, "report.html"), "utf8")).toContain("<svg");
  runIn(folder, command, ...report, "codes.png", "--picture", "codes");
  expect(readFileSync(join(folder, "codes.png")).toString("latin1", 1, 4)).toBe("PNG");
});

const TYPED = `
import { ArgumentError, type AutoencoderOptions, Autoencoder, dense } from "isthmus";
import { Autoencoder as Core, type FitOptions, Matrix } from "isthmus/core";
import { digits, type Spiral, spiral } from "isthmus/datasets";
import { AnomalyDetector, type ThresholdOptions } from "isthmus/anomaly";
import { interpolate, spearman } from "isthmus/latent";
import { decodeIdx, decodeSafetensors, encodeNpy, gunzip } from "isthmus/formats";
import { loadModel, saveModel } from "isthmus/node";

export async function main(): Promise<Float32Array> {
  const options: AutoencoderOptions = { inputSize: 2, encoder: [dense(1, "tanh")], decoder: [dense(2)] };
  const fit: FitOptions = { epochs: 1 };
  // A class is one class, whichever entry it is taken from.
  const model: Core = await Autoencoder.create(options);
  const { points }: Spiral = spiral({ samples: 10 });
  const matrix: Matrix = points;
  await model.fit(matrix, fit);
  const threshold: ThresholdOptions = { contamination: 0.1 };
  const detector: AnomalyDetector = await AnomalyDetector.fit(model, points, threshold);
  await saveModel("model.safetensors", detector);
  const loaded: Autoencoder = await loadModel("model.safetensors");
  const images: Uint8Array = digits({ samples: 1 }).images;
  const path: Matrix = await interpolate(loaded, points.row(0), points.row(1), 3);
  const rank: number = spearman(path.data, path.data);
  const bytes: Uint8Array = encodeNpy(path);
  decodeIdx(await gunzip(bytes));
  decodeSafetensors(bytes).tensors.get("encoder.0.weight");
  const error: ArgumentError = new ArgumentError(String(rank + images.length));
  // @ts-expect-error: the types are not any
  dense("wide");
  throw error;
}
`;

describe("types", () => {
  test.each([
    ["an ES module, node16", "typed.mts", ["--module", "node16"]],
    ["a CommonJS module, node16", "typed.cts", ["--module", "node16"]],
    ["a module for a bundler", "typed.ts", ["--module", "esnext", "--moduleResolution", "bundler"]],
    [
      "a module for an edge runtime",
      "typedEdge.ts",
      ["--module", "esnext", "--moduleResolution", "bundler", "--customConditions", "workerd,worker"],
    ],
  ])("resolve for %s", (_, file, options) => {
    writeFileSync(join(folder, file), TYPED);
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const strict = ["--noEmit", "--strict", "--target", "es2022", "--lib", "es2023,dom"];
    // skipLibCheck stays off: the package's own declarations are checked, too.
    expect(runIn(folder, process.execPath, tsc, ...strict, ...options, file)).toBe("");
  });
});
