import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  Autoencoder,
  detectAnomalies,
  Engine,
  EnsembleDetector,
  FormatError,
} from "../../src/index.js";
import { loadDetector, loadEnsembleDetector, saveModel } from "../../src/node.js";
import { parts } from "../support/forged.js";
import { bits, failure, smallModel, usedWithoutSpares, values } from "../support/models.js";

const KEY = "isthmus.ensembleDetector";
const folder = mkdtempSync(join(tmpdir(), "isthmus-ensemble-"));
const engine = await Engine.create({ threads: 1, math: "portable" });
const rows = Array.from({ length: 60 }, (_, row) => Array.from(values(1, 4, row + 1, -1, 1)));
const columns = [{ name: "kind", features: [0, 2], describe: () => "some" }, { name: "b", features: [1] }, { name: "c", features: [3] }]; // biome-ignore format: one line
const { detector, scores, threshold, rule } = await detectAnomalies(rows, {
  engine,
  columns,
  members: 2,
  steps: 10,
  contamination: 0.1,
});
const file = detector.toSafetensors({ metadata: { station: "west" } });
afterAll(async () => {
  await engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

test("a file brings back the same scores, flags, reasons and bytes", async () => {
  const same = await EnsembleDetector.fromSafetensors(file, { engine });
  expect(bits(await same.score(rows))).toBe(bits(scores));
  expect(bits(await same.predict(rows))).toBe(bits(await detector.predict(rows)));
  expect(same.threshold).toBe(threshold);
  expect(same.rule).toEqual(rule);
  expect(same).toMatchObject({ inputSize: 4, members: 2 });
  expect(same.columns).toEqual(columns.map(({ name, features }) => ({ name, features })));
  const [told] = await same.explain([rows[0]!]);
  const [before] = await detector.explain([rows[0]!]);
  expect(told!.reasons.map(({ share }) => share)).toEqual(before!.reasons.map(({ share }) => share));
  expect(bits(same.toSafetensors({ metadata: { station: "west" } }))).toBe(bits(file));
  await same.dispose();
});

test("tensors have the names that PyTorch gives, behind those of the members", () => {
  const { tensors, metadata } = decodeSafetensors(file);
  expect(metadata.format).toBe("pt");
  expect(metadata.station).toBe("west");
  expect(tensors.get("members.0.encoder.0.weight")!.shape).toEqual([48, 4]);
  expect(tensors.get("members.1.decoder.2.bias")!.shape).toEqual([4]);
  expect(tensors.get("members.1.meanErrors")!.shape).toEqual([3]);
  expect(tensors.get("scaling.scale")!.shape).toEqual([4]);
});

test("saveModel and loadEnsembleDetector go through a file; other readers say which one it wants", async () => {
  const path = join(folder, "ensemble.safetensors");
  await saveModel(path, detector);
  const same = await loadEnsembleDetector(path, { engine });
  expect(bits(await same.score(rows))).toBe(bits(scores));
  await same.dispose();
  for (const call of [
    () => loadDetector(path),
    () => AnomalyDetector.fromSafetensors(file),
    () => Autoencoder.fromSafetensors(file),
  ]) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(/read it with loadEnsembleDetector/);
  }
  const model = await smallModel();
  const samples = values(10, 6);
  const other = (await AnomalyDetector.fit(model, samples)).toSafetensors();
  expect(await failure(() => EnsembleDetector.fromSafetensors(other))).toMatchObject({
    name: "FormatError",
    message: expect.stringMatching(/read it with loadDetector/),
  });
  expect(await failure(() => EnsembleDetector.fromSafetensors(model.toSafetensors()))).toBeInstanceOf(
    FormatError,
  );
  await model.dispose();
});

const { tensors, metadata } = parts(file);
const described = JSON.parse(metadata[KEY]!) as Record<string, unknown>;
const forge = (change: Record<string, unknown>, kept = tensors) =>
  encodeSafetensors(kept, { ...metadata, [KEY]: JSON.stringify({ ...described, ...change }) });
test.each<[string, Uint8Array, RegExp]>([
  ["another version", forge({ version: 2 }), /version 2, but this release reads version 1/],
  ["no threshold", forge({ threshold: undefined }), /threshold must be .* not undefined/],
  ["an unknown rule", forge({ rule: { kind: "luck", threshold: "luck" } }), /threshold "luck" is not known/],
  ["no rule", forge({ rule: 3 }), /rule must be an object, not 3/],
  ["no members", forge({ members: [] }), /members must be an array of at least one/],
  ["no columns", forge({ columns: [{ name: "a", features: [9] }] }), /has feature 9/],
  [
    "a member of another width",
    forge({ members: [{ ...(described.members as object[])[0], inputSize: 5 }] }),
    /5/,
  ],
  [
    "fewer weights",
    forge(
      {},
      tensors.filter(({ name }) => name !== "members.1.encoder.0.bias"),
    ),
    /"encoder.0.bias" is missing/,
  ],
  [
    "no scaling",
    forge(
      {},
      tensors.filter(({ name }) => !name.startsWith("scaling")),
    ),
    /no tensors scaling.offset/,
  ],
  [
    "no mean errors",
    forge(
      {},
      tensors.filter(({ name }) => name !== "members.0.meanErrors"),
    ),
    /members.0.meanErrors must hold 3 float64/,
  ],
  ["no JSON", encodeSafetensors(tensors, { ...metadata, [KEY]: "{" }), /is not JSON/],
])("a file with %s is refused, with nothing left behind", async (_, forged, message) => {
  // biome-ignore format: a table
  const before = usedWithoutSpares(engine);
  const error = await failure(() => EnsembleDetector.fromSafetensors(forged, { engine }));
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
  expect(usedWithoutSpares(engine)).toBe(before);
});

test("a flipped bit is found", async () => {
  const damaged = file.slice();
  damaged[damaged.length - 20]! ^= 4;
  const error = await failure(() => EnsembleDetector.fromSafetensors(damaged, { engine }));
  expect((error as Error).message).toMatch(/damaged/);
});
