// Whatever takes a path takes a file: URL, too, and refuses any other.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AnomalyDetector,
  ArgumentError,
  type Autoencoder,
  detectAnomalies,
  encodeIdx,
  encodeNpy,
} from "../../src/index.js";
import {
  assertWritable,
  checkpointFile,
  type FilePath,
  loadCheckpoint,
  loadDetector,
  loadEnsembleDetector,
  loadIdx,
  loadModel,
  loadNpy,
  loadSafetensors,
  loadSamples,
  saveBytes,
  saveCheckpoint,
  saveModel,
  saveNpy,
  saveText,
  streamCsv,
  streamIdx,
  streamNpy,
} from "../../src/node.js";
import { failure, smallModel, values } from "../support/models.js";

let folder = "";
let model: Autoencoder;
const samples = values(10, 6);
const array = { shape: [10, 6], data: samples };

beforeAll(async () => {
  // A name that a URL has to escape.
  folder = mkdtempSync(join(tmpdir(), "isthmus ü#%20-"));
  model = await smallModel();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string) => join(folder, name);
const url = (name: string) => pathToFileURL(at(name));

/** What `read` gives of everything. */
async function collected(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const READERS: [
  string,
  (path: FilePath) => Promise<unknown>,
  () => Uint8Array | string | Promise<Uint8Array>,
][] = [
  ["loadIdx", loadIdx, () => encodeIdx(array)],
  ["loadNpy", loadNpy, () => encodeNpy(array)],
  ["loadSamples", loadSamples, () => encodeNpy(array)],
  ["loadSafetensors", loadSafetensors, () => model.toSafetensors()],
  ["loadModel", async (path) => (await loadModel(path)).getWeights(), () => model.toSafetensors()],
  ["loadCheckpoint", async (path) => (await loadCheckpoint(path)).getWeights(), () => model.toCheckpoint()],
  [
    "loadDetector",
    async (path) => (await loadDetector(path)).threshold,
    async () => (await AnomalyDetector.fit(model, samples)).toSafetensors(),
  ],
  [
    "loadEnsembleDetector",
    async (path) => (await loadEnsembleDetector(path)).threshold,
    async () => {
      const options = { inputSize: 6, members: 1, steps: 1 };
      return (await detectAnomalies(samples, options)).detector.toSafetensors();
    },
  ],
  ["streamIdx", async (path) => collected(streamIdx(path)), () => encodeIdx(array)],
  ["streamNpy", async (path) => collected(streamNpy(path)), () => encodeNpy(array)],
  ["streamCsv", async (path) => collected(streamCsv(path)), () => "1,2\n3,4\n"],
];

const WRITERS: [string, (path: FilePath) => unknown][] = [
  ["saveModel", (path) => saveModel(path, model)],
  ["saveCheckpoint", (path) => saveCheckpoint(path, model)],
  ["saveNpy", (path) => saveNpy(path, array)],
  ["saveText", (path) => saveText(path, "text")],
  ["saveBytes", (path) => saveBytes(path, new Uint8Array([1, 2, 3]))],
];

test.each(READERS)("%s reads from a file: URL as from a path", async (name, read, content) => {
  writeFileSync(at(name), await content());
  const expected = await read(at(name));
  expect(await read(url(name))).toEqual(expected);
  // A URL of another realm.
  const { href, protocol } = url(name);
  expect(await read(runInNewContext("({ href, protocol })", { href, protocol }))).toEqual(expected);
});

test.each(WRITERS)("%s writes to a file: URL as to a path", async (name, write) => {
  await write(at(`${name} to a path`));
  await write(url(`${name} to a URL`));
  const [byPath, byUrl] = ["path", "URL"].map((kind) => readFileSync(at(`${name} to a ${kind}`)));
  expect(byUrl!.length).toBeGreaterThan(0);
  expect(byUrl).toEqual(byPath);
});

test("checkpointFile writes to a file: URL", async () => {
  const trained = await smallModel();
  await trained.fit(samples, { callbacks: [checkpointFile(url("checkpoint"))] });
  expect((await loadCheckpoint(at("checkpoint"))).getWeights()).toEqual(trained.getWeights());
});

test("assertWritable takes a file: URL", async () => {
  await assertWritable(url("new"));
  expect(await failure(() => assertWritable(url("none/new")))).toBeInstanceOf(ArgumentError);
});

describe("what is not a file on this machine is refused before anything is read or written", () => {
  const all = [
    ...READERS,
    ...WRITERS,
    ["assertWritable", assertWritable] as const,
    ["checkpointFile", checkpointFile] as const,
  ].map(([name, call]) => [name, call as (path: FilePath) => unknown] as const);
  test.each(all)("%s", async (_, call) => {
    for (const [given, message] of [
      [new URL("https://example.org/a.npy"), /^path must be a file: URL, not "https:.*fetch/],
      [new URL("data:,text"), /^path must be a file: URL, not "data:,text"/],
      [new URL("file:///a%2Fb"), /^path "file:\/\/\/a%2Fb" is not a file on this machine: /],
      ["", /^path must be a non-empty string or a file: URL, not an empty string$/],
      [7, /^path must be .*, not 7$/],
      [null, /^path must be .*, not null$/],
      [{ path: "a" }, /^path must be .*, not Object$/],
    ] as [FilePath, RegExp][]) {
      const error = await failure(async () => call(given));
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(message);
    }
  });
});
