import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  adam,
  dense,
  Engine,
  type FitOptions,
  type Matrix,
  NonFiniteError,
  ShapeError,
  sgd,
} from "../../src/index.js";
import { failure, MATHS, smallModel, usedWithoutSpares, values, weightBits } from "../support/models.js";
import { inChunks, madeStream } from "../support/stream.js";
import { until } from "../support/until.js";

const ROWS = 103;
const samples = values(ROWS, 6);
const bytes = Uint8Array.from(values(ROWS, 6, 5, 0, 255));

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const result: T[] = [];
  for await (const item of stream) result.push(item);
  return result;
}

describe.each(MATHS)("%s", async (math) => {
  const engine = await Engine.create({ math });
  const create = () => smallModel({ engine, optimizer: adam({ learningRate: 0.01 }) });

  test.each<[string, Float32Array | Uint8Array, number[], number]>([
    ["chunks larger than the batches", samples, [50], 16],
    ["smaller chunks, of all sizes", samples, [1, 7, 2, 13], 32],
    ["chunks as large as the batches", samples, [16], 16],
    ["one chunk", samples, [ROWS], 10],
    ["a batch larger than the data", samples, [20], 1000],
    ["chunks of bytes", bytes, [9, 30], 25],
  ])("%s train to the bits of the same rows in memory", async (_, data, sizes, batchSize) => {
    const [model, twin] = [await create(), await create()];
    const options = { epochs: 3, batchSize, shuffle: false, validationData: values(20, 6, 9) };
    const streamed = await model.fit(inChunks(data, 6, sizes).stream, options);
    const history = await twin.fit(data, options);
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(streamed.loss).toEqual(history.loss);
    expect(streamed.valLoss).toEqual(history.valLoss);
  });

  test("a stream may hand out the same memory again and again", async () => {
    const [model, twin] = [await create(), await create()];
    const buffer = new Float32Array(10 * 6);
    async function* stream() {
      for (let begin = 0; begin < samples.length; begin += buffer.length) {
        const part = samples.subarray(begin, begin + buffer.length);
        buffer.set(part);
        yield buffer.subarray(0, part.length);
      }
    }
    const options = { epochs: 2, batchSize: 16, shuffle: false };
    await model.fit(stream, options);
    await twin.fit(samples, options);
    expect(weightBits(model)).toBe(weightBits(twin));
  });

  test("shuffled in a buffer, every row is taken once an epoch, in an order of the seed and the epoch", async () => {
    const orders = async (seed: number, shuffleBuffer: number) => {
      const model = await smallModel({ engine, seed, optimizer: sgd({ learningRate: 1e-30 }) });
      const known = Array.from(
        { length: ROWS },
        (_, row) => model.evaluateSync(samples.subarray(row * 6, row * 6 + 6)).loss,
      );
      const taken: number[][] = [[], []];
      let before = 0;
      await model.fit(inChunks(samples, 6, [10]).stream, {
        epochs: 2,
        batchSize: 1,
        shuffleBuffer,
        onBatchEnd: ({ epoch, step, loss }) => {
          if (step === 1) before = 0;
          const found = loss * step - before;
          before += found;
          const distances = known.map((value) => Math.abs(value - found));
          taken[epoch - 1]!.push(distances.indexOf(Math.min(...distances)));
        },
      });
      return taken;
    };
    const inOrder = Array.from({ length: ROWS }, (_, row) => row);
    const [first, second] = await orders(1, 20);
    for (const order of [first!, second!]) {
      expect(order.toSorted((a, b) => a - b)).toEqual(inOrder);
      expect(order).not.toEqual(inOrder);
      // Nothing comes before the buffer has reached it.
      order.forEach((row, place) => {
        expect(row).toBeLessThan(place + 20);
      });
    }
    expect(first).not.toEqual(second);
    expect(await orders(1, 20)).toEqual([first, second]);
    expect(await orders(2, 20)).not.toEqual([first, second]);
    const [whole] = await orders(1, 1000);
    expect(whole!.toSorted((a, b) => a - b)).toEqual(inOrder);
    expect(whole!.indexOf(ROWS - 1)).toBeLessThan(ROWS - 1);
  });

  test("batches are full until the last one, with and without shuffling", async () => {
    for (const shuffle of [true, false]) {
      const model = await create();
      const steps: (number | undefined)[] = [];
      await model.fit(inChunks(samples, 6, [11]).stream, {
        epochs: 2,
        batchSize: 20,
        shuffle,
        shuffleBuffer: 50,
        onBatchEnd: (log) => void steps.push(log.steps),
      });
      // How many there are is known from the second epoch on.
      expect(steps).toEqual([...Array(6).fill(undefined), ...Array(6).fill(6)]);
    }
  });

  test("predictors take streams, and give as many rows as come, chunk by chunk", async () => {
    const model = await create();
    const stream = () => inChunks(samples, 6, [40]).stream();
    const join = (parts: Matrix[]) => parts.flatMap(({ data }) => [...data]);
    const codes = await all(model.encode(stream()));
    expect(codes.map(({ shape }) => shape)).toEqual([
      [40, 3],
      [40, 3],
      [23, 3],
    ]);
    expect(join(codes)).toEqual([...model.encodeSync(samples).data]);
    expect(join(await all(model.decode(() => codes)))).toEqual([...model.reconstructSync(samples).data]);
    expect(join(await all(model.reconstruct(stream())))).toEqual([...model.reconstructSync(samples).data]);
    const errors = await all(model.reconstructionError(stream()));
    expect(errors.flatMap((part) => [...part])).toEqual([...model.reconstructionErrorSync(samples)]);
    expect(await model.evaluate(stream())).toEqual(model.evaluateSync(samples));
  });

  test("two threads give the bits of one", async () => {
    const ends: string[] = [];
    for (const threads of [1, 2]) {
      const model = await smallModel({ engine: { math, threads } });
      await model.fit(inChunks(samples, 6, [30]).stream, { epochs: 2, shuffleBuffer: 50 });
      ends.push(weightBits(model));
      await model.dispose();
    }
    expect(ends[1]).toBe(ends[0]);
  });

  test("validation data may be a stream", async () => {
    const [model, twin] = [await create(), await create()];
    const options = { epochs: 2, metrics: ["meanSquaredError", "binaryCrossentropy"] as const };
    const validation = inChunks(samples, 6, [30]).stream;
    const a = await model.fit(samples, { ...options, validationData: validation });
    const b = await twin.fit(samples, { ...options, validationData: samples });
    expect([a.valLoss, a.valMetrics]).toEqual([b.valLoss, b.valMetrics]);
  });

  test("the next chunk is asked for before the last one is trained on", async () => {
    const model = await create();
    const { stream, asked } = inChunks(samples, 6, [20]);
    const before: number[] = [];
    await model.fit(stream, {
      batchSize: 20,
      shuffle: false,
      callbacks: [{ onBatchBegin: () => void before.push(asked.length) }],
    });
    expect(before).toEqual([2, 3, 4, 5, 6, 6]);
  });

  test.each<[string, () => AsyncIterable<Float32Array | Uint8Array>, unknown]>([
    ["throws", () => broken(new Error("cut")), expect.objectContaining({ message: "cut" })],
    ["has a NaN", () => broken(new Float32Array(6).fill(Number.NaN)), expect.any(NonFiniteError)],
    ["has another width", () => broken(new Float32Array(7)), expect.any(ShapeError)],
    ["goes over to bytes", () => broken(new Uint8Array(6)), expect.any(ArgumentError)],
  ])(
    "when a stream %s, the weights from before the epoch are kept and nothing leaks",
    async (_, stream, error) => {
      const [model, twin] = [await create(), await create()];
      for (const each of [model, twin]) each.fitSync(samples);
      const used = engine.memory.used;
      expect(await failure(() => model.fit(stream, { batchSize: 10, shuffle: false }))).toEqual(error);
      expect(weightBits(model)).toBe(weightBits(twin));
      expect(engine.memory.used).toBe(used);
      for (const each of [model, twin]) await each.fit(samples);
      expect(weightBits(model)).toBe(weightBits(twin));
    },
  );

  test("a stream that fails ends predictions with its error, and nothing leaks", async () => {
    const model = await create();
    const used = usedWithoutSpares(engine);
    const cut = new Error("cut");
    expect(await failure(() => all(model.encode(broken(cut))))).toBe(cut);
    expect(await failure(() => model.evaluate(broken(cut)))).toBe(cut);
    const bad = await failure(() => all(model.reconstruct(broken(new Float32Array(7)))));
    expect((bad as Error).message).toMatch(/^chunk 3 of samples has 7 elements/);
    expect(usedWithoutSpares(engine)).toBe(used);
  });

  test("a stream far larger than the memory trains without memory growing after the first chunks", async () => {
    const wide = await Engine.create({ math });
    const model = await Autoencoder.create({
      inputSize: 256,
      encoder: [dense(8)],
      decoder: [dense(256)],
      engine: wide,
    });
    const chunk = values(512, 256);
    const { stream } = madeStream(200, () => chunk);
    const seen: number[] = [];
    const before = wide.memory.size;
    await model.fit(stream, {
      batchSize: 256,
      shuffleBuffer: 1024,
      onBatchEnd: () => void seen.push(wide.memory.size),
    });
    expect(seen).toHaveLength(400);
    expect(new Set(seen).size).toBe(1);
    // 105 MB went through at most 4 MB.
    expect(wide.memory.size - before).toBeLessThan(4e6);
    for await (const { rows } of model.reconstruct(stream)) expect(rows).toBe(512);
    expect((await model.evaluate(stream)).loss).toBeGreaterThan(0);
    expect(wide.memory.size - before).toBeLessThan(6e6);
    await wide.dispose();
  });
});

