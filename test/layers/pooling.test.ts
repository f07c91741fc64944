// Pooling, upsampling, repeatVector and activation layers against PyTorch, and what they refuse.
import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  activation,
  averagePooling1d,
  averagePooling2d,
  dense,
  flatten,
  globalAveragePooling2d,
  type Layer,
  maxPooling1d,
  maxPooling2d,
  repeatVector,
  reshape,
  ShapeError,
  upSampling1d,
  upSampling2d,
} from "../../src/index.js";
import { readGolden } from "../golden/load.js";
import { expectTorch, type TorchCase, type TorchGolden } from "../golden/torchCases.js";
import { failure, MATHS, values, weightBits } from "../support/models.js";

const golden = readGolden<TorchGolden<TorchCase & { inputShape: readonly number[] }>>("pooling.json");

/** The layers of golden/pooling.py, by name. */
const LAYERS: Readonly<Record<string, Layer>> = {
  maxPooling2d: maxPooling2d(),
  "maxPooling2d, same": maxPooling2d({ poolSize: 3, strides: [2, 1], padding: "same" }),
  averagePooling2d: averagePooling2d({ poolSize: [2, 2] }),
  "averagePooling2d, same": averagePooling2d({ poolSize: [3, 2], strides: [1, 2], padding: "same" }),
  globalAveragePooling2d: globalAveragePooling2d(),
  upSampling2d: upSampling2d(),
  "upSampling2d, bilinear": upSampling2d({ size: [2, 3], interpolation: "bilinear" }),
  activation: activation("gelu"),
  "maxPooling1d, same": maxPooling1d({ poolSize: 3, strides: 2, padding: "same" }),
  "averagePooling1d, same": averagePooling1d({ poolSize: 4, strides: 3, padding: "same" }),
  upSampling1d: upSampling1d(),
};

/** The network of a case. */
function halvesOf(name: string, shape: readonly number[]): { encoder: Layer[]; decoder: Layer[] } {
  if (name === "repeatVector") {
    return {
      encoder: [flatten(), dense(3)],
      decoder: [repeatVector(15), dense(4, "tanh"), dense(2)],
    };
  }
  return {
    encoder: [dense(4, "tanh"), LAYERS[name]!, dense(1), flatten(), dense(3)],
    decoder: [dense(30), reshape(shape)],
  };
}

describe.each(MATHS)("%s", (math) => {
  test.each(golden.cases)("$name: loss and gradients are PyTorch's", ({ inputShape, ...given }) =>
    expectTorch({ inputShape, ...halvesOf(given.name, inputShape), engine: { math } }, golden.batch, given),
  );
});

test("the list of golden values is complete", () => {
  expect(golden.cases.map(({ name }) => name).sort()).toEqual(
    [...Object.keys(LAYERS), "repeatVector"].sort(),
  );
});

test("shapes are Keras's", async () => {
  const model = await Autoencoder.create({
    inputShape: [28, 28, 1],
    encoder: [
      dense(4),
      maxPooling2d({ padding: "same" }),
      averagePooling2d({ poolSize: 3, strides: 2 }),
      maxPooling2d({ poolSize: [2, 3], strides: 1 }),
      averagePooling2d({ poolSize: 2, padding: "same" }),
    ],
    decoder: [
      globalAveragePooling2d(),
      repeatVector(7),
      dense(28),
      upSampling1d({ size: 4 }),
      reshape([28, 28, 1]),
    ],
  });
  expect(model.summary().rows.map(({ outputShape }) => outputShape)).toEqual([
    [28, 28, 4],
    [14, 14, 4],
    [6, 6, 4],
    [5, 4, 4],
    [3, 2, 4],
    [4],
    [7, 4],
    [7, 28],
    [28, 28],
    [28, 28, 1],
  ]);
  expect(model.latentShape).toEqual([3, 2, 4]);
  await model.dispose();
});

test("a pooled model is trained, saved, and goes on from a checkpoint", async () => {
  const create = () =>
    Autoencoder.create({
      inputShape: [4, 6, 1],
      encoder: [dense(3, "relu"), maxPooling2d(), flatten(), dense(4)],
      decoder: [
        dense(18),
        reshape([2, 3, 3]),
        upSampling2d({ interpolation: "bilinear" }),
        dense(1, "sigmoid"),
      ],
      seed: 2,
      engine: { math: "portable" },
    });
  const samples = values(40, 24, 3, 0, 1);
  const [whole, part] = [await create(), await create()];
  await whole.fit(samples, { epochs: 4, batchSize: 16 });
  await part.fit(samples, { epochs: 2, batchSize: 16 });
  const resumed = await Autoencoder.fromCheckpoint(part.toCheckpoint(), { engine: { math: "portable" } });
  await resumed.fit(samples, { epochs: 4 });
  expect(weightBits(resumed)).toBe(weightBits(whole));
  const copy = await Autoencoder.fromSafetensors(whole.toSafetensors(), { engine: { math: "portable" } });
  expect(copy.description).toEqual(whole.description);
  expect(copy.reconstructSync(samples)).toEqual(whole.reconstructSync(samples));
  await Promise.all([whole, part, resumed, copy].map((model) => model.dispose()));
});

