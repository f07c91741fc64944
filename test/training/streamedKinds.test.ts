import { describe, expect, test } from "vitest";
import { ArgumentError, Autoencoder, NonFiniteError, StateError } from "../../src/index.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";
import { inChunks } from "../support/stream.js";

const ROWS = 61;
const samples = values(ROWS, WIDTH, 3);
const held = values(20, WIDTH, 4);

describe.each(MATHS)("%s", (math) => {
  const engine = { math };

  test.each(KINDS)("%s: a stream trains and validates to the bits of memory", async (_, options) => {
    const create = () => Autoencoder.create({ ...options, engine, seed: 2 });
    const [model, twin] = [await create(), await create()];
    const how = { epochs: 2, batchSize: 16, shuffle: false, metrics: ["meanSquaredError"] as const };
    const stream = inChunks(samples, WIDTH, [7, 1, 20]).stream;
    const validationData = inChunks(held, WIDTH, [3, 11]).stream;
    const streamed = await model.fit(stream, { ...how, validationData });
    const { seconds, ...series } = await twin.fit(samples, { ...how, validationData: held });
    expect(streamed).toEqual({ ...series, seconds: streamed.seconds });
    expect(seconds).toHaveLength(2);
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(await model.evaluate(validationData)).toEqual(twin.evaluateSync(held));
    await Promise.all([model.dispose(), twin.dispose()]);
  });

  test.each(["minMax", "standard"] as const)("scaling %s learns from a first pass", async (scaling) => {
    const wide = values(ROWS, 6, 5, -300, 700);
    const bytes = Uint8Array.from(values(ROWS, 6, 6, 0, 255));
    for (const data of [wide, bytes]) {
      const [model, twin] = [await smallModel({ engine, scaling }), await smallModel({ engine, scaling })];
      const { stream, asked } = inChunks<Float32Array | Uint8Array>(data, 6, [9, 4]);
      const how = { epochs: 2, batchSize: 10, shuffle: false };
      const streamed = await model.fit(stream, how);
      expect(asked.filter((row) => row === 0)).toHaveLength(3);
      const history = await twin.fit(data, how);
      expect(model.scaling).toEqual(twin.scaling);
      expect(streamed.loss).toEqual(history.loss);
      expect(weightBits(model)).toBe(weightBits(twin));
      // What it has learnt stays: no first pass any more.
      await model.fit(stream, { ...how, epochs: 1 });
      expect(asked.filter((row) => row === 0)).toHaveLength(4);
      await Promise.all([model.dispose(), twin.dispose()]);
    }
  });
});

test("a stream for one pass cannot teach a scaling, but trains one that has learnt", async () => {
  const model = await smallModel({ scaling: "standard" });
  const data = values(20, 6);
  const once = () => inChunks(data, 6, [8]).stream();
  const error = await failure(() => model.fit(once()));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(/only once, but the scaling has to learn/);
  expect(model.scaling).toBeUndefined();
  await model.fit(data);
  expect((await model.fit(once())).loss).toHaveLength(1);
  await model.dispose();
});

test("values of a stream that are not finite, or cannot be scaled, leave the model as it was", async () => {
  const model = await smallModel({ scaling: "minMax" });
  const bad = values(20, 6);
  bad[70] = Number.NaN;
  expect(await failure(() => model.fit(inChunks(bad, 6, [8]).stream))).toBeInstanceOf(NonFiniteError);
  expect(model.scaling).toBeUndefined();
  await model.fit(values(20, 6, 1, 0, 1e-30));
  const before = weightBits(model);
  bad[70] = 3e38;
  const error = await failure(() => model.fit(inChunks(bad, 6, [8]).stream, { batchSize: 4 }));
  expect(error).toBeInstanceOf(NonFiniteError);
  expect((error as Error).message).toMatch(/of chunk \d of samples/);
  expect(weightBits(model)).toBe(before);
  await model.dispose();
});

test("the metric binaryCrossentropy is refused where samples are standardized", async () => {
  const model = await smallModel({ scaling: "standard" });
  const error = await failure(() => model.fit(values(9, 6), { metrics: ["binaryCrossentropy"] }));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(model.scaling).toBeUndefined();
  await model.dispose();
});

test.each<[string, (model: Autoencoder, stream: () => AsyncIterable<Float32Array>) => Promise<unknown>]>([
  ["fit", (model, stream) => model.fit(stream)],
  ["evaluate", (model, stream) => model.evaluate(stream)],
  ["encode", (model, stream) => model.encode(stream).next()],
])("dispose ends %s that waits for a chunk which never comes", async (_, call) => {
  const model = await smallModel();
  const stuck = async function* (): AsyncGenerator<Float32Array> {
    await new Promise(() => {});
    yield values(3, 6);
  };
  const failed = failure(() => call(model, stuck));
  await new Promise((resolve) => setImmediate(resolve));
  await model.dispose();
  expect(await failed).toBeInstanceOf(StateError);
});
