// The worker of the Digits page, without a browser.
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeIdx } from "../../src/formats/index.js";
import { ArgumentError, Autoencoder, dense, digits, FormatError, ShapeError } from "../../src/index.js";
import type { FromWorker, Progress, ToWorker } from "../../src/playground/digits/digitsMessages.js";
import { PRESETS } from "../../src/playground/digits/digitsPresets.js";
import { type ModelSettings, SETTINGS } from "../../src/playground/digits/digitsSettings.js";
import { PIXELS, toUnit } from "../../src/playground/digits/pictures.js";
import { Session } from "../../src/playground/digits/session.js";
import { initialValues } from "../../src/playground/shared/settingsText.js";
import { failure } from "../support/models.js";
import { turns, until } from "../support/until.js";

type Kind = FromWorker["kind"];
type Told<K extends Kind> = FromWorker & { kind: K };

const SMALL: ModelSettings = { ...initialValues(SETTINGS), samples: 400, hidden: 32, code: 4 };

let told: FromWorker[] = [];
let session: Session;

beforeEach(() => {
  told = [];
  session = new Session((message) => {
    // What is moved to the page is gone here.
    told.push(structuredClone(message));
    if (message.kind === "showcase") void session.handle({ kind: "drawn" });
  });
});
afterEach(() => session.handle({ kind: "reset" }));

const ask = (message: ToWorker) => session.handle(message);
const configure = (settings: Partial<ModelSettings> = {}) =>
  ask({ kind: "configure", settings: { ...SMALL, ...settings } });
const all = <K extends Kind>(kind: K) => told.filter((message) => message.kind === kind) as Told<K>[];
function last<K extends Kind>(kind: K): Told<K> {
  const message = all(kind).at(-1);
  if (!message) throw new Error(`nothing was told of ${kind}`);
  return message;
}
const phases = () => all("phase").map(({ phase }) => phase);
const points = () => all("progress").flatMap(({ progress }: { progress: Progress }) => progress.points);

test("it trains as the library does, to the same losses", async () => {
  await configure();
  await ask({ kind: "train", epochs: 3 });
  const { images } = digits({ samples: 400, seed: 1 });
  const model = await Autoencoder.create({
    inputSize: PIXELS,
    encoder: [dense(32, "relu"), dense(4)],
    decoder: [dense(32, "relu"), dense(PIXELS, "sigmoid")],
    loss: "binaryCrossentropy",
    seed: 1,
  });
  const { loss, valLoss } = await model.fit(images, { epochs: 3, batchSize: 128, validationSplit: 0.1 });
  await model.dispose();
  expect(points()).toEqual(loss.map((value, i) => ({ epoch: i + 1, loss: value, valLoss: valLoss[i] })));
  expect(phases()).toEqual(["preparing", "ready", "training", "finished"]);
  expect(last("model")).toMatchObject({ latentSize: 4, variational: false });
  expect(last("showcase").showcase.reconstructions).toHaveLength(30 * PIXELS);
  const { analysis } = last("analysis");
  expect(analysis.ranges).toHaveLength(4);
  const errors = analysis.suspects.map(({ error }) => error);
  expect(errors).toEqual(errors.toSorted((a, b) => b - a));
  expect(analysis.flagged).toBe(errors.filter((error) => error > analysis.threshold).length);
});

