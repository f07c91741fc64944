import { describe, expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  ArgumentError,
  Autoencoder,
  adam,
  earlyStopping,
  type FitOptions,
  FormatError,
  modelCheckpoint,
  type Optimizer,
  ShapeError,
  StateError,
  sgd,
} from "../../src/index.js";
import { parts } from "../support/forged.js";
import { failure, MATHS, smallModel, values, weightBits } from "../support/models.js";
import { inChunks } from "../support/stream.js";

const samples = values(100, 6);
const OPTIMIZERS: [string, Optimizer][] = [
  ["adam", adam({ learningRate: 0.01 })],
  ["sgd", sgd({ learningRate: 0.05 })],
  ["momentum", sgd({ learningRate: 0.05, momentum: 0.9, nesterov: true })],
];

/** Trains and keeps the checkpoint of every epoch, that from before the first one too. */
async function trained(
  model: Autoencoder,
  options: FitOptions,
  data: Parameters<Autoencoder["fit"]>[0] = samples,
) {
  const checkpoints = [model.toCheckpoint()];
  const save = (bytes: Uint8Array) => void checkpoints.push(bytes);
  const history = await model.fit(data, { ...options, callbacks: [modelCheckpoint({ save })] });
  return { checkpoints, history: timeless(history) };
}

/** A history without its times. */
function timeless({ seconds, ...series }: Awaited<ReturnType<Autoencoder["fit"]>>) {
  expect(seconds).toHaveLength(series.loss.length);
  return structuredClone(series);
}

describe.each(MATHS)("%s", (math) => {
  describe.each(OPTIMIZERS)("%s", (_, optimizer) => {
    test("training that goes on from any epoch ends at the same bits", async () => {
      const model = await smallModel({ optimizer, engine: { math }, seed: 5 });
      await model.fit(samples, { epochs: 2 });
      const options = {
        epochs: 5,
        batchSize: 24,
        validationSplit: 0.1,
        metrics: ["meanSquaredError"] as const,
      };
      const { checkpoints, history } = await trained(model, options);
      for (const bytes of checkpoints.slice(1)) {
        const resumed = await Autoencoder.fromCheckpoint(bytes, { engine: { math } });
        expect(resumed.description).toEqual(model.description);
        const done = resumed.history.loss.length;
        expect(resumed.toCheckpoint()).toEqual(bytes);
        const epochs: number[] = [];
        // The options of the checkpoint are the defaults.
        const given = done % 2 === 0 ? options : {};
        const onEpochEnd = ({ epoch }: { epoch: number }) => void epochs.push(epoch);
        expect(timeless(await resumed.fit(samples, { ...given, onEpochEnd }))).toEqual(history);
        expect(weightBits(resumed)).toBe(weightBits(model));
        expect(epochs).toEqual([1, 2, 3, 4, 5].slice(done));
        // What comes after that is alike, too.
        const twin = await Autoencoder.fromCheckpoint(checkpoints.at(-1)!, { engine: { math } });
        await twin.fit(samples);
        for (const each of [resumed, twin]) await each.fit(samples, { epochs: 1 });
        expect(weightBits(resumed)).toBe(weightBits(twin));
        expect(resumed.history.loss).toHaveLength(1);
      }
    });
  });

  test("so does a stream, shuffled in a buffer", async () => {
    const { stream } = inChunks(samples, 6, [17]);
    const model = await smallModel({ engine: { math } });
    const { checkpoints, history } = await trained(
      model,
      { epochs: 4, batchSize: 16, shuffleBuffer: 40 },
      stream,
    );
    const resumed = await Autoencoder.fromCheckpoint(checkpoints[2]!, { engine: { math } });
    expect(timeless(await resumed.fit(stream))).toEqual(history);
    expect(weightBits(resumed)).toBe(weightBits(model));
  });

  test("an abort within an epoch goes back to its beginning, exactly", async () => {
    const create = () => smallModel({ optimizer: adam(), engine: { math } });
    const [model, twin] = [await create(), await create()];
    const options = { epochs: 6, batchSize: 10 };
    const whole = timeless(await twin.fit(samples, options));
    const controller = new AbortController();
    let during: Uint8Array | undefined;
    await failure(() =>
      model.fit(samples, {
        ...options,
        signal: controller.signal,
        onBatchEnd({ epoch, step }) {
          if (epoch !== 4 || step !== 3) return;
          during = model.toCheckpoint();
          controller.abort();
        },
      }),
    );
    const bytes = model.toCheckpoint();
    expect(bytes).toEqual(during);
    const resumed = await Autoencoder.fromCheckpoint(bytes, { engine: { math } });
    expect(resumed.history.loss).toHaveLength(3);
    expect(timeless(await resumed.fit(samples, options))).toEqual(whole);
    expect(weightBits(resumed)).toBe(weightBits(twin));
    // A training that begins there begins with what was trained, and so does a checkpoint of its beginning.
    const begun: Uint8Array[] = [];
    const callback = { onTrainBegin: () => void begun.push(model.toCheckpoint()) };
    const before = weightBits(model);
    await model.fit(samples, { callbacks: [callback] });
    expect(weightBits(await Autoencoder.fromSafetensors(begun[0]!))).toBe(before);
    // Weights that were set are what a checkpoint has.
    model.setWeights(twin.getWeights());
    expect(weightBits(await Autoencoder.fromCheckpoint(model.toCheckpoint()))).toBe(weightBits(twin));
  });
});