/** Three chunks of which the last fails: an error, or data that do not fit. */
async function* broken(last: Error | Float32Array | Uint8Array) {
  yield samples.slice(0, 60);
  yield samples.slice(60, 120);
  if (last instanceof Error) throw last;
  yield last;
}

describe("a stream is told when no more is wanted", () => {
  test.each<[string, FitOptions]>([
    ["training is stopped", { callbacks: [{ onBatchEnd: (_, run) => run.stop() }] }],
    ["a callback throws", { onBatchEnd: () => expect.fail("on purpose") }],
  ])("because %s", async (_, options) => {
    const { stream, state } = madeStream(1000, () => samples);
    const model = await smallModel();
    await model.fit(stream, { ...options, batchSize: 10 }).catch(() => {});
    await until(() => state.ended > 0, "the stream's end");
    expect(state.ended).toBe(1);
    expect(state.asked).toBeLessThan(20);
  });

  test("because a loop over predictions is left", async () => {
    const { stream, state } = madeStream(1000, () => samples);
    const model = await smallModel();
    for await (const _ of model.encode(stream)) break;
    await until(() => state.ended > 0, "the stream's end");
    expect([state.ended, state.asked]).toEqual([1, 2]);
  });

  test("an abort and dispose are heard while a chunk does not come", async () => {
    for (const end of ["abort", "dispose"]) {
      const model = await smallModel();
      const controller = new AbortController();
      let asked = false;
      async function* stuck() {
        yield samples;
        asked = true;
        await new Promise(() => {});
      }
      const training = failure(() => model.fit(stuck, { batchSize: 10, signal: controller.signal }));
      await until(() => asked, "the second chunk");
      if (end === "abort") controller.abort();
      else await model.dispose();
      expect(((await training) as Error).name).toBe(end === "abort" ? "AbortError" : "StateError");
    }
  });
});

