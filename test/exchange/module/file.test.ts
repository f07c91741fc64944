// The file that an export makes: small, the same every time, readable by tools, and refused where it would be wrong.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { TablePreprocessor, tableFromRecords } from "../../../src/data/index.js";
import { exportModule } from "../../../src/exchange/module/exportModule.js";
import { narrowed } from "../../../src/exchange/module/narrowed.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  dense,
  detectAnomalies,
  StateError,
} from "../../../src/index.js";
import { values } from "../../support/models.js";
import { type DetectorModule, imported, textOf } from "./imported.js";

const ENGINE = { threads: 1, math: "portable" } as const;
let model: Autoencoder;
let detector: AnomalyDetector;

beforeAll(async () => {
  model = await Autoencoder.create({
    inputSize: 32,
    encoder: [dense(16, "relu"), dense(4)],
    decoder: [dense(16, "relu"), dense(32)],
    scaling: "standard",
    seed: 1,
    engine: ENGINE,
  });
  const samples = values(200, 32);
  await model.fit(samples, { epochs: 2 });
  detector = await AnomalyDetector.fit(model, samples);
});
afterAll(() => model?.dispose());

/** The size of a module, gzipped, without its blocks of numbers. */
function bareSize(text: string): number {
  return gzipSync(text.replace(/`\n[\w+/=\n]+\n`/g, '""')).length;
}

test("a detector of 32 columns takes 3 kB beside its weights, gzipped; an ensemble of 32 takes 12 kB", async () => {
  expect(bareSize(textOf(exportModule(detector)))).toBeLessThan(3_000);
  const { detector: ensemble } = await detectAnomalies(values(60, 32), {
    inputSize: 32,
    steps: 5,
    engine: ENGINE,
  });
  expect(bareSize(textOf(exportModule(ensemble)))).toBeLessThan(12_000);
  await ensemble.dispose();
});

