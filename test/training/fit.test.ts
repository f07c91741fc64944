import { describe, expect, test } from "vitest";
import { adam, type BatchLog, type EpochLog, Matrix, sgd } from "../../src/index.js";
import { Float64Network } from "../support/float64Network.js";
import { expectClose, MATHS, smallModel, values, weightBits } from "../support/models.js";

const ROWS = 100;
const samples = values(ROWS, 6);
const part = (from: number, to: number) => samples.slice(from * 6, to * 6);

describe.each(MATHS)("%s", (math) => {
  const create = (options = {}) =>
    smallModel({ engine: { math }, optimizer: adam({ learningRate: 0.01 }), ...options });

  test("an epoch of batches is the same training, batch after batch, with the rest at its end", async () => {
    const whole = await create();
    const byHand = await create();
    const { loss } = await whole.fit(samples, { batchSize: 48, shuffle: false });
    const losses = [part(0, 48), part(48, 96), part(96, 100)].map((batch) => {
      const rows = batch.length / 6;
      return byHand.fitSync(batch, { batchSize: rows, shuffle: false }).loss[0]! * rows;
    });
    expect(weightBits(whole)).toBe(weightBits(byHand));
    expectClose(loss, [losses.reduce((sum, value) => sum + value, 0) / ROWS], { relative: 1e-12 }, "loss");
  });

  test("fitSync equals fit to the bit, with shuffling, validation and a partial batch", async () => {
    const [a, b] = [await create(), await create()];
    const options = { epochs: 3, batchSize: 32, validationSplit: 0.15 };
    const history = await a.fit(samples, options);
    const sync = b.fitSync(samples, options);
    expect(weightBits(b)).toBe(weightBits(a));
    expect(sync.loss).toEqual(history.loss);
    expect(sync.valLoss).toEqual(history.valLoss);
  });

  test("a second fit goes on where the first stopped, in the order of the samples, too", async () => {
    const [once, twice] = [await create(), await create()];
    const { loss } = await once.fit(samples, { epochs: 5 });
    const first = await twice.fit(samples, { epochs: 2 });
    const second = await twice.fit(samples, { epochs: 3 });
    expect(weightBits(twice)).toBe(weightBits(once));
    expect([...first.loss, ...second.loss]).toEqual(loss);
    expect(twice.history).toBe(second);
  });

  test("validationSplit holds out the last part, as in Keras", async () => {
    const [split, given] = [await create(), await create()];
    const a = await split.fit(samples, { epochs: 3, validationSplit: 0.25 });
    const b = await given.fit(part(0, 75), { epochs: 3, validationData: part(75, 100) });
    expect(weightBits(split)).toBe(weightBits(given));
    expect(a.valLoss).toEqual(b.valLoss);
    expect(a.valLoss).toHaveLength(3);
    expect(a.valLoss[2]).toBe(split.evaluateSync(part(75, 100)).loss);
    // Validation only looks: training without it gives the same weights.
    const without = await create();
    const { valLoss } = await without.fit(part(0, 75), { epochs: 3 });
    expect(valLoss).toEqual([]);
    expect(weightBits(without)).toBe(weightBits(split));
  });

  test("the loss of an epoch is the mean before each update", async () => {
    const model = await create();
    const before = new Float64Network(model.description, model.getWeights()).loss(
      samples,
      "meanSquaredError",
    );
    const { loss } = await model.fit(samples, { batchSize: ROWS });
    expectClose(loss, [before], { relative: 1e-6 }, "loss");
  });

  test("bytes, arrays of rows and matrices train as the floats that they stand for", async () => {
    const bytes = Uint8Array.from(values(ROWS, 6, 5, 0, 255));
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const arrays = Array.from({ length: ROWS }, (_, i) => [...floats.subarray(i * 6, i * 6 + 6)]);
    const forms = [floats, bytes, arrays, new Matrix(floats, ROWS, 6)];
    const ends = [];
    for (const form of forms) {
      const model = await create();
      await model.fit(form, { epochs: 2, batchSize: 48 });
      ends.push(weightBits(model));
    }
    expect(new Set(ends).size).toBe(1);
  });

  test("training lowers the loss", async () => {
    const model = await create();
    const { loss } = await model.fit(samples, { epochs: 60 });
    expect(loss.at(-1)!).toBeLessThan(loss[0]! / 3);
  });
});