describe("what is refused", () => {
  test.each<[string, () => unknown, string | RegExp]>([
    [
      "a pool of 0",
      () => maxPooling2d({ poolSize: 0 }),
      "poolSize of maxPooling2d must be a positive integer, not 0",
    ],
    [
      "three lengths",
      () => averagePooling2d({ poolSize: [2, 2, 2] as never }),
      "poolSize of averagePooling2d must be one number or two, not an array of 3",
    ],
    ["a part of two", () => maxPooling2d({ strides: [2, 1.5] }), "strides of maxPooling2d[1] must be"],
    [
      "a pair for steps",
      () => maxPooling1d({ poolSize: [2, 2] as never }),
      "poolSize of maxPooling1d must be",
    ],
    [
      "another padding",
      () => averagePooling1d({ padding: "causal" as never }),
      'padding of averagePooling1d "causal"',
    ],
    ["PyTorch's names", () => maxPooling2d({ kernel_size: 2 } as never), "PyTorch's kernel_size is poolSize"],
    ["a number", () => maxPooling2d(2 as never), "the options of maxPooling2d must be an object, not 2"],
    [
      "another interpolation",
      () => upSampling2d({ interpolation: "bicubic" as never }),
      'interpolation of upSampling2d "bicubic" is not known (known: "nearest", "bilinear")',
    ],
    [
      "interpolated steps",
      () => upSampling1d({ interpolation: "bilinear" } as never),
      "steps are repeated; only upSampling2d interpolates",
    ],
    [
      "a size of 0",
      () => upSampling1d({ size: 0 }),
      "size of upSampling1d must be a positive integer, not 0",
    ],
    [
      "a window that kernels cannot count",
      () => averagePooling2d({ poolSize: 2 ** 33, strides: 1, padding: "same" }),
      "poolSize of averagePooling2d must be at most 1073741824, not 8589934592",
    ],
    [
      "a distance that they cannot count",
      () => maxPooling1d({ strides: 2 ** 32 }),
      "strides of maxPooling1d must be at most 1073741824, not 4294967296",
    ],
    [
      "dimensions to keep",
      () => (globalAveragePooling2d as (options: object) => Layer)({ keepDims: true }),
      "globalAveragePooling2d takes no arguments, not an object; reshape([1, 1, channels]) behind it",
    ],
    [
      "options of an activation",
      () => (activation as (name: string, options: object) => Layer)("leakyRelu", { negativeSlope: 0.01 }),
      'activation takes the name alone and has no options, so no "negativeSlope" either',
    ],
    [
      "two numbers of repetitions",
      () => (repeatVector as (n: number, more: number) => Layer)(3, 4),
      "repeatVector takes the number of steps alone, not also 4",
    ],
    ["half a repetition", () => repeatVector(1.5), "n of repeatVector must be a positive integer, not 1.5"],
    ["no activation", () => activation("relu6" as never), 'activation "relu6" is not known'],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  const shapes: [string, readonly number[], Layer, string][] = [
    [
      "a flat picture",
      [784],
      maxPooling2d(),
      "encoder[0], maxPooling2d, must get samples of the shape [height, width, channels], not [784]; " +
        "put reshape([28, 28, 1]) before it",
    ],
    ["a flat colour picture", [3072], averagePooling2d(), "not [3072]; put reshape([32, 32, 3]) before it"],
    [
      "a picture without channels",
      [28, 28],
      upSampling2d(),
      "not [28, 28]; put reshape([28, 28, 1]) before it",
    ],
    [
      "no picture",
      [30],
      globalAveragePooling2d(),
      "not [30]; put reshape([height, width, channels]) before it",
    ],
    [
      "a flat sequence",
      [288],
      maxPooling1d(),
      "encoder[0], maxPooling1d, must get samples of the shape [steps, channels], not [288]; " +
        "put reshape([288, 1]) before it",
    ],
    [
      "a picture for steps",
      [4, 6, 3],
      averagePooling1d(),
      "not [4, 6, 3]; put reshape([24, 3]) before it, or use averagePooling2d",
    ],
    [
      "a sequence to repeat",
      [4, 6],
      repeatVector(3),
      "must get samples of one dimension, not [4, 6]; put flatten()",
    ],
    [
      "a window that is too large",
      [3, 8, 1],
      maxPooling2d({ poolSize: 4 }),
      "encoder[0], maxPooling2d: a window of 4 × 4 does not fit into 3 × 8; give a smaller poolSize, " +
        'or padding: "same"',
    ],
    [
      "too many steps",
      [3, 2],
      averagePooling1d({ poolSize: 5 }),
      "encoder[0], averagePooling1d: a window of 5 steps does not fit into 3",
    ],
  ];
  test.each(shapes)("%s", async (_, inputShape, layer, message) => {
    const create = () => Autoencoder.create({ inputShape, encoder: [layer, dense(2)], decoder: [dense(2)] });
    const error = await failure(create);
    expect(error).toBeInstanceOf(ShapeError);
    expect((error as Error).message).toContain(message);
  });

  test("layers of a file that are none", async () => {
    const create = (encoder: object[]) =>
      Autoencoder.create({ inputShape: [4, 4, 1], encoder: encoder as Layer[], decoder: [dense(1)] });
    await expect(create([{ ...maxPooling2d(), pool: 2 }])).rejects.toThrow('option of maxPooling2d "pool"');
    await expect(create([{ kind: "maxPooling3d" }])).rejects.toThrow(/kind of encoder\[0\] "maxPooling3d"/);
    await expect(create([{ kind: "globalAveragePooling2d", keepdims: true }])).rejects.toThrow(
      /reshape\(\[1, 1, channels\]\)/,
    );
  });
});
