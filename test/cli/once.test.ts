// What a command does once: it decodes and verifies a file once, builds an engine only to calculate, and sends samples
// through the model once.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { anomaliesCommand } from "../../src/cli/commands/anomalies.js";
import { evaluateCommand } from "../../src/cli/commands/evaluate.js";
import { inspectCommand } from "../../src/cli/commands/inspect.js";
import { reportCommand } from "../../src/cli/commands/report.js";
import { Engine } from "../../src/engine/engine.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { decodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  Autoencoder,
  type AutoencoderOptions,
  dense,
  type History,
} from "../../src/index.js";
import { loadDetector, loadSafetensors, saveCheckpoint, saveModel } from "../../src/node.js";
import { verifyChecksum } from "../../src/saving/checksum.js";
import { smallModel, values } from "../support/models.js";
import { PASSES } from "../support/passes.js";

vi.mock("../../src/formats/safetensors.js", async (original) => {
  const real = await original<typeof import("../../src/formats/safetensors.js")>();
  return { ...real, decodeSafetensors: vi.fn(real.decodeSafetensors) };
});
vi.mock("../../src/saving/checksum.js", async (original) => {
  const real = await original<typeof import("../../src/saving/checksum.js")>();
  return { ...real, verifyChecksum: vi.fn(real.verifyChecksum) };
});
const verifications = vi.mocked(verifyChecksum);
const decodes = vi.mocked(decodeSafetensors);
const engines = vi.spyOn(Engine, "create");
const passes = PASSES.map((name) => vi.spyOn(Autoencoder.prototype, name));

const folder = mkdtempSync(join(tmpdir(), "isthmus-once-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string) => join(folder, name);
const data = values(50, 6);
const labels = Uint8Array.from({ length: 50 }, (_, i) => (i % 7 === 0 ? 1 : 0));
let history: History;
/** What a detector's own methods give. */
const own = { threshold: 0, rocAuc: 0, f1: 0, scores: new Float32Array(0) };

beforeAll(async () => {
  const model = await smallModel();
  history = await model.fit(data, { epochs: 3 });
  const detector = await AnomalyDetector.fit(model, data, { contamination: 0.1 });
  Object.assign(own, await detector.evaluate(data, labels), { scores: await detector.score(data) });
  await saveModel(path("m.safetensors"), model);
  await saveModel(path("d.safetensors"), detector);
  await saveCheckpoint(path("c.safetensors"), model);
  await model.dispose();
  writeFileSync(path("x.npy"), encodeNpy({ shape: [50, 6], data }));
  writeFileSync(path("l.npy"), encodeNpy({ shape: [50], data: labels }));
});

let output = "";
beforeEach(() => {
  output = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += String(text);
    return true;
  });
  for (const spy of [decodes, verifications, engines, ...passes]) spy.mockClear();
});
afterEach(() => vi.mocked(process.stdout.write).mockRestore());

const run = (command: Command, ...args: string[]) => command.parseAsync(args, { from: "user" });
const counts = () => ({
  decodes: decodes.mock.calls.length,
  verifications: verifications.mock.calls.length,
  engines: engines.mock.calls.length,
  passes: passes.reduce((sum, { mock }) => sum + mock.calls.length, 0),
});

test("inspect decodes the file once and builds no engine", async () => {
  await run(inspectCommand(), path("d.safetensors"), "--json");
  expect(counts()).toEqual({ decodes: 1, verifications: 1, engines: 0, passes: 0 });
  expect(JSON.parse(output)).toMatchObject({ inputSize: 6, latentSize: 3, parameterCount: 45 });
});

test.each([
  ["that is learnt", "m.safetensors", ["--contamination", "0.1"]],
  ["that was saved", "d.safetensors", []],
])(
  "anomalies with labels and a threshold %s sends the samples through the model once",
  async (_, model, rule) => {
    const [out, save] = [path("a.csv"), path("saved.safetensors")];
    const args = [path(model), path("x.npy"), ...rule, "--labels", path("l.npy"), "--math", "portable"];
    await run(anomaliesCommand(), ...args, "--out", out, "--save", save, "--json");
    expect(counts()).toEqual({ decodes: 1, verifications: 1, engines: 1, passes: 1 });
    const { threshold, rocAuc, f1 } = own;
    expect(JSON.parse(output)).toMatchObject({ threshold, rocAuc, f1, samples: 50 });
    const rows = readFileSync(out, "utf8").trim().split("\n").slice(1);
    expect(rows).toEqual(Array.from(own.scores, (score) => `${score},${score > threshold ? 1 : 0}`));
    const again = await loadDetector(save);
    expect(again.threshold).toBe(threshold);
    await again.model.dispose();
  },
);

test("report reads a checkpoint once, builds one engine, and has the curve of its losses", async () => {
  await run(reportCommand(), path("c.safetensors"), path("x.npy"), "--out", path("r.html"));
  // A half each: encode and decode.
  expect(counts()).toEqual({ decodes: 1, verifications: 1, engines: 1, passes: 2 });
  const html = readFileSync(path("r.html"), "utf8");
  expect(html).toContain('id="loss"');
  expect(html).toContain(`training ${history.loss.at(-1)!.toPrecision(4)}`);
});

test("a detector that is saved from a checkpoint keeps the history, with the file verified once", async () => {
  const args = [
    path("c.safetensors"),
    path("x.npy"),
    "--out",
    path("a.csv"),
    "--save",
    path("s.safetensors"),
  ];
  await run(anomaliesCommand(), ...args);
  expect(counts()).toEqual({ decodes: 1, verifications: 1, engines: 1, passes: 1 });
  const { metadata } = await loadSafetensors(path("s.safetensors"));
  expect(JSON.parse(metadata["isthmus.history"]!).loss).toEqual(history.loss);
});

const SIGMOID = [dense(6, "sigmoid")];
test.each<[string, Partial<AutoencoderOptions>]>([
  ["the mean squared error", {}],
  ["the mean squared error of scaled values", { scaling: "standard" }],
  ["another one, with the squared error as a metric", { loss: "binaryCrossentropy", decoder: SIGMOID }],
])("evaluate, where the loss is %s", async (_, options) => {
  const model = await smallModel(options);
  await model.fit(data, { epochs: 2 });
  await saveModel(path("e.safetensors"), model);
  const { loss } = await model.evaluate(data);
  const errors = await model.reconstructionError(data);
  await model.dispose();
  for (const spy of passes) spy.mockClear();
  await run(evaluateCommand(), path("e.safetensors"), path("x.npy"), "--math", "portable", "--json");
  expect(counts().passes).toBe(1);
  const done = JSON.parse(output);
  expect(done.loss).toBe(loss);
  expect(done.meanSquaredError / (errors.reduce((a, b) => a + b) / 50)).toBeCloseTo(1, 6);
});
