import { describe, expect, test } from "vitest";
import { ArgumentError, dense, type NamedWeight, NonFiniteError, ShapeError } from "../../src/index.js";
import { bits, bitsOfWeights, failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

describe.each(MATHS)("%s", (math) => {
  test("setWeights takes what getWeights gives, in any order, and uses it", async () => {
    const source = await smallModel({ seed: 1, engine: { math } });
    const target = await smallModel({ seed: 2, engine: { math } });
    const samples = values(10, 6);
    await source.fit(samples, { epochs: 3 });
    expect(weightBits(target)).not.toBe(weightBits(source));
    target.setWeights(source.getWeights().reverse());
    expect(weightBits(target)).toBe(weightBits(source));
    expect(bits(target.reconstructSync(samples).data)).toBe(bits(source.reconstructSync(samples).data));
  });
});

test("names and shapes are those of PyTorch's Linear", async () => {
  const model = await smallModel({ encoder: [dense(4, "relu"), dense(2, "tanh", { bias: false })] });
  expect(model.getWeights().map(({ name, shape }) => [name, ...shape])).toEqual([
    ["encoder.0.weight", 4, 6],
    ["encoder.0.bias", 4],
    ["encoder.1.weight", 2, 4],
    ["decoder.0.weight", 6, 2],
    ["decoder.0.bias", 6],
  ]);
});

test("a weight [out, in] is applied as W·x", async () => {
  const model = await smallModel({ encoder: [dense(3)] });
  const weights = model.getWeights();
  weights.find(({ name }) => name === "encoder.0.weight")!.data.fill(0)[1 * 6 + 4] = 2;
  weights.find(({ name }) => name === "encoder.0.bias")!.data.set([0, 0, 5]);
  model.setWeights(weights);
  expect([...model.encodeSync([[1, 2, 3, 4, 5, 6]]).data]).toEqual([0, 10, 5]);
});

test("both directions are copies", async () => {
  const model = await smallModel();
  const before = weightBits(model);
  const taken = model.getWeights();
  for (const { data } of taken) data.fill(9);
  expect(weightBits(model)).toBe(before);
  model.setWeights(taken);
  const nines = weightBits(model);
  expect(nines).not.toBe(before);
  for (const { data } of taken) data.fill(1);
  expect(weightBits(model)).toBe(nines);
  await model.fit(values(10, 6));
  expect(taken.every(({ data }) => data.every((value) => value === 1))).toBe(true);
});

const edit = (change: (weights: NamedWeight[]) => unknown) => change;
const changed = (weights: NamedWeight[], index: number, change: object) => {
  weights[index] = { ...weights[index]!, ...change };
  return weights;
};

test.each([
  ["a missing one", edit((w) => w.slice(1)), ShapeError, /"encoder\.0\.weight" is missing/],
  ["none at all", edit(() => []), ShapeError, /"encoder\.0\.weight" is missing/],
  [
    "a surplus one",
    edit((w) => [...w, { name: "decoder.1.bias", shape: [1], data: new Float32Array(1) }]),
    ShapeError,
    /no weight named "decoder\.1\.bias"/,
  ],
  ["one twice", edit((w) => [...w, w[0]]), ShapeError, /named twice/],
  [
    "another shape of as many elements",
    edit((w) => changed(w, 2, { shape: [3, 6] })),
    ShapeError,
    /"decoder\.0\.weight" has shape \[3, 6\].*\[6, 3\]/,
  ],
  ["a shape of another rank", edit((w) => changed(w, 2, { shape: [18] })), ShapeError, /\[18\].*\[6, 3\]/],
  [
    "fewer elements than the shape says",
    edit((w) => changed(w, 3, { data: new Float32Array(5) })),
    ShapeError,
    /"decoder\.0\.bias" has shape \[6\] and 5 elements/,
  ],
  [
    "NaN in the last one",
    edit((w) => changed(w, 3, { data: Float32Array.of(0, 0, 0, 0, Number.NaN, 0) })),
    NonFiniteError,
    /element 4 of "decoder\.0\.bias" is NaN/,
  ],
  [
    "an infinity",
    edit((w) => changed(w, 3, { data: new Float32Array(6).fill(-Infinity) })),
    NonFiniteError,
    /element 0 of "decoder\.0\.bias" is -Infinity/,
  ],
  [
    "float64 data",
    edit((w) => changed(w, 3, { data: new Float64Array(6) })),
    ArgumentError,
    /Float32Array.*Float64Array/,
  ],
  [
    "no data",
    edit((w) => changed(w, 3, { data: undefined })),
    ArgumentError,
    /"decoder\.0\.bias".*undefined/,
  ],
  [
    "no shape",
    edit((w) => changed(w, 3, { shape: undefined })),
    ArgumentError,
    /shape of "decoder\.0\.bias".*undefined/,
  ],
  ["null among them", edit((w) => [...w, null]), ArgumentError, /weights\[4\].*null/],
  ["no array", edit(() => "weights"), ArgumentError, /weights must be an array, not "weights"/],
  ["nothing", edit(() => undefined), ArgumentError, /weights must be an array, not undefined/],
])("setWeights refuses %s and changes nothing", async (_, change, type, message) => {
  const model = await smallModel();
  const samples = values(3, 6);
  const before = weightBits(model);
  const output = bits(model.reconstructSync(samples).data);
  // What is good among the weights differs from the model's, so that a partial change would show.
  const other = (await smallModel({ seed: 9 })).getWeights();
  expect(bitsOfWeights(other)).not.toBe(before);
  const error = await failure(() => model.setWeights(change(other) as NamedWeight[]));
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
  expect(weightBits(model)).toBe(before);
  expect(bits(model.reconstructSync(samples).data)).toBe(output);
});
