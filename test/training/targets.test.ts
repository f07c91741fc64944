// Targets other than the samples, and sample weights, in fit and evaluate.
import { describe, expect, test } from "vitest";
import {
  type Autoencoder,
  type AutoencoderOptions,
  dense,
  type Examples,
  gaussianNoise,
  IsthmusError,
  type Loss,
  sgd,
} from "../../src/index.js";
import { elementLoss, Float64Network } from "../support/float64Network.js";
import { expectClose, failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const ROWS = 40;
const COLUMNS = 6;
const noisy = values(ROWS, COLUMNS, 1);
const clean = values(ROWS, COLUMNS, 2);
const sampleWeight = values(ROWS, 1, 3, 0, 3);
sampleWeight[7] = 0;
const LOSSES: Loss[] = ["meanSquaredError", "binaryCrossentropy", "meanAbsoluteError"];

/** Σ wᵢ·loss(f(xᵢ), tᵢ) / rows in float64. */
function weightedLoss(network: Float64Network, loss: Loss): number {
  const output = network.reconstruct(noisy);
  let sum = 0;
  output.forEach((y, i) => {
    const weight = sampleWeight[Math.floor(i / COLUMNS)]!;
    sum += (weight * elementLoss(loss, clean[i]!, y, true)) / COLUMNS;
  });
  return sum / ROWS;
}

/** A chunk of the examples. */
const chunk = (start: number, end: number): Examples => ({
  samples: noisy.subarray(start * COLUMNS, end * COLUMNS),
  targets: clean.subarray(start * COLUMNS, end * COLUMNS),
  sampleWeight: sampleWeight.subarray(start, end),
});

const stream = () => [chunk(0, 7), chunk(7, 25), chunk(25, ROWS)];

describe.each(MATHS)("%s", (math) => {
  const create = (options: Partial<AutoencoderOptions> = {}) =>
    smallModel({
      encoder: [dense(4, "tanh")],
      decoder: [dense(COLUMNS, "sigmoid")],
      engine: { math },
      ...options,
    });

  test.each(LOSSES)("a step goes down the gradient of the weighted %s of the targets", async (loss) => {
    const model = await create({ loss, optimizer: sgd(1) });
    const network = new Float64Network(model.description, model.getWeights());
    const expected = new Map<string, Float64Array>();
    const h = 1e-6;
    for (const [name, parameter] of network.parameters) {
      const gradient = parameter.map((value, index) => {
        const at = (moved: number) => {
          parameter[index] = moved;
          return weightedLoss(network, loss);
        };
        const slope = (at(value + h) - at(value - h)) / (2 * h);
        parameter[index] = value;
        return value - slope;
      });
      expected.set(name, gradient);
    }
    const before = weightedLoss(network, loss);
    const options = { targets: clean, sampleWeight };
    expectClose([model.evaluateSync(noisy, options).loss], [before], { relative: 1e-6 });
    const history = await model.fit(noisy, { ...options, batchSize: ROWS });
    expectClose(history.loss, [before], { relative: 1e-6 });
    for (const { name, data } of model.getWeights()) {
      expectClose(data, expected.get(name)!, { absolute: 2e-7, relative: 1e-5 }, name);
    }
  });

  test.each([true, false])(
    "chunks of a stream with targets and weights give the same bits, scaled: %s",
    async (scaled) => {
      const options: Partial<AutoencoderOptions> = scaled ? { scaling: "minMax" } : {};
      const [memory, streamed] = [await create(options), await create(options)];
      const epochs = { epochs: 3, batchSize: 7, shuffle: false, metrics: ["meanSquaredError"] as const };
      const one = await memory.fit(noisy, {
        ...epochs,
        targets: clean,
        sampleWeight,
        validationData: chunk(0, 20),
      });
      const two = await streamed.fit(stream, {
        ...epochs,
        validationData: () => [chunk(0, 3), chunk(3, 20)],
      });
      expect(weightBits(streamed)).toBe(weightBits(memory));
      expect({ ...two, seconds: [] }).toEqual({ ...one, seconds: [] });
      expect(await streamed.evaluate(stream)).toEqual(
        await memory.evaluate(noisy, { targets: clean, sampleWeight }),
      );
    },
  );

  test("bytes as targets of floats, and floats as targets of bytes, count as value / 255", async () => {
    const bytes = Uint8Array.from(clean, (value) => Math.round(value * 255));
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const options = { epochs: 2, batchSize: 16 };
    for (const [x, y] of [
      [noisy, [bytes, floats]],
      [bytes, [noisy, noisy]],
    ] as const) {
      const [one, two] = [await create(), await create()];
      const first = await one.fit(x, { ...options, targets: y[0] });
      const second = await two.fit(x === bytes ? floats : x, { ...options, targets: y[1] });
      expect(weightBits(one)).toBe(weightBits(two));
      expect(first.loss).toEqual(second.loss);
      expect(one.evaluateSync(x, { targets: y[0] })).toEqual(two.evaluateSync(x, { targets: y[1] }));
    }
  });
});

test("the samples as their own targets, with weights of 1, change no bit", async () => {
  for (const batchSize of [ROWS, 16]) {
    const [plain, same] = [await smallModel(), await smallModel()];
    const options = { epochs: 3, batchSize, shuffle: batchSize < ROWS, validationSplit: 0.25 };
    const one = await plain.fit(noisy, options);
    const two = await same.fit(noisy, { ...options, targets: noisy, sampleWeight: new Array(ROWS).fill(1) });
    expect(weightBits(same)).toBe(weightBits(plain));
    expect([two.loss, two.valLoss]).toEqual([one.loss, one.valLoss]);
  }
});

test("a validation split holds out the targets and weights of its samples", async () => {
  const model = await smallModel();
  const history = await model.fit(noisy, { targets: clean, sampleWeight, validationSplit: 0.25 });
  const last = { targets: clean.subarray(30 * COLUMNS), sampleWeight: sampleWeight.subarray(30) };
  expect(history.valLoss).toEqual([model.evaluateSync(noisy.subarray(30 * COLUMNS), last).loss]);
});

test("metrics are not weighted", async () => {
  const model = await smallModel();
  const untouched = { epochs: 1, batchSize: ROWS, metrics: ["mse"] as const };
  const { loss, metrics } = await (await smallModel()).fit(noisy, { ...untouched, sampleWeight });
  const mse = model.evaluateSync(noisy).loss;
  expectClose(metrics.meanSquaredError!, [mse], { relative: 1e-6 });
  expect(Math.abs(loss[0]! - mse)).toBeGreaterThan(1e-3 * mse);
  const measured = model.evaluateSync(noisy, { sampleWeight, metrics: ["mse", "mae"] });
  expect(measured.metrics!.meanSquaredError).toBe(mse);
  expect(Object.keys(measured.metrics!)).toEqual(["meanSquaredError", "meanAbsoluteError"]);
});

test("samples of weight 0 teach nothing", async () => {
  const [all, few] = [await smallModel(), await smallModel()];
  const weights = Array.from({ length: ROWS }, (_, row) => (row < 20 ? 2 : 0));
  await all.fit(noisy, { batchSize: ROWS, shuffle: false, sampleWeight: weights });
  await few.fit(noisy.subarray(0, 20 * COLUMNS), { batchSize: ROWS, shuffle: false });
  all.getWeights().forEach(({ data, name }, index) => {
    expectClose(data, few.getWeights()[index]!.data, { absolute: 1e-6 }, name);
  });
});

test("only targets must lie in [0, 1] for cross-entropy", async () => {
  const far = noisy.map((value) => 3 * value - 1);
  const model = await smallModel({ decoder: [dense(COLUMNS, "sigmoid")], loss: "binaryCrossentropy" });
  const history = await model.fit(far, { targets: clean, validationSplit: 0.5 });
  expect(history.valLoss[0]).toBeLessThan(2);
  const error = await failure(() => model.fit(clean, { targets: far }));
  expect((error as Error).message).toMatch(
    /of targets is .*, but binaryCrossentropy needs values from 0 to 1/,
  );
});

test("corruption is added to the samples, not to their targets", async () => {
  const create = () => smallModel({ corruption: gaussianNoise(0.5) });
  const [one, two] = [await create(), await create()];
  await one.fit(noisy, { epochs: 2 });
  await two.fit(noisy, { epochs: 2, targets: noisy });
  expect(weightBits(two)).toBe(weightBits(one));
});

test("a run with targets can be resumed to the same bits", async () => {
  const options = { epochs: 4, batchSize: 8, targets: clean, sampleWeight };
  const [whole, half] = [await smallModel(), await smallModel()];
  await whole.fit(noisy, options);
  await half.fit(noisy, { ...options, epochs: 2 });
  const { Autoencoder } = await import("../../src/index.js");
  const resumed = await Autoencoder.fromCheckpoint(half.toCheckpoint(), { engine: { math: "portable" } });
  await resumed.fit(noisy, options);
  expect(weightBits(resumed)).toBe(weightBits(whole));
});

const bad: [string, (model: Autoencoder) => Promise<unknown>, RegExp][] = [
  [
    "fewer targets than samples",
    (model) => model.fit(noisy, { targets: clean.subarray(COLUMNS) }),
    /^targets has 39 rows, but there are 40 samples; each sample needs a target$/,
  ],
  [
    "targets of another width",
    (model) => model.fit(noisy, { targets: clean.subarray(0, 7) }),
    /^targets has 7 elements, which is not a whole number of rows of 6 columns$/,
  ],
  [
    "a target that is not a number",
    (model) => model.fit(noisy, { targets: clean.map((value, i) => (i === 8 ? Number.NaN : value)) }),
    /^row 1, column 2 of targets is NaN/,
  ],
  [
    "a number of weights that differs",
    (model) => model.fit(noisy, { sampleWeight: [1, 2] }),
    /^sampleWeight has 2 weights, but there are 40 samples; each needs a weight$/,
  ],
  [
    "a negative weight",
    (model) => model.fit(noisy, { sampleWeight: new Array(ROWS).fill(-1) }),
    /^sampleWeight must hold finite numbers of at least 0, but weight 0 is -1$/,
  ],
  [
    "a weight beyond float32",
    (model) => model.evaluate(noisy, { sampleWeight: new Array(ROWS).fill(1e39) }),
    /^sampleWeight must hold finite numbers of at least 0, but weight 0 is 1e\+39$/,
  ],
  [
    "targets beside a stream",
    (model) => model.fit(() => [noisy], { targets: clean }),
    /^targets is for samples in memory; a stream brings its own in each chunk: \{ samples, targets \}$/,
  ],
  [
    "validation data without targets",
    (model) => model.fit(noisy, { targets: clean, validationData: noisy }),
    /^there are targets to train on, so validationData must have targets as well/,
  ],
  [
    "a validation stream without targets",
    (model) => model.fit(noisy, { targets: clean, validationData: () => [noisy] }),
    /^chunk 1 of validationData must have targets, as the training samples do/,
  ],
  [
    "chunks of different kinds",
    (model) => model.fit(() => [chunk(0, 4), noisy.subarray(0, COLUMNS)], { batchSize: 2 }),
    /^chunk 2 of samples has only samples, but the chunks before it had targets and weights$/,
  ],
  [
    "chunks with and without targets to evaluate",
    (model) => model.evaluate(() => [noisy.subarray(0, COLUMNS), { samples: noisy, targets: clean }]),
    /^chunk 2 of samples has targets, but the chunks before it had only samples$/,
  ],
  [
    "an unknown key of examples",
    (model) => model.fit(noisy, { validationData: { samples: noisy, target: clean } as Examples }),
    /^option of validationData "target" is not known .*did you mean "targets"\?$/,
  ],
  [
    "examples where samples are expected",
    (model) => model.encode({ samples: noisy } as never),
    /^samples must be a typed array, an array of numbers or of rows, or a Matrix/,
  ],
];

test.each(bad)("%s is refused", async (_, call, message) => {
  const model = await smallModel();
  const before = weightBits(model);
  const error = await failure(() => call(model));
  expect(error).toBeInstanceOf(IsthmusError);
  expect((error as Error).message).toMatch(message);
  expect(weightBits(model)).toBe(before);
});