test("a batch larger than the data is the whole data; a batch of one is a step a row", async () => {
  const steps = async (batchSize: number) => {
    const model = await smallModel({ optimizer: sgd({ learningRate: 0.1 }) });
    let count = 0;
    await model.fit(samples, {
      batchSize,
      onBatchEnd: () => {
        count++;
      },
    });
    return { count, bits: weightBits(model) };
  };
  const all = await steps(ROWS);
  expect(await steps(10_000)).toEqual(all);
  expect(all.count).toBe(1);
  expect((await steps(1)).count).toBe(ROWS);
});

test("the defaults are one epoch of shuffled batches of 32", async () => {
  const [a, b] = [await smallModel(), await smallModel()];
  await a.fit(samples);
  await b.fit(samples, { epochs: 1, batchSize: 32, shuffle: true, validationSplit: 0 });
  expect(weightBits(a)).toBe(weightBits(b));
});

test("callbacks are told what happened, in order", async () => {
  const model = await smallModel();
  const seen: string[] = [];
  const batches: BatchLog[] = [];
  const epochs: EpochLog[] = [];
  const history = await model.fit(samples, {
    epochs: 2,
    batchSize: 40,
    validationSplit: 0.1,
    onBatchEnd: (log) => {
      seen.push(`batch ${log.epoch}/${log.epochs} ${log.step}/${log.steps}`);
      batches.push(log);
    },
    onEpochEnd: async (log) => {
      seen.push(`epoch ${log.epoch}/${log.epochs} begins to end`);
      expect(model.history.loss).toHaveLength(log.epoch);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`epoch ${log.epoch} has ended`);
      epochs.push(log);
    },
  });
  expect(seen).toEqual(
    [1, 2].flatMap((epoch) => [
      ...[1, 2, 3].map((step) => `batch ${epoch}/2 ${step}/3`),
      `epoch ${epoch}/2 begins to end`,
      `epoch ${epoch} has ended`,
    ]),
  );
  expect(epochs.map(({ loss }) => loss)).toEqual(history.loss);
  expect(epochs.map(({ valLoss }) => valLoss)).toEqual(history.valLoss);
  expect(epochs.map(({ seconds }) => seconds)).toEqual(history.seconds);
  // The last batch's running mean is the epoch's.
  expect([batches[2]!.loss, batches[5]!.loss]).toEqual(history.loss);
  for (const { seconds, msPerStep, steps } of epochs) {
    expect(seconds).toBeGreaterThan(0);
    expect(steps).toBe(3);
    expect(msPerStep * 3).toBeCloseTo(seconds * 1000, 9);
  }
});

test("fitSync calls the callbacks at once; without validation a log has no valLoss", async () => {
  const model = await smallModel();
  const logs: EpochLog[] = [];
  let batches = 0;
  model.fitSync(samples, {
    epochs: 2,
    onEpochEnd: (log) => logs.push(log),
    onBatchEnd: () => batches++,
  });
  expect(logs.map(({ epoch }) => epoch)).toEqual([1, 2]);
  expect(batches).toBe(8);
  for (const log of logs) expect(log).not.toHaveProperty("valLoss");
});

test("a callback may use the model", async () => {
  const model = await smallModel();
  const seen: number[] = [];
  const { valLoss } = await model.fit(samples, {
    epochs: 3,
    validationData: part(0, 20),
    onEpochEnd: async () => {
      seen.push((await model.evaluate(part(0, 20))).loss);
    },
  });
  expect(seen).toEqual(valLoss);
});
