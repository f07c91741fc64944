import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { Autoencoder, dense } from "../../src/index.js";
import { assertWritable, loadModel, loadNpy, loadSafetensors, saveModel, saveNpy } from "../../src/node.js";

let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-files-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const array = (rows: number, value: number) => ({
  shape: [rows, 256],
  data: new Float32Array(rows * 256).fill(value),
});

test("a model comes back to the bit", async () => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(2, "tanh")],
    decoder: [dense(6)],
    seed: 5,
  });
  await saveModel(at("model.safetensors"), model);
  const same = await loadModel(at("model.safetensors"), { engine: { math: "portable" } });
  expect(same.getWeights()).toEqual(model.getWeights());
  expect(same.description).toEqual(model.description);
  expect(same.engine.build).toBe("simd");
  const { tensors, metadata } = await loadSafetensors(at("model.safetensors"));
  expect(tensors.size).toBe(4);
  expect(metadata.format).toBe("pt");
  await Promise.all([model.dispose(), same.dispose()]);
});

test("metadata of one's own stand in the file beside the model's", async () => {
  const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
  await saveModel(at("noted.safetensors"), model, { metadata: { note: "a ✓", "isthmus.history": "{}" } });
  const { metadata } = await loadSafetensors(at("noted.safetensors"));
  expect(metadata).toMatchObject({ note: "a ✓", "isthmus.history": "{}", format: "pt" });
  const same = await loadModel(at("noted.safetensors"));
  expect(same.getWeights()).toEqual(model.getWeights());
  const refused: [object, RegExp][] = [
    [{ metadata: { isthmus: "mine" } }, /must not have the key "isthmus"/],
    [{ metadata: { note: 1 } }, /metadata "note" must be a string, not 1/],
    [{ metadata: null }, /must be an object of strings, not null/],
    [{ meta: {} }, /"meta" is not known/],
  ];
  for (const [options, message] of refused) {
    expect(() => model.toSafetensors(options)).toThrow(ArgumentError);
    expect(() => model.toSafetensors(options)).toThrow(message);
    await expect(saveModel(at("refused.safetensors"), model, options)).rejects.toThrow(message);
  }
  expect(readdirSync(folder)).not.toContain("refused.safetensors");
  await Promise.all([model.dispose(), same.dispose()]);
});

test("a file that is no model is refused by its name", async () => {
  writeFileSync(at("text"), "no model");
  await expect(loadModel(at("text"))).rejects.toThrow(FormatError);
  await expect(loadModel(at("text"))).rejects.toThrow(at("text"));
  await expect(loadModel(at("none"))).rejects.toThrow(ArgumentError);
});

test("whoever reads while a file is written over sees the old or the new one, whole", async () => {
  const path = at("array.npy");
  await saveNpy(path, array(4096, 0));
  const size = statSync(path).size;
  let writing = true;
  let reads = 0;
  const reader = (async () => {
    while (writing) {
      const { data } = await loadNpy(path);
      expect(data.length).toBe(4096 * 256);
      expect(data.at(-1)).toBe(data[0]);
      reads++;
    }
  })();
  for (let i = 1; i <= 20; i++) await saveNpy(path, array(4096, i));
  writing = false;
  await reader;
  expect(reads).toBeGreaterThan(0);
  expect(statSync(path).size).toBe(size);
  expect((await loadNpy(path)).data[0]).toBe(20);
});

test("what cannot be encoded or written leaves the old file as it was, and no other", async () => {
  const path = at("kept.npy");
  await saveNpy(path, array(1, 3));
  const before = readFileSync(path);
  await expect(saveNpy(path, { shape: [7], data: new Float32Array(3) })).rejects.toThrow(ShapeError);
  expect(readFileSync(path).equals(before)).toBe(true);
  mkdirSync(at("taken"));
  await expect(saveNpy(at("taken"), array(1, 1))).rejects.toThrow(/it is a folder/);
  await expect(saveNpy(at("missing/x.npy"), array(1, 1))).rejects.toThrow(/there is no folder .*missing/);
  await expect(saveNpy(at("kept.npy/x.npy"), array(1, 1))).rejects.toThrow(/kept\.npy is not a folder/);
  await expect(saveNpy("", array(1, 1))).rejects.toThrow(ArgumentError);
  expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

test("assertWritable writes nothing", async () => {
  await assertWritable(at("later.npy"));
  expect(readdirSync(folder)).not.toContain("later.npy");
});

test.skipIf(process.platform === "win32")("a link stays a link, and a device a device", async () => {
  await saveNpy(at("real.npy"), array(1, 1));
  symlinkSync(at("real.npy"), at("link.npy"));
  await saveNpy(at("link.npy"), array(1, 2));
  expect(readlinkSync(at("link.npy"))).toBe(at("real.npy"));
  expect(readFileSync(at("real.npy")).equals(encodeNpy(array(1, 2)))).toBe(true);
  await saveNpy("/dev/null", array(1, 1));
  expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
});