test("the same model gives the same file, which imports nothing", () => {
  const text = textOf(exportModule(detector));
  expect(textOf(exportModule(detector))).toBe(text);
  expect(text).not.toMatch(
    /^import |\bimport\(|\brequire\b|\bWebAssembly\b|\beval\b|\bFunction\(|\bprocess\b|undefined\(/m,
  );
  expect(text).not.toMatch(/\bgelu\b|\bconvolve\b|\blstm\b|\bMissingValues\b/);
  // Nothing floods a terminal or an editor.
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThan(300);
});

test.each([
  ["f16", 2 ** -11],
  ["bf16", 2 ** -8],
] as const)("weights in %s take half the room, and the difference is told", async (weights, unit) => {
  const [whole, half] = [exportModule(detector), exportModule(detector, { weights })];
  const [all, halved] = [whole, half].map(
    (exported) => /WEIGHTS = \w+\(`\n([\w+/=\n]+)`/.exec(textOf(exported))![1]!.length,
  );
  expect(halved! / all!).toBeCloseTo(0.5, 1);
  const largest = Math.max(...model.getWeights().flatMap(({ data }) => Array.from(data, Math.abs)));
  expect(half.largestDifference).toBeGreaterThan(0);
  expect(half.largestDifference).toBeLessThanOrEqual(largest * unit);
  expect(whole.largestDifference).toBe(0);
  // The module has the rounded weights: those of a model that was given them.
  const rounded = await Autoencoder.fromSafetensors(model.toSafetensors(), { engine: ENGINE });
  rounded.setWeights(
    model
      .getWeights()
      .map(({ data, ...rest }) => ({ ...rest, data: widened(narrowed(data, weights).bytes, weights) })),
  );
  const samples = values(5, 32, 3);
  const expected = (await rounded.reconstruct(samples)).data;
  const made = (await imported<DetectorModule>(half)).reconstruct(samples);
  expect(Math.max(...made.map((value, i) => Math.abs(value - expected[i]!)))).toBeLessThan(1e-5);
  await rounded.dispose();
});

/** The values of halves, by their definition. */
function widened(bytes: Uint8Array, type: "f16" | "bf16"): Float32Array {
  const halves = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);
  const [width, bias] = type === "f16" ? [10, 15] : [7, 127];
  return Float32Array.from(halves, (bits) => {
    const exponent = (bits & 0x7fff) >> width;
    const fraction = (bits & ((1 << width) - 1)) / 2 ** width;
    const size = exponent === 0 ? fraction * 2 ** (1 - bias) : (1 + fraction) * 2 ** (exponent - bias);
    return bits >> 15 ? -size : size;
  });
}

test("halves are the nearest ones, of two the even one, and never infinite", () => {
  const cases: [number, number][] = [
    [0, 0],
    [-0, 0],
    [1, 1],
    [1 + 2 ** -11, 1],
    [1 + 3 * 2 ** -11, 1 + 2 ** -9],
    [2 - 2 ** -12, 2],
    [2 ** -24, 2 ** -24],
    [2 ** -25, 0],
    [3 * 2 ** -25, 2 ** -23],
    [2 ** -14 - 2 ** -26, 2 ** -14],
    [65504, 65504],
    [-1e6, -65504],
  ];
  const given = Float32Array.from(cases, ([value]) => value);
  expect(Array.from(widened(narrowed(given, "f16").bytes, "f16"), (value) => value + 0)).toEqual(
    cases.map(([, value]) => value),
  );
  const wide = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 3.4e38, -3.4e38);
  const largest = (2 - 2 ** -7) * 2 ** 127;
  expect(Array.from(widened(narrowed(wide, "bf16").bytes, "bf16"))).toEqual([
    1,
    1 + 2 ** -6,
    largest,
    -largest,
  ]);
});

test("its types hold for TypeScript: the declarations, and without them its JSDoc", () => {
  const folder = mkdtempSync(join(tmpdir(), "isthmus-module-"));
  const tsc = fileURLToPath(new URL("../../../node_modules/typescript/bin/tsc", import.meta.url));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    const [script, types] = exportModule(detector).files;
    const use = `import { encode, flag, score, threshold } from "./model.js";
      const codes: Float32Array = encode([new Float32Array(32)]);
      const flags: Uint8Array = flag({ data: codes }, threshold + 1);
      // @ts-expect-error: the types are not any
      score(3).map((value: string) => value);
      export { flags };`;
    for (const [place, files] of [
      ["declared", [script, types]],
      ["commented", [script]],
    ] as const) {
      mkdirSync(join(folder, place));
      writeFileSync(join(folder, place, "use.ts"), use);
      for (const { name, bytes } of files) writeFileSync(join(folder, place, name), bytes);
    }
    const strict = ["--noEmit", "--strict", "--module", "node16", "--target", "es2022", "--lib", "es2022"];
    const command = [tsc, ...strict, "--allowJs", "--skipLibCheck", "declared/use.ts", "commented/use.ts"];
    expect(execFileSync(process.execPath, command, { cwd: folder, encoding: "utf8" })).toBe("");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("bad samples are refused, with what was wanted", async () => {
  const { encode, decode } = await imported<DetectorModule>(exportModule(detector));
  const refusals: [unknown, RegExp][] = [
    [new Float32Array(33), /33 numbers, which are no whole rows of 32/],
    [[new Float32Array(31)], /row 0 has 31 numbers, but a row must have 32/],
    [
      Float32Array.from({ length: 64 }, (_, i) => (i === 40 ? Number.NaN : 0)),
      /row 1 has a value that is no finite/,
    ],
    [undefined, /samples must be numbers or rows of 32 numbers, not undefined/],
    [[{ a: 1 }], /samples must be numbers, not \[object Object\]/],
  ];
  for (const [samples, message] of refusals) expect(() => encode(samples)).toThrow(message);
  expect(() => decode(new Float32Array(3))).toThrow(/no whole rows of 4/);
  expect(encode([])).toHaveLength(0);
});

test("what cannot be exported is refused", async () => {
  const unfit = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(1)],
    decoder: [dense(2)],
    scaling: "standard",
    engine: ENGINE,
  });
  const table = tableFromRecords([{ a: 1 }, { a: 3 }]);
  const preprocessor = TablePreprocessor.fit(table);
  const refusals: [() => unknown, new (...args: never[]) => Error, RegExp][] = [
    [() => exportModule(unfit), StateError, /call fit before exporting it/],
    [() => exportModule(new AnomalyDetector(model)), StateError, /fit/],
    [
      () => exportModule({} as never),
      ArgumentError,
      /subject must be an Autoencoder, an AnomalyDetector or an/,
    ],
    [() => exportModule(model, { weights: "f8" as never }), ArgumentError, /weights "f8" is not known/],
    [() => exportModule(model, { name: "../model" }), ArgumentError, /name must be letters/],
    [
      () => exportModule(model, { preprocessor }),
      ArgumentError,
      /makes 1 features of a row, but a sample has 32/,
    ],
    [() => exportModule(model, { preprocessor: {} as never }), ArgumentError, /must be a TablePreprocessor/],
    [() => exportModule(model, { wieghts: "f16" } as never), ArgumentError, /wieghts/],
  ];
  for (const [run, kind, message] of refusals) {
    expect(run).toThrow(kind);
    expect(run).toThrow(message);
  }
  await unfit.dispose();
});
