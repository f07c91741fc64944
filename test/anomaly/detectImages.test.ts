import { afterAll, describe, expect, test } from "vitest";
import { imageSamples } from "../../src/codecs/index.js";
import {
  AnomalyDetector,
  ArgumentError,
  type DetectImagesOptions,
  describeReason,
  detectImages,
  digits,
  Engine,
  type ImageInput,
  Matrix,
  NonFiniteError,
  ShapeError,
} from "../../src/index.js";
import { hasMnist, labelledMnist } from "../support/mnist.js";
import { bits, failure, usedWithoutSpares } from "../support/models.js";

const engine = await Engine.create({ threads: 1, math: "portable" });
afterAll(() => engine.dispose());

const SIZE = 28;
const BLOT = 8;
/** Which digits get a bright square, and where its upper left corner is. */
const BLOTS = new Map([
  [7, [1, 1]],
  [120, [19, 19]],
  [233, [1, 19]],
]);

function blotted(): Uint8Array {
  const { images } = digits({ samples: 300, seed: 4 });
  const data = images.slice();
  for (const [image, [top, left]] of BLOTS) {
    for (let y = 0; y < BLOT; y++) {
      for (let x = 0; x < BLOT; x++) data[(image * SIZE + top! + y) * SIZE + left! + x] = 255;
    }
  }
  return data;
}

const detect = (images: ImageInput, options: DetectImagesOptions = {}) =>
  detectImages(images, { engine, ...options });