test("a training that had come to its end has nothing left to do; more epochs are more epochs", async () => {
  const [model, twin] = [await smallModel(), await smallModel()];
  await model.fit(samples, { epochs: 3 });
  const resumed = await Autoencoder.fromCheckpoint(model.toCheckpoint());
  let begun = 0;
  const history = await resumed.fit(samples, { epochs: 3, onBatchEnd: () => begun++ });
  expect([history.loss, begun]).toEqual([model.history.loss, 0]);
  expect(weightBits(resumed)).toBe(weightBits(model));
  const longer = await Autoencoder.fromCheckpoint(model.toCheckpoint(), { engine: { math: "portable" } });
  await longer.fit(samples, { epochs: 5 });
  await twin.fit(samples, { epochs: 5 });
  expect(weightBits(longer)).toBe(weightBits(twin));
});

test("a checkpoint of a model that was not trained begins a training", async () => {
  const [model, twin] = [await smallModel(), await smallModel()];
  const resumed = await Autoencoder.fromCheckpoint(model.toCheckpoint(), { engine: { math: "portable" } });
  expect(resumed.trainingOptions).toBeUndefined();
  for (const each of [resumed, twin]) await each.fit(samples, { epochs: 2 });
  expect(weightBits(resumed)).toBe(weightBits(twin));
});

test("early stopping counts the epochs before the checkpoint", async () => {
  const options = { epochs: 100, validationData: values(40, 6, 2), batchSize: 4 };
  const create = () => smallModel({ optimizer: sgd({ learningRate: 0.5 }), seed: 3 });
  const few = samples.subarray(0, 20 * 6);
  const callbacks = () => [earlyStopping({ patience: 4 })];
  const model = await create();
  const { loss } = await model.fit(few, { ...options, callbacks: callbacks() });
  expect(loss.length).toBeLessThan(100);
  const saved: Uint8Array[] = [];
  const save = (bytes: Uint8Array) => void saved.push(bytes);
  await (await create()).fit(few, { ...options, callbacks: [...callbacks(), modelCheckpoint({ save })] });
  for (const bytes of saved.slice(-3)) {
    const resumed = await Autoencoder.fromCheckpoint(bytes, { engine: { math: "portable" } });
    await resumed.fit(few, { ...options, callbacks: callbacks() });
    expect(resumed.history.loss).toEqual(loss);
    expect(weightBits(resumed)).toBe(weightBits(model));
  }
});

