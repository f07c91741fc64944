// What the page of digits shows of convolutions, against float64 and plain loops.
import { expect, test } from "vitest";
import {
  Autoencoder,
  conv2d,
  dense,
  digits,
  Engine,
  flatten,
  maxPooling2d,
  reshape,
} from "../../src/index.js";
import { FeatureMaps } from "../../src/playground/digits/pictureMaps.js";
import { PIXELS, toUnit } from "../../src/playground/digits/pictures.js";
import { convolvedPictures } from "../support/convolution.js";
import { usedWithoutSpares } from "../support/models.js";

const picture = toUnit(digits({ samples: 3, seed: 4 }).images.subarray(2 * PIXELS));
const relu = (values: Float64Array) => values.map((value) => Math.max(0, value));
const SAME = { kernel: [3, 3], dilation: [1, 1], padding: "same", transposed: false } as const;

test("maps are the outputs of each convolution, whatever is between them, after each change of the weights", async () => {
  const engine = await Engine.create({ threads: 1 });
  const model = await Autoencoder.create({
    inputShape: [28, 28, 1],
    encoder: [
      conv2d(4, 3, "relu", { padding: "same" }),
      maxPooling2d(),
      conv2d(6, 3, "relu", { padding: "same", strides: 2 }),
      flatten(),
      dense(5),
    ],
    decoder: [dense(PIXELS, "sigmoid"), reshape([28, 28, 1])],
    loss: "binaryCrossentropy",
    engine,
  });
  const maps = new FeatureMaps(model);
  expect(maps.any).toBe(true);
  const shown: Uint8Array[] = [];
  for (const epochs of [0, 2]) {
    if (epochs > 0) await model.fit(digits({ samples: 200, seed: 1 }).images, { epochs });
    maps.take();
    const { maps: all, filters } = await maps.of(picture);
    const [first, second, ...others] = all;
    expect(others).toEqual([]);
    expect(first).toMatchObject({ width: 28, height: 28, count: 4 });
    expect(second).toMatchObject({ width: 7, height: 7, count: 6 });
    const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
    const layer = (index: number) =>
      [weights.get(`encoder.${index}.weight`)!, weights.get(`encoder.${index}.bias`)!] as const;
    const one = relu(
      convolvedPictures(
        Float64Array.from(picture),
        [28, 28, 1],
        [28, 28, 4],
        { ...SAME, strides: [1, 1] },
        ...layer(0),
      ),
    );
    const pooled = Float64Array.from({ length: 14 * 14 * 4 }, (_, i) => {
      const [y, x, c] = [Math.floor(i / 56), Math.floor(i / 4) % 14, i % 4];
      return Math.max(...[0, 1, 28, 29].map((step) => one[(2 * y * 28 + 2 * x + step) * 4 + c]!));
    });
    const two = relu(
      convolvedPictures(pooled, [14, 14, 4], [7, 7, 6], { ...SAME, strides: [2, 2] }, ...layer(1)),
    );
    for (const [bytes, outputs, count] of [
      [first!.bytes, one, 4],
      [second!.bytes, two, 6],
    ] as const) {
      const [low, high] = [Math.min(...outputs), Math.max(...outputs)];
      const places = outputs.length / count;
      outputs.forEach((value, i) => {
        const byte = bytes[(i % count) * places + Math.floor(i / count)]!;
        expect(Math.abs(byte - (255 * (value - low)) / (high - low))).toBeLessThan(0.51);
      });
    }
    shown.push(first!.bytes);
    // Filters are those of the first convolution, in units of the largest weight.
    const [kernel] = layer(0);
    const most = Math.max(...kernel.map(Math.abs));
    expect(filters).toMatchObject({ width: 3, height: 3, count: 4 });
    expect([...filters!.values]).toEqual([...kernel].map((w) => Math.round((127 * w) / most)));
  }
  expect(shown[0]).not.toEqual(shown[1]);
  // Whoever looks again and again, at one model after the other, needs no more memory.
  const used = usedWithoutSpares(engine);
  const again = new FeatureMaps(model);
  again.take();
  await again.of(picture);
  expect(usedWithoutSpares(engine)).toBe(used);
  await model.dispose();
  await engine.dispose();
});

test("a dense model has none", async () => {
  const engine = await Engine.create({ threads: 1 });
  const model = await Autoencoder.create({
    inputSize: 784,
    encoder: [dense(3)],
    decoder: [dense(784)],
    engine,
  });
  const maps = new FeatureMaps(model);
  expect(maps.any).toBe(false);
  maps.take();
  expect(await maps.of(picture)).toEqual({ maps: [] });
  await model.dispose();
  await engine.dispose();
});