describe("digits with three blots, without options", async () => {
  const data = blotted();
  const found = await detect(data, { imageShape: [SIZE, SIZE] });
  afterAll(() => found.detector.dispose());

  test("they are the oddest, and flagged", () => {
    expect([...BLOTS.keys()].map((row) => found.rank[row]!).sort()).toEqual([1, 2, 3]);
    expect([...BLOTS.keys()].map((row) => found.flags[row])).toEqual([1, 1, 1]);
    expect(found.rule).toEqual({ kind: "fence" });
    expect(found.flags.reduce((sum, flag) => sum + flag, 0)).toBeLessThan(12);
    expect(found.history.loss.length).toBe(40);
  });

  test("reasons say where the blot is, with its brightness", () => {
    const first = (row: number) => found.reasons.find((reasons) => reasons.row === row)!.reasons[0]!;
    expect([...BLOTS.keys()].map((row) => first(row).name)).toEqual([
      "the upper left",
      "the lower right",
      "the upper right",
    ]);
    expect(first(7).share).toBeGreaterThan(0.3);
    // A third of 28 pixels is 10 of them, since the 10th begins in the first third.
    const pixels = Array.from(
      { length: 100 },
      (_, i) => data[(7 * SIZE + Math.floor(i / 10)) * SIZE + (i % 10)]!,
    );
    const mean = pixels.reduce((sum, value) => sum + value, 0) / 100;
    const deviation = Math.sqrt(pixels.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 100);
    expect(first(7).value).toBe(`${Number(mean.toPrecision(3))} ± ${Number(deviation.toPrecision(3))}`);
    expect(describeReason(first(7))).toMatch(/^the upper left \d+ ± \d+, expected .+ ± .+ \(\d+ %\)$/);
  });

  test("shares of all regions add up to the squared error", async () => {
    const [all] = await found.detector.explain(data.slice(7 * 784, 8 * 784), { top: 9 });
    expect(all!.reasons.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(all!.score).toBe(found.scores[7]);
    const errors = await found.detector.errorPerFeature(data.slice(7 * 784, 8 * 784));
    let corner = 0;
    for (let y = 0; y < 10; y++) for (let x = 0; x < 10; x++) corner += errors.data[y * SIZE + x]!;
    expect(all!.reasons[0]!.share).toBeCloseTo(corner / errors.data.reduce((sum, e) => sum + e, 0), 6);
  });

  test("the same seed gives the same bits, on several threads, too", async () => {
    const again = await detectImages(data, {
      imageShape: [SIZE, SIZE, 1],
      engine: { threads: 3, math: "portable" },
    });
    expect(bits(again.scores)).toEqual(bits(found.scores));
    await again.detector.dispose();
  });

  test("the detector's file is a model, too, and scores new images alike", async () => {
    const loaded = await AnomalyDetector.fromSafetensors(found.detector.toSafetensors(), { engine });
    expect(loaded.model.inputShape).toEqual([SIZE, SIZE, 1]);
    expect([loaded.threshold, loaded.rule]).toEqual([found.threshold, found.rule]);
    expect(bits(await loaded.score(data))).toEqual(bits(found.scores));
    expect(await loaded.predict(data)).toEqual(found.flags);
    loaded.threshold = 0.5;
    expect(loaded.rule).toEqual({ kind: "threshold", threshold: 0.5 });
    const changed = await AnomalyDetector.fromSafetensors(loaded.toSafetensors(), { engine });
    expect(changed.rule).toEqual({ kind: "threshold", threshold: 0.5 });
    await changed.dispose();
    await loaded.dispose();
  });
});

test("images from elsewhere bring their shape, in colour", async () => {
  const image = (i: number) => ({
    width: 6,
    height: 5,
    channels: 3 as const,
    data: Uint8Array.from({ length: 90 }, (_, at) => (at % 3 === 0 ? 200 + (i % 7) : 30)),
  });
  const images = Array.from({ length: 40 }, (_, i) => image(i));
  images[11]!.data.fill(255, 0, 9);
  const found = await detect(imageSamples(images), { contamination: 1 / 40 });
  expect(Array.from(found.flags.keys()).filter((i) => found.flags[i])).toEqual([11]);
  expect(found.reasons[0]!.reasons[0]!.name).toBe("the upper left");
  expect(found.detector.model.inputShape).toEqual([5, 6, 3]);
  await found.detector.dispose();
});

test("labels choose the threshold and evaluate", async () => {
  const data = blotted();
  const labels = Uint8Array.from({ length: 300 }, (_, i) => (BLOTS.has(i) ? 1 : 0));
  const found = await detect(data, { imageShape: [SIZE, SIZE], labels, threshold: "labels", steps: 50 });
  expect(found.evaluation!.f1).toBe(1);
  await found.detector.dispose();
});

test("learns from other images alone", async () => {
  const { images } = digits({ samples: 200, seed: 9 });
  let epochs: number[] = [];
  const found = await detect(blotted(), {
    imageShape: [SIZE, SIZE],
    fitOn: images,
    threshold: "max",
    steps: 8,
    onProgress: ({ epoch, epochs: all }) => (epochs = [...epochs, epoch, all]),
  });
  expect(found.threshold).toBe((await found.detector.score(images)).reduce((a, b) => Math.max(a, b)));
  expect(epochs).toEqual([1, 2, 2, 2]);
  await found.detector.dispose();
});

test.skipIf(!hasMnist)("another digit among many of one is odder than they are", async () => {
  const { images, labels } = labelledMnist();
  const ones: number[] = [];
  const others: number[] = [];
  for (const [i, label] of labels.entries()) {
    if (label === 1 && ones.length < 400) ones.push(i);
    else if (label !== 1 && i % 97 === 0 && others.length < 20) others.push(i);
  }
  const chosen = [...ones, ...others];
  const data = new Uint8Array(chosen.length * 784);
  chosen.forEach((from, i) => {
    data.set(images.subarray(from * 784, (from + 1) * 784), i * 784);
  });
  const truth = chosen.map((i) => (labels[i] === 1 ? 0 : 1));
  const found = await detect(data, { imageShape: [SIZE, SIZE], labels: truth });
  expect(found.evaluation!.rocAuc).toBeGreaterThan(0.98);
  await found.detector.dispose();
});

describe("what is refused, before anything is learned", () => {
  const data = new Uint8Array(4 * 12);
  const cases: [string, ImageInput, DetectImagesOptions, new (...args: never[]) => Error, RegExp][] = [
    ["no shape", data, {}, ArgumentError, /give imageShape/],
    [
      "a matrix has no shape of an image",
      new Matrix(new Float32Array(48), 4, 12),
      {},
      ArgumentError,
      /give imageShape/,
    ],
    [
      "two channels",
      data,
      { imageShape: [3, 2, 2 as never] },
      ShapeError,
      /1 or 3 channels, not \[3, 2, 2\]/,
    ],
    ["another size", data, { imageShape: [5, 5] }, ShapeError, /images/],
    ["half a pixel", data, { imageShape: [1.5, 8] }, ArgumentError, /imageShape\[0\]/],
    ["no image", new Uint8Array(0), { imageShape: [3, 4] }, ShapeError, /images/],
    [
      "bright",
      Float32Array.of(0, 1, 0, 2),
      { imageShape: [1, 2] },
      ArgumentError,
      /image 1 of images has the value 2; images must be bytes, or numbers from 0 to 1/,
    ],
    ["holes", Float32Array.of(0, Number.NaN), { imageShape: [1, 2] }, NonFiniteError, /NaN/],
    [
      "labels for no reason",
      data,
      { imageShape: [3, 4], threshold: "labels" },
      ArgumentError,
      /needs labels/,
    ],
    ["an unknown option", data, { imageShape: [3, 4], epochs: 3 } as never, ArgumentError, /steps/],
    ["two rules", data, { imageShape: [3, 4], sigma: 2, contamination: 0.1 }, ArgumentError, /sigma/],
    ["no signal", data, { imageShape: [3, 4], signal: 3 as never }, ArgumentError, /signal/],
  ];
  test.each(cases)("%s", async (_, images, options, type, message) => {
    const error = await failure(() => detect(images, options));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  });

  test("an abort frees what was taken", async () => {
    const reason = new Error("enough");
    const own = usedWithoutSpares(engine);
    const aborted = detect(blotted(), { imageShape: [SIZE, SIZE], signal: AbortSignal.abort(reason) });
    await expect(aborted).rejects.toBe(reason);
    expect(usedWithoutSpares(engine)).toBe(own);
  });
});