describe("going on is refused", async () => {
  const model = await smallModel();
  const { checkpoints } = await trained(model, { epochs: 4, batchSize: 20 });
  const bytes = checkpoints[2]!;

  test.each<[string, Parameters<Autoencoder["fit"]>[0], FitOptions, RegExp]>([
    [
      "another batch size",
      samples,
      { batchSize: 10 },
      /^the checkpoint's training has batchSize 20, not batchSize 10$/,
    ],
    ["another order", samples, { shuffle: false }, /has shuffle true, not shuffle false$/],
    ["a split", samples, { validationSplit: 0.1 }, /has validationSplit 0, not validationSplit 0\.1$/],
    ["validation", samples, { validationData: samples }, /has no validation, not validation$/],
    [
      "metrics",
      samples,
      { metrics: ["meanSquaredError"] },
      /has metrics \[\], not metrics \[meanSquaredError\]$/,
    ],
    ["fewer rows", samples.subarray(6), {}, /has 100 rows to train on, not 99 rows to train on$/],
    [
      "a stream",
      () => [samples],
      {},
      /not shuffleBuffer 1024$|has 100 rows to train on, not a stream of samples$/,
    ],
    ["fewer epochs", samples, { epochs: 1 }, /^epochs is 1, but the checkpoint's training has 2 behind it$/],
    ["another width", values(100, 7).subarray(1), {}, /is not a whole number of rows of 6 columns$/],
  ])("with %s, and is possible after that", async (_, data, options, message) => {
    const resumed = await Autoencoder.fromCheckpoint(bytes, { engine: { math: "portable" } });
    const error = await failure(() => resumed.fit(data, options));
    expect((error as Error).message).toMatch(message);
    expect(error).toBeInstanceOf(message.source.includes("columns") ? ShapeError : ArgumentError);
    expect(resumed.toCheckpoint()).toEqual(bytes);
    await resumed.fit(samples);
    expect(weightBits(resumed)).toBe(weightBits(model));
  });

  test("toCheckpoint after dispose", async () => {
    const other = await smallModel();
    await other.dispose();
    expect(() => other.toCheckpoint()).toThrow(StateError);
  });
});

describe("the file", async () => {
  const model = await smallModel();
  await model.fit(samples, { epochs: 2, validationSplit: 0.1 });
  const bytes = model.toCheckpoint();
  const { tensors: all, metadata } = parts(bytes);
  const tensors = new Map(all.map((tensor) => [tensor.name, tensor]));

  test("is that of the model, with the slots named after the weights", async () => {
    expect([...tensors.keys()].slice(0, 4)).toEqual(model.getWeights().map(({ name }) => name));
    expect([...tensors.keys()].slice(4)).toEqual(
      ["firstMoment", "secondMoment"].flatMap((slot) =>
        model.getWeights().map(({ name }) => `optimizer.${slot}.${name}`),
      ),
    );
    for (const { name, shape } of model.getWeights())
      expect(tensors.get(`optimizer.secondMoment.${name}`)!.shape).toEqual(shape);
    const alone = await Autoencoder.fromSafetensors(bytes);
    expect(weightBits(alone)).toBe(weightBits(model));
    expect(alone.toSafetensors()).toEqual(model.toSafetensors());
  });

  const training = JSON.parse(metadata.training!) as Record<string, unknown>;
  const withTraining = (changes: object) => ({
    ...metadata,
    training: JSON.stringify({ ...training, ...changes }),
  });
  test.each<[string, typeof all, Record<string, string>, RegExp]>([
    ["a model alone", all.slice(0, 4), { isthmus: metadata.isthmus! }, /without training state/],
    [
      "no JSON",
      all,
      { ...metadata, training: "{" },
      /description of the training \(__metadata__\["training"\]\) is not JSON/,
    ],
    [
      "another version",
      all,
      withTraining({ version: 2 }),
      /format version 2, but this release reads version 1/,
    ],
    ["half a step", all, withTraining({ steps: 1.5 }), /steps must be an integer of at least 0, not 1\.5/],
    ["no history", all, withTraining({ history: null }), /state of the training is not valid/],
    [
      "a history of words",
      all,
      withTraining({ history: { ...(training.history as object), loss: ["a", "b"] } }),
      /loss of the history/,
    ],
    [
      "a short history",
      all,
      withTraining({ history: { ...(training.history as object), valLoss: [1] } }),
      /valLoss of the history must have 2 entries/,
    ],
    [
      "no batch size",
      all,
      withTraining({ options: { ...(training.options as object), batchSize: 0 } }),
      /batchSize must be a positive integer/,
    ],
    [
      "options that are none",
      all,
      withTraining({ options: { epochs: 2 } }),
      /the option batchSize of the training is missing/,
    ],
    ["an unknown key", all, withTraining({ colour: "red" }), /"colour" is not known/],
    ["no slots", all.slice(0, 4), { ...metadata }, /slots none, but adam has "firstMoment", "secondMoment"/],
    ["a tensor of a slot less", all.slice(0, -1), { ...metadata }, /"decoder\.0\.bias" is missing/],
    [
      "a slot more",
      [...all, { ...all[0]!, name: "optimizer.7.encoder.0.weight" }],
      { ...metadata },
      /"secondMoment", "7", but adam has "firstMoment", "secondMoment"/,
    ],
    [
      "an unknown tensor",
      [...all, { ...all[0]!, name: "optimizer.x" }],
      { ...metadata },
      /unknown tensor "optimizer\.x"/,
    ],
  ])("with %s is refused", async (_, given, data, message) => {
    const error = await failure(() => Autoencoder.fromCheckpoint(encodeSafetensors(given, data)));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });
});