/** Samples as the platform's stream, which is read once. */
const readable = () =>
  new ReadableStream({
    start(controller) {
      controller.enqueue(samples);
      controller.close();
    },
  });

test("a stream that was refused is still there for a single epoch", async () => {
  const [model, stream] = [await smallModel(), readable()];
  expect(await failure(() => model.fit(stream as never, { epochs: 2 }))).toBeInstanceOf(ArgumentError);
  expect(stream.locked).toBe(false);
  expect((await model.fit(stream as never)).loss).toHaveLength(1);
  await model.dispose();
});

test.each<[string, unknown, FitOptions, RegExp]>([
  [
    "a generator for several epochs",
    inChunks(samples, 6, [10]).stream(),
    { epochs: 2 },
    /^samples can be gone through only once, but there are 2 epochs; give a function/,
  ],
  [
    "a ReadableStream for several epochs",
    readable(),
    { epochs: 2 },
    /^samples can be gone through only once, but there are 2 epochs; give a function/,
  ],
  [
    "a stream of Node for several epochs",
    Readable.from([samples]),
    { epochs: 2 },
    /^samples can be gone through only once, but there are 2 epochs; give a function/,
  ],
  [
    "a ReadableStream to validate with after each of several epochs",
    () => [samples],
    { epochs: 2, validationData: readable() as never },
    /^validationData can be gone through only once/,
  ],
  ["a split", () => [samples], { validationSplit: 0.1 }, /^validationSplit is for samples in memory/],
  [
    "a buffer of 0",
    () => [samples],
    { shuffleBuffer: 0 },
    /^shuffleBuffer must be a positive integer, not 0$/,
  ],
  ["a function that returns none", () => 5, {}, /^samples is a function that returned 5, no iterable$/],
  ["no chunk", () => [], {}, /^samples is a stream that gave no chunk; at least one row is needed$/],
  ["an empty chunk", () => [new Float32Array(0)], {}, /^chunk 1 of samples is empty/],
  [
    "a chunk that is none",
    () => [samples, "text"],
    { batchSize: 1000 },
    /^chunk 2 of samples must be a typed array/,
  ],
])("refuses %s", async (_, stream, options, message) => {
  const model = await smallModel();
  const before = weightBits(model);
  const error = await failure(() => model.fit(stream as never, options));
  expect((error as Error).message).toMatch(message);
  expect(weightBits(model)).toBe(before);
});

test("fitSync and the other twins refuse streams", async () => {
  const model = await smallModel();
  const stream = (() => [samples]) as never;
  expect(() => model.fitSync(stream)).toThrow(
    /^a stream of samples has to be waited for, which fitSync cannot do/,
  );
  expect(() => model.fitSync(samples, { validationData: stream })).toThrow("fitSync cannot do");
  expect(() => model.encodeSync(stream)).toThrow(ArgumentError);
});