test("a second training counts its epochs on, and a reset begins anew with the same weights", async () => {
  await configure();
  await ask({ kind: "train", epochs: 2 });
  await ask({ kind: "train", epochs: 1 });
  const first = points();
  expect(first.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
  told = [];
  await ask({ kind: "reset" });
  await ask({ kind: "train", epochs: 2 });
  expect(points()).toEqual(first.slice(0, 2));
});

test("it pauses, goes on step by step, and to the end", async () => {
  await configure();
  const training = ask({ kind: "train", epochs: 1e6 });
  await until(() => points().length > 0, "the first epoch");
  await ask({ kind: "pause" });
  expect(phases().at(-1)).toBe("paused");
  const { epoch, part } = last("progress").progress;
  await ask({ kind: "train", epochs: 400 });
  await until(() => last("progress").progress.epoch > epoch, "the next epoch");
  await ask({ kind: "pause" });
  const paused = last("progress").progress;
  expect(paused.epoch + paused.part).toBeGreaterThan(epoch + part);
  told = [];
  await ask({ kind: "step" });
  await until(() => phases().at(-1) === "paused", "the pause");
  expect(last("progress").progress).toMatchObject({ epoch: paused.epoch + 1, part: 0 });
  // Another model ends the training that waits.
  await configure({ seed: 2 });
  await training;
  expect(phases().at(-1)).toBe("ready");
});

test("in slow motion it waits after each step, pauses at once, and comes to the same losses", async () => {
  await configure();
  await ask({ kind: "train", epochs: 2 });
  const fast = points();
  await ask({ kind: "reset" });
  told = [];
  // As long as no test takes.
  await ask({ kind: "pace", wait: 1e8 });
  const training = ask({ kind: "train", epochs: 2 });
  // 360 pictures in batches of 128.
  await until(() => all("progress").length > 0, "the first step");
  await turns(50);
  expect(last("progress").progress.part).toBeCloseTo(1 / 3, 12);
  expect(phases().at(-1)).toBe("training");
  await ask({ kind: "pause" });
  expect(phases().at(-1)).toBe("paused");
  await ask({ kind: "pace", wait: 1 });
  await ask({ kind: "train", epochs: 2 });
  await training;
  expect(points()).toEqual(fast);
  expect(phases().at(-1)).toBe("finished");
});

test("a single step trains for an epoch", async () => {
  await configure();
  await ask({ kind: "step" });
  expect(points()).toHaveLength(1);
  expect(phases().at(-1)).toBe("finished");
});

test("snapshots come now and then, however fast the steps are, and none before the last one is drawn", async () => {
  await configure();
  const before = all("showcase").length;
  const started = performance.now();
  await ask({ kind: "train", epochs: 60 });
  const most = 2 + (performance.now() - started) / 120;
  expect(all("showcase").length - before).toBeLessThanOrEqual(most);
  const slow = new Session((message) => {
    told.push(structuredClone(message));
  });
  told = [];
  await slow.handle({ kind: "configure", settings: SMALL });
  await slow.handle({ kind: "train", epochs: 60 });
  // Of the untrained model, one while it learns, and the last.
  expect(all("showcase")).toHaveLength(3);
  expect(points()).toHaveLength(60);
  await slow.handle({ kind: "reset" });
});

test("a saved model gives the same errors when it is opened again, and keeps its threshold", async () => {
  await configure();
  await ask({ kind: "train", epochs: 3 });
  const { analysis } = last("analysis");
  await ask({ kind: "save" });
  const { bytes } = last("saved");
  await configure({ seed: 1, hidden: 16 });
  await ask({ kind: "open", name: "digits.safetensors", bytes });
  expect(last("analysis").analysis).toEqual(analysis);
  expect(last("model")).toMatchObject({ name: "digits.safetensors", latentSize: 4 });
  // It stays when the pictures change, until a setting of the model does.
  const { images } = digits({ samples: 50, seed: 9 });
  const idx = encodeIdx({ shape: [50, 28, 28], data: images });
  await ask({ kind: "open", name: "some.idx", bytes: idx });
  expect(last("data")).toMatchObject({ title: "50 pictures of some.idx", builtIn: false });
  expect(last("model").layers).toBe("784 → 32 relu → 4 linear → 32 relu → 784 sigmoid");
  await configure({ hidden: 16 });
  expect(last("model").layers).toBe("784 → 16 relu → 4 linear → 16 relu → 784 sigmoid");
  await ask({ kind: "builtIn" });
  expect(last("data").builtIn).toBe(true);
});

test("what cannot be opened changes nothing", async () => {
  await configure();
  const training = ask({ kind: "train", epochs: 5 });
  const other = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
  const wide = failure(() => ask({ kind: "open", name: "two.safetensors", bytes: other.toSafetensors() }));
  const text = new TextEncoder().encode("no pictures here");
  const wrong = failure(() => ask({ kind: "open", name: "a.txt", bytes: text }));
  const header = new Uint8Array(20);
  header.set([2, 0, 0, 0, 0, 0, 0, 0, 123, 125]);
  const broken = failure(() => ask({ kind: "open", name: "b.safetensors", bytes: header }));
  const impossible = failure(() => configure({ kind: "variational", hidden: 0 }));
  expect(await wide).toBeInstanceOf(ShapeError);
  expect(String(await wide)).toMatch(/two\.safetensors is a model for samples of 2 values, .* 784 values/);
  expect(await wrong).toBeInstanceOf(FormatError);
  expect(await broken).toBeInstanceOf(FormatError);
  expect(String(await broken)).toMatch(/b\.safetensors is not an Isthmus model/);
  expect(await impossible).toBeInstanceOf(ArgumentError);
  await training;
  await other.dispose();
  expect(points()).toHaveLength(5);
  expect(all("model")).toHaveLength(1);
});

test("odd pictures are found out, and only when they are mixed in", async () => {
  await configure({ samples: 1000 });
  await ask({ kind: "train", epochs: 5 });
  expect(last("analysis").analysis).toMatchObject({ odd: 0, looked: 100 });
  await ask({ kind: "odd", mixed: true });
  const { analysis } = last("analysis");
  expect(analysis).toMatchObject({ odd: 12, looked: 112 });
  expect(analysis.oddFlagged).toBeGreaterThanOrEqual(8);
  expect(analysis.suspects[0]!.odd).toBe(true);
});

test("codes are decoded and drawings rebuilt, by a denoiser with less error than they came with", async () => {
  await configure({ kind: "denoising", samples: 1000, hidden: 64, code: 16 });
  await ask({ kind: "train", epochs: 12 });
  expect(last("showcase").showcase.corrupted).toHaveLength(30 * PIXELS);
  await ask({ kind: "sample" });
  const { pixels } = last("sample");
  const { images } = digits({ samples: 1000, seed: 1 });
  expect(pixels).toEqual(toUnit(images.subarray(900 * PIXELS, 901 * PIXELS)));
  const noise = { corruption: "gaussianNoise", strength: 0.5, seed: 1 } as const;
  await ask({ kind: "draw", drawing: { pixels, fit: true, noise } });
  const { drawn } = last("drawn");
  expect(drawn.denoisedError).toBeLessThan(drawn.noiseError! / 2);
  expect(drawn.corrupted).toHaveLength(PIXELS);
  await ask({ kind: "draw", drawing: { pixels, fit: true } });
  await ask({ kind: "decode", code: last("drawn").drawn.code });
  expect(last("decoded").picture).toEqual(last("drawn").drawn.reconstruction);
  // One of another model, which the page may send before it knows.
  const before = all("decoded").length;
  await ask({ kind: "decode", code: new Float32Array(3) });
  expect(all("decoded")).toHaveLength(before);
});

test("a variational model whose code is 2 wide has a map with labels", async () => {
  await configure({ kind: "variational", code: 2 });
  await ask({ kind: "train", epochs: 1 });
  expect(last("model")).toMatchObject({ variational: true, latentSize: 2 });
  const { map } = last("analysis").analysis;
  expect([map?.codes.length, map?.labels?.length]).toEqual([80, 40]);
});

test("of many changes at once only the last is carried out", async () => {
  await Promise.all([8, 9, 10, 11].map((code) => configure({ code })));
  expect(all("model").map(({ latentSize }) => latentSize)).toEqual([11]);
});

test("a convolutional model learns, is of any kind, and shows its maps of a held-out picture or of the drawing", async () => {
  await configure({ layers: "convolutional", samples: 600, code: 8 });
  expect(last("model")).toMatchObject({
    convolutional: true,
    latentSize: 8,
    layers:
      "28×28×1 → conv 16 relu → conv 32 relu → flatten → 8 linear → 1568 relu → 7×7×32 → " +
      "transposed conv 16 relu → transposed conv 1 sigmoid",
  });
  const { images } = digits({ samples: 600, seed: 1 });
  const before = last("features").features;
  expect(before.drawn).toBe(false);
  expect(before.picture).toEqual(images.slice(540 * PIXELS, 541 * PIXELS));
  expect(before.maps.map(({ width, height, count }) => [width, height, count])).toEqual([
    [14, 14, 16],
    [7, 7, 32],
  ]);
  expect(before.filters).toMatchObject({ width: 3, height: 3, count: 16 });
  await ask({ kind: "train", epochs: 8 });
  const losses = points().map(({ valLoss }) => valLoss);
  expect(losses.at(-1)).toBeLessThan(0.27);
  expect(last("features").features.maps[1]!.bytes).not.toEqual(before.maps[1]!.bytes);
  const pixels = toUnit(images.subarray(0, PIXELS));
  await ask({ kind: "draw", drawing: { pixels, fit: false } });
  expect(last("features").features).toMatchObject({ drawn: true, picture: images.slice(0, PIXELS) });
  await ask({ kind: "erase" });
  expect(last("features").features.drawn).toBe(false);
  for (const kind of ["variational", "denoising"] as const) {
    await configure({ layers: "convolutional", samples: 100, code: 2, kind, hidden: 0 });
    await ask({ kind: "train", epochs: 1 });
    expect(last("model")).toMatchObject({ convolutional: true, variational: kind === "variational" });
    expect(last("phase").phase).toBe("finished");
  }
  const told = all("features").length;
  await configure();
  expect(last("model").convolutional).toBe(false);
  expect(all("features")).toHaveLength(told);
});

test("a map that has been trained before keeps digits apart, and is trained on with the data of the settings", async () => {
  const { values, trained } = PRESETS.find(({ name }) => name === "map")!;
  const settings = { ...initialValues(SETTINGS), ...values, samples: 400 };
  const bytes = new Uint8Array(
    readFileSync(new URL(`../../src/playground/${trained!.file}`, import.meta.url)),
  );
  const model = { ...settings, ...trained!.values };
  await ask({ kind: "trained", settings, trained: model, name: trained!.name, bytes });
  expect(last("phase").text).toBe("Loaded the finished map.");
  expect(last("model")).toMatchObject({ name: "the finished map", loaded: { hidden: 64, code: 2 } });
  const { analysis, trained: judges } = last("analysis");
  expect(judges).toBe(true);
  const { codes, labels } = analysis.map!;
  expect(labels).toHaveLength(500);
  /** The label of the picture whose code is nearest. */
  const neighbour = (i: number) => {
    const distance = (j: number) =>
      Math.hypot(codes[2 * i]! - codes[2 * j]!, codes[2 * i + 1]! - codes[2 * j + 1]!);
    const others = Array.from(labels!.keys()).filter((j) => j !== i);
    return labels![others.reduce((best, j) => (distance(j) < distance(best) ? j : best))]!;
  };
  const right = Array.from(labels!.keys()).filter((i) => neighbour(i) === labels![i]);
  // By chance it would be a tenth.
  expect(right.length / 500).toBeGreaterThan(0.55);

  await ask({ kind: "train", epochs: 1 });
  expect(last("data").title).toBe("400 built-in digits, seed 1");
  expect(last("model").name).toBe("the finished map");
  const before = points()[0]!.loss;
  await ask({ kind: "reset" });
  expect(last("model").name).toBeUndefined();
  told = [];
  await ask({ kind: "train", epochs: 1 });
  const anew = points()[0]!.loss;
  expect(before).toBeLessThan(170);
  expect(anew).toBeGreaterThan(300);
});

test("a change that is taken back brings the model back as it was, with its losses, and trains on", async () => {
  await configure();
  await ask({ kind: "train", epochs: 3 });
  const { analysis } = last("analysis");
  const first = points();
  await configure({ hidden: 16 });
  await ask({ kind: "train", epochs: 1 });
  expect(last("analysis").analysis.meanError).not.toBe(analysis.meanError);
  told = [];
  await ask({ kind: "configure", settings: SMALL, undone: true });
  expect(last("phase").text).toBe("Back to the model before the change, after 3 epochs.");
  expect(last("model").layers).toContain("784 → 32 relu");
  expect(last("analysis").analysis).toEqual(analysis);
  expect(last("analysis").trained).toBe(true);
  expect(points()).toEqual(first);
  told = [];
  await ask({ kind: "train", epochs: 1 });
  expect(points()).toEqual([{ epoch: 4, loss: expect.any(Number), valLoss: expect.any(Number) }]);
  expect(points()[0]!.loss).toBeLessThan(first[2]!.loss);
  // What was kept is gone: other settings begin anew.
  await ask({ kind: "configure", settings: { ...SMALL, hidden: 16 }, undone: true });
  expect(last("analysis").trained).toBe(false);
});
