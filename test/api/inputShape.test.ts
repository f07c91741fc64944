import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  dense,
  flatten,
  inspectModel,
  reshape,
  ShapeError,
} from "../../src/index.js";
import { values, weightBits } from "../support/models.js";

const flat = { encoder: [dense(5, "relu")], decoder: [dense(12, "sigmoid")], seed: 7 };
const shaped = {
  inputShape: [3, 4, 1],
  encoder: [flatten(), dense(5, "relu")],
  decoder: [dense(12, "sigmoid"), reshape([3, 4, 1])],
  seed: 7,
};

test("a model of shaped samples is that of their values one after the other", async () => {
  const [one, other] = await Promise.all([
    Autoencoder.create({ inputSize: 12, ...flat }),
    Autoencoder.create(shaped),
  ]);
  expect([other.inputSize, other.latentSize]).toEqual([12, 5]);
  expect([other.inputShape, other.latentShape, one.inputShape]).toEqual([[3, 4, 1], [5], [12]]);
  const samples = values(20, 12, 3, 0, 1);
  for (const model of [one, other]) await model.fit(samples, { epochs: 2, batchSize: 8 });
  expect(weightBits(other)).toBe(weightBits(one));
  expect(other.reconstructSync(samples)).toEqual(one.reconstructSync(samples));
  expect(other.encoder.predictSync(samples)).toEqual(one.encodeSync(samples));
  // The description says what was asked for, and a file keeps it.
  expect("inputShape" in one.description).toBe(false);
  expect(other.description.inputShape).toEqual([3, 4, 1]);
  const copy = await Autoencoder.fromSafetensors(other.toSafetensors());
  expect(copy.description).toEqual(other.description);
  expect(copy.decodeSync(other.encodeSync(samples))).toEqual(one.reconstructSync(samples));
  const { layers } = inspectModel(other.toSafetensors());
  expect(layers.map(({ name, layer, outputShape }) => [name, layer.kind, outputShape])).toEqual([
    ["", "flatten", [12]],
    ["encoder.0", "dense", [5]],
    ["decoder.0", "dense", [12]],
    ["", "reshape", [3, 4, 1]],
  ]);
});

test("dense works along the last dimension, with the same weights at each place", async () => {
  const model = await Autoencoder.create({
    inputShape: [4, 3],
    encoder: [dense(2, "tanh")],
    decoder: [dense(3)],
  });
  expect(model.latentShape).toEqual([4, 2]);
  expect(model.parameterCount).toBe(2 * 3 + 2 + 3 * 2 + 3);
  const place = values(1, 3, 3, -1, 1);
  const codes = model.encodeSync(new Float32Array(12).map((_, i) => place[i % 3]!));
  expect([codes.rows, codes.columns]).toEqual([1, 8]);
  for (let i = 2; i < 8; i++) expect(codes.data[i]).toBe(codes.data[i % 2]);
});

describe("what is refused", () => {
  const create = (options: object) => () => Autoencoder.create({ ...shaped, ...options });
  test.each([
    [
      { inputShape: [3, 4] },
      ShapeError,
      /gives the shape \[3, 4, 1\], but it must give .* \[3, 4\]; put reshape\(\[3, 4\]\) behind it$/,
    ],
    [
      { decoder: [dense(12), reshape([3, 4, 1]), dense(2)] },
      ShapeError,
      /\[3, 4, 2\].*; it needs 1 filters or units$/,
    ],
    [{ decoder: [dense(7)] }, ShapeError, /\[7\].*; put dense\(12\), reshape\(\[3, 4, 1\]\) behind it$/],
    [
      { decoder: [dense(16), reshape([4, 4, 1])] },
      ShapeError,
      /\[4, 4, 1\].*; put flatten\(\), dense\(12\), reshape\(\[3, 4, 1\]\) behind it$/,
    ],
    [
      { inputShape: undefined, inputSize: 12, decoder: [dense(16), reshape([4, 4])] },
      ShapeError,
      /\[4, 4\].*; put flatten\(\), dense\(12\) behind it$/,
    ],
    [
      { inputShape: undefined, inputSize: 12, decoder: [dense(12), reshape([3, 4])] },
      ShapeError,
      /\[3, 4\].*; put flatten\(\) behind it$/,
    ],
    [{ inputShape: [3, 4, 1], inputSize: 11 }, ShapeError, /\[3, 4, 1\] has 12 values, but inputSize is 11/],
    [{ inputShape: [] }, ArgumentError, /inputShape must be an array of lengths such as \[28, 28, 1\]/],
    [{ inputShape: [3, 0] }, ArgumentError, /inputShape\[1\] must be a positive integer, not 0/],
    [{ inputShape: 12 }, ArgumentError, /inputShape must be an array of lengths .*, not 12/],
    [
      { decoder: [dense(12), reshape([5, 2])] },
      ShapeError,
      /decoder\[1\], reshape, cannot make \[5, 2\] \(10 values\) of \[12\] .*; put dense\(10\) before it$/,
    ],
    [
      { decoder: [dense(6), reshape([3, 2]), dense(12), reshape([3, 4, 1])] },
      ShapeError,
      /of \[3, 12\] \(36 values\); dense\(12\) works along the last dimension; put flatten\(\) before that$/,
    ],
    [
      { decoder: [dense(6), reshape([3, 2]), reshape([3, 4, 1])] },
      ShapeError,
      /of \[3, 2\] \(6 values\); put flatten\(\) and dense\(12\) before it$/,
    ],
    [{ encoder: [flatten()] }, ArgumentError, /encoder must have a layer that calculates something/],
    [
      { encoder: [{ kind: "flaten" }] },
      ArgumentError,
      /kind of encoder\[0\] "flaten" .* did you mean "flatten"/,
    ],
    [{ encoder: [{ kind: "flatten", shape: 3 }] }, ArgumentError, /encoder\[0\]/],
  ])("%j", async (options, type, message) => {
    await expect(create(options)()).rejects.toThrow(type);
    await expect(create(options)()).rejects.toThrow(message);
  });

  test("a shape that is none", () => {
    expect(() => reshape([2.5] as number[])).toThrow(
      "shape of reshape[0] must be a positive integer, not 2.5",
    );
  });
});
