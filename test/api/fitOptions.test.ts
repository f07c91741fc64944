import { expect, test } from "vitest";
import { ArgumentError, type FitOptions, type FitSyncOptions, ShapeError } from "../../src/index.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const samples = values(10, 6);
const model = await smallModel();

test.each<[string, unknown, RegExp]>([
  ["0 epochs", { epochs: 0 }, /^epochs must be a positive integer, not 0$/],
  ["2.5 epochs", { epochs: 2.5 }, /^epochs must be a positive integer, not 2\.5$/],
  ["a batch of 0", { batchSize: 0 }, /^batchSize must be a positive integer, not 0$/],
  ["a batch of -32", { batchSize: -32 }, /^batchSize must be a positive integer, not -32$/],
  ["a batch of NaN", { batchSize: Number.NaN }, /^batchSize must be a positive integer, not NaN$/],
  ["a batch in words", { batchSize: "32" }, /^batchSize must be a positive integer, not "32"$/],
  ["shuffle that is a word", { shuffle: "no" }, /^shuffle must be true or false, not "no"$/],
  ["a split of 1", { validationSplit: 1 }, /^validationSplit must be in \[0, 1\), not 1$/],
  ["a negative split", { validationSplit: -0.1 }, /^validationSplit must be in \[0, 1\), not -0\.1$/],
  [
    "a split and validation data",
    { validationSplit: 0.5, validationData: samples },
    /^validationData and validationSplit exclude each other$/,
  ],
  ["a misspelt option", { epoch: 3 }, /^option of fit "epoch" is not known .*did you mean "epochs"\?$/],
  ["Keras's name", { batch_size: 3 }, /did you mean "batchSize"\?$/],
  ["a callback that is none", { onEpochEnd: "log" }, /^onEpochEnd must be a function, not "log"$/],
  ["another that is none", { onBatchEnd: {} }, /^onBatchEnd must be a function, not an object$/],
  ["a signal that is none", { signal: {} }, /^signal must be an AbortSignal, not an object$/],
  ["a signal that is null", { signal: null }, /^signal must be an AbortSignal, not null$/],
  ["null", null, /^the options of fit(Sync)? must be an object, not null$/],
  ["a number", 5, /^the options of fit(Sync)? must be an object, not 5$/],
])("fit and fitSync refuse %s and change nothing", async (_, options, message) => {
  const before = weightBits(model);
  for (const call of [
    () => model.fit(samples, options as FitOptions),
    () => model.fitSync(samples, options as FitSyncOptions),
  ]) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(message);
  }
  expect(weightBits(model)).toBe(before);
});

test("a split that leaves nothing to train on is refused; the smallest one holds out a row", async () => {
  const error = await failure(() => model.fit(samples, { validationSplit: 0.95 }));
  expect(error).toBeInstanceOf(ShapeError);
  expect((error as Error).message).toMatch(
    /^validationSplit 0\.95 of 10 rows leaves 0 to train on and 10 to validate with; each needs at least one$/,
  );
  const [split, given] = [await smallModel(), await smallModel()];
  const { valLoss } = await split.fit(samples, { validationSplit: 0.01 });
  const options = { validationData: samples.slice(9 * 6) };
  expect(valLoss).toEqual((await given.fit(samples.slice(0, 9 * 6), options)).valLoss);
});
