import { describe, expect, test } from "vitest";
import { dense, type EpochLog, type FitOptions, type MetricName } from "../../src/index.js";
import { expectClose, failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const samples = values(100, 6);
const NAMES: MetricName[] = ["binaryCrossentropy", "meanSquaredError"];

describe.each(MATHS)("%s", (math) => {
  const create = (loss: MetricName) =>
    smallModel({ loss, decoder: [dense(6, "sigmoid")], encoder: [dense(5, "tanh")], engine: { math } });

  test.each(NAMES)("metrics beside the loss %s", async (loss) => {
    const [model, twin] = [await create(loss), await create(loss)];
    const logs: EpochLog[] = [];
    const options = { epochs: 3, batchSize: 32, validationSplit: 0.2 };
    const history = await model.fit(samples, {
      ...options,
      metrics: NAMES,
      onEpochEnd: (log) => void logs.push(log),
    });
    const plain = await twin.fit(samples, options);
    // They only look on.
    expect(weightBits(model)).toBe(weightBits(twin));
    expect(history.loss).toEqual(plain.loss);
    expect(history.valLoss).toEqual(plain.valLoss);
    expect([plain.metrics, plain.valMetrics]).toEqual([{}, {}]);
    expect(history.metrics[loss]).toEqual(history.loss);
    expect(history.valMetrics[loss]).toEqual(history.valLoss);
    logs.forEach((log, index) => {
      for (const name of NAMES) {
        expect(log.metrics![name]).toBe(history.metrics[name]![index]);
        expect(log.valMetrics![name]).toBe(history.valMetrics[name]![index]);
      }
    });
    // The mean squared error of validation is that of the reconstructions.
    const errors = await model.reconstructionError(samples.subarray(80 * 6));
    const mean = errors.reduce((sum, value) => sum + value, 0) / 20;
    expectClose([history.valMetrics.meanSquaredError!.at(-1)!], [mean], { relative: 1e-6 });
  });

  test("a metric of training is taken from the batches before their updates", async () => {
    const [model, twin] = [await create("binaryCrossentropy"), await create("binaryCrossentropy")];
    const expected = (await twin.reconstructionError(samples)).reduce((sum, value) => sum + value, 0) / 100;
    const { metrics } = await model.fit(samples, { batchSize: 100, metrics: ["meanSquaredError"] });
    expectClose(metrics.meanSquaredError!, [expected], { relative: 1e-6 });
    const squared = await create("meanSquaredError");
    const other = await create("binaryCrossentropy");
    const first = await squared.fit(samples, { batchSize: 100, metrics: ["binaryCrossentropy"] });
    expectClose(first.metrics.binaryCrossentropy!, [other.evaluateSync(samples).loss], { relative: 1e-5 });
  });
});

test.each<[string, unknown, RegExp]>([
  ["a word", "meanSquaredError", /^metrics must be an array, not "meanSquaredError"$/],
  ["an unknown name", ["accuracy"], /^metrics\[0\] "accuracy" is not known/],
  ["a name twice", ["meanSquaredError", "meanSquaredError"], /^metrics has "meanSquaredError" twice$/],
])("metrics that are %s are refused", async (_, metrics, message) => {
  const model = await smallModel();
  const error = await failure(() => model.fit(samples, { metrics } as FitOptions));
  expect((error as Error).message).toMatch(message);
});

test("cross-entropy as a metric needs samples in [0, 1], as it does as a loss", async () => {
  const model = await smallModel();
  const error = await failure(() => model.fit(values(10, 6, 1, -1, 1), { metrics: ["binaryCrossentropy"] }));
  expect((error as Error).message).toMatch("binaryCrossentropy needs values from 0 to 1");
});
