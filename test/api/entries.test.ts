// The package's entries as package.json offers them, resolved by the package's own name.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const { exports } = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as {
  exports: Record<string, { import: { default: string } }>;
};
const require = createRequire(import.meta.url);
/** Entries that the index does not have: what needs libraries, and what needs files. */
const APART = ["./codecs", "./data", "./export", "./import", "./node", "./report"];
const parts = Object.keys(exports).filter((name) => !["./package.json", ".", ...APART].includes(name));
type Names = Record<string, unknown>;
const load = async (name: string): Promise<Names> =>
  import(/* @vite-ignore */ new URL(exports[name]!.import.default, root).href);

test("the index has what the parts have, the very same", async () => {
  const index = await load(".");
  const all = new Set<string>();
  for (const part of parts) {
    for (const [name, value] of Object.entries(await load(part))) {
      expect(index[name], name).toBe(value);
      all.add(name);
    }
  }
  expect([...all].sort()).toEqual(Object.keys(index).sort());
  expect(parts.length).toBeGreaterThanOrEqual(5);
});

test("what stands apart shares its classes with the index", async () => {
  const index = await load(".");
  const data = await load("./data");
  expect(data.Matrix).toBe(index.Matrix);
  expect(index.TablePreprocessor).toBeUndefined();
  const required = require("isthmus/data") as Names;
  expect(Object.keys(required).sort()).toEqual(Object.keys(data).sort());
  expect(required.Matrix).toBe((require("isthmus") as Names).Matrix);
});

test("by require every entry gives the same classes", () => {
  const index = require("isthmus") as Names;
  for (const part of parts) expect(require(`isthmus/${part.slice(2)}`).Autoencoder).toBe(index.Autoencoder);
  expect(typeof (require("isthmus/node") as Names).saveModel).toBe("function");
});

test("codecs are apart from the index, and the same by require", async () => {
  const [index, codecs] = [await load("."), await load("./codecs")];
  const names = Object.keys(codecs);
  expect(names.length).toBeGreaterThan(10);
  expect(names.filter((name) => name in index)).toEqual([]);
  expect(Object.keys(require("isthmus/codecs") as Names).sort()).toEqual(names.sort());
});

test("what codecs give and throw is of the index's classes, by import and by require", async () => {
  const bytes = Uint8Array.of(0x50, 0x41, 0x52, 0x31, 0, 0, 0, 0, 0x50, 0x41, 0x52, 0x31);
  type Codecs = { decodeParquet: (bytes: Uint8Array) => Promise<unknown> };
  for (const [codecs, { FormatError }] of [
    [await load("./codecs"), (await load(".")) as Record<string, new () => Error>],
    [require("isthmus/codecs"), require("isthmus")],
  ] as [Codecs, Record<string, new () => Error>][]) {
    const error = await codecs.decodeParquet(bytes).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/^bytes is not a valid Parquet file/);
  }
});

test("reports are apart, the same by require, and throw errors of the index's classes", async () => {
  type Report = { detectionReport: (detection: unknown, samples: unknown) => Promise<string> };
  for (const [report, { ArgumentError }] of [
    [await load("./report"), await load(".")],
    [require("isthmus/report"), require("isthmus")],
  ] as [Report, Record<string, new () => Error>][]) {
    expect(Object.keys(report)).toEqual(["detectionReport"]);
    await expect(report.detectionReport({}, [[1]])).rejects.toThrow(ArgumentError);
  }
});

test("errors of one part are instances of the class of another", async () => {
  const { IsthmusError, FormatError } = (await load("./core")) as Record<string, new () => Error>;
  const { decodeSamples } = (await load("./formats")) as Record<
    string,
    (bytes: Uint8Array) => Promise<unknown>
  >;
  const error = await decodeSamples!(Uint8Array.of(1, 2, 3)).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FormatError);
  expect(error).toBeInstanceOf(IsthmusError);
});

test("public classes keep their names in the minified files", async () => {
  const index = await load(".");
  const classes = Object.entries(index).filter(([name]) => /^[A-Z]/.test(name));
  expect(classes.length).toBeGreaterThan(8);
  for (const [name, value] of classes) expect((value as { name: string }).name).toBe(name);
});

test("the declarations show of an engine what users need, and nothing of its memory and kernels", () => {
  const text = readFileSync(new URL("build/types/src/engine/engine.d.ts", root), "utf8");
  const [, body] = /declare class Engine \{(.*?)\n\}/s.exec(text)!;
  const members = [...body!.matchAll(/^ {4}(?:static |get |readonly )*(\w+)\(/gm)].map(([, name]) => name);
  expect(members).toEqual(["create", "info", "dispose"]);
});
