import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  adam,
  cosineDecay,
  dense,
  digits,
  Engine,
  earlyStopping,
  encodeSafetensors,
  gaussian,
  gaussianNoise,
  gridCodes,
  huber,
  klSparsity,
  l1l2,
  latentGrid,
  Matrix,
  modelCheckpoint,
  reduceOnPlateau,
  rmsprop,
  spiral,
  warmup,
} from "../../src/index.js";
import { checkpointFile, loadModel, saveModel, streamCsv, streamIdx } from "../../src/node.js";
import { failure, smallModel, values } from "../support/models.js";
import { madeStream } from "../support/stream.js";

let model: Autoencoder;
let noisy: Autoencoder;
let variational: Autoencoder;
let detector: AnomalyDetector;
const samples = values(8, 6);

beforeAll(async () => {
  model = await smallModel();
  noisy = await smallModel({ corruption: gaussianNoise(0.1) });
  variational = await smallModel({ latent: gaussian(2) });
  detector = await AnomalyDetector.fit(model, samples);
});
afterAll(async () => {
  await model.dispose();
  await noisy.dispose();
  await variational.dispose();
});

/** As many as 60,000 images have: their indices as keys would take 2 GB and many seconds. */
const images = new Uint8Array(60_000 * 784);

/** An object that must not be gone through. */
const closed = <T extends object>(target: T): T =>
  new Proxy(target, {
    ownKeys: () => {
      throw new Error("its keys were listed");
    },
  });

const DATA: [string, () => unknown, string][] = [
  ["60,000 images", () => images, "a Uint8Array"],
  ["their memory", () => images.buffer, "an ArrayBuffer"],
  ["shared memory", () => new SharedArrayBuffer(8), "a SharedArrayBuffer"],
  ["an array", () => closed(Array.from({ length: 60_000 }, () => [1])), "an array of 60000"],
  ["a matrix", () => closed(new Matrix(new Float32Array(6), 1, 6)), "a Matrix"],
  ["a map", () => closed(new Map([["epochs", 2]])), "a Map"],
  ["a promise", () => Promise.resolve({ epochs: 2 }), "a Promise"],
  ["a date", () => new Date(0), "a Date"],
  ["a stream", () => streamed(), "an AsyncGenerator"],
];

type Call = [string, (options: never) => unknown];

/** Everything that takes options, but not after samples. */
const TAKERS: Call[] = [
  ["create", (options) => Autoencoder.create(options)],
  ["engine", (engine) => smallModel({ engine })],
  ["Engine.create", (options) => Engine.create(options)],
  ["fromSafetensors", (options) => Autoencoder.fromSafetensors(model.toSafetensors(), options)],
  ["fromCheckpoint", (options) => Autoencoder.fromCheckpoint(model.toCheckpoint(), options)],
  ["toSafetensors", (options) => model.toSafetensors(options)],
  ["metadata", (metadata) => model.toSafetensors({ metadata })],
  ["encodeSafetensors", (metadata) => encodeSafetensors([], metadata)],
  ["loss", (loss) => smallModel({ loss })],
  ["latent", (latent) => smallModel({ latent })],
  ["optimizer", (optimizer) => smallModel({ optimizer })],
  ["encoder[0]", (layer) => smallModel({ encoder: [layer] })],
  ["corruption", (corruption) => smallModel({ corruption })],
  ["sparsity", (sparsity) => smallModel({ sparsity })],
  ["dense", (options) => dense(3, "relu", options)],
  ["kernelPenalty", (kernelPenalty) => dense(3, "relu", { kernelPenalty })],
  ["activityPenalty", (activityPenalty) => dense(3, "relu", { activityPenalty })],
  ["adam", (options) => adam(options)],
  ["rmsprop", (options) => rmsprop(options)],
  ["learningRate", (learningRate) => adam({ learningRate })],
  ["huber", (options) => huber(options)],
  ["l1l2", (options) => l1l2(options)],
  ["gaussian", (options) => gaussian(3, options)],
  ["klSparsity", (options) => klSparsity(options)],
  ["cosineDecay", (options) => cosineDecay(options)],
  ["warmup", (options) => warmup(options)],
  ["reduceOnPlateau", (options) => reduceOnPlateau(options)],
  ["earlyStopping", (options) => earlyStopping(options)],
  ["modelCheckpoint", (options) => modelCheckpoint(options)],
  ["checkpointFile", (options) => checkpointFile("none", options)],
  ["saveModel", (options) => saveModel("none", model, options)],
  ["streamCsv", (options) => streamCsv("none", options)],
  ["streamIdx", (options) => streamIdx("none", options)],
  ["digits", (options) => digits(options)],
  ["spiral", (options) => spiral(options)],
  ["gridCodes", (options) => gridCodes(options)],
  ["latentGrid", (options) => latentGrid(model, options)],
];

describe.each(TAKERS)("%s", (_, call) => {
  test.each(DATA)("refuses %s before it is gone through", async (_what, data, shown) => {
    const error = await failure(() => call(data() as never));
    expect(error).toBeInstanceOf(ArgumentError);
    const { message } = error as Error;
    expect(message.length).toBeLessThan(450);
    // What has a kind is asked for that first.
    const asked = /kind of .* undefined is not known/.test(message);
    expect(message).toMatch(asked ? "undefined" : shown.replace(/^an? /, ""));
  });
});

const streamed = () => madeStream(1, () => samples).stream();

/** A call with samples and whatever follows them, as a caller without types may write it. */
type After = [method: string, call: (...after: unknown[]) => unknown];
function after(
  method: string,
  receiver: () => object,
  given: () => unknown[] = () => [samples],
  named = method,
): After {
  return [
    named,
    async (...more) => {
      const target = receiver() as Record<string, (...all: unknown[]) => unknown>;
      const result = target[method]!(...given(), ...more);
      if (!(Symbol.asyncIterator in Object(result))) return result;
      for await (const _ of result as AsyncIterable<unknown>);
      return undefined;
    },
  ];
}
const ofModel = () => model;
const ofDetector = () => detector;
const asStream = () => [streamed()];

/** Everything that takes options after samples. */
const FITTING: After[] = [
  ...["fit", "fitSync", "train", "evaluate", "evaluateSync"].map((name) => after(name, ofModel)),
  after("evaluate", ofModel, asStream),
  after("fit", ofModel, () => [() => streamed()]),
  ...["corrupt", "corruptSync"].map((name) => after(name, () => noisy)),
  ...["reconstructionError", "reconstructionErrorPerFeature"].flatMap((name) => [
    after(name, ofModel),
    after(`${name}Sync`, ofModel),
    after(name, ofModel, asStream),
  ]),
  after("fit", ofDetector, undefined, "AnomalyDetector.fit"),
  after(
    "fit",
    () => AnomalyDetector,
    () => [model, samples],
    "AnomalyDetector.fit",
  ),
];

/** Everything that takes samples alone. */
const ALONE: After[] = [
  ...["encode", "reconstruct"].flatMap((name) => [
    after(name, ofModel),
    after(`${name}Sync`, ofModel),
    after(name, ofModel, asStream),
  ]),
  ...["encodeDistribution", "encodeDistributionSync"].map((name) => after(name, () => variational)),
  after("encodeDistribution", () => variational, asStream),
  after("predict", () => model.encoder),
  after("predict", () => model.encoder, asStream),
  after("predictSync", () => model.encoder),
  ...["score", "predict", "errorPerFeature"].map((name) => after(name, ofDetector)),
];

const message = async (call: () => unknown) => {
  const error = await failure(call);
  expect(error).toBeInstanceOf(ArgumentError);
  return (error as Error).message;
};
const once = (method: string, shown: string) => {
  const given = `what follows must be an object of options, not ${shown}`;
  return ["fit", "fitSync", "train", "evaluate", "evaluateSync"].includes(method)
    ? `${method} takes the samples once; ${given}. Targets other than the samples are given as { targets }`
    : `${method} takes the samples once, since an autoencoder's target is its input; ${given}`;
};

describe.each([...FITTING, ...ALONE])("%s", (method, call) => {
  test.each<[string, () => unknown, string]>([
    ["60,000 images", () => images, "a Uint8Array of 47040000"],
    ["rows", () => closed([[1], [2]]), "an array of 2"],
    ["a matrix", () => closed(new Matrix(new Float32Array(6), 1, 6)), "a Matrix"],
  ])("takes the samples once, and no %s after them", async (_, data, shown) => {
    expect(await message(() => call(data()))).toBe(once(method, shown));
  });
});

test.each(["evaluate", "encode", "reconstruct", "encodeDistribution", "fit", "reconstructionError"] as const)(
  "%s rejects its promise, and does not throw",
  async (method) => {
    const call = model[method].bind(model) as (...given: unknown[]) => Promise<unknown>;
    const result = call(samples, images);
    await expect(result).rejects.toBeInstanceOf(ArgumentError);
  },
);

test.each(ALONE)("%s has no options", async (method, call) => {
  expect(await message(() => call({ batchSize: 32 }))).toBe(
    `${method} takes the samples alone and has no options, so no "batchSize" either`,
  );
  expect(await message(() => call(32))).toBe(`${method} takes the samples alone, not also 32`);
  expect(await message(() => call({}, samples))).toMatch("takes the samples once");
});

test.each(FITTING)("%s takes one object of options", async (method, call) => {
  expect(await message(() => call(undefined, { epochs: 2 }))).toBe(
    `${method} takes the samples and one object of options, not also an object`,
  );
  expect(await message(() => call(20))).toBe(`the options of ${method} must be an object, not 20`);
  expect(await message(() => call({ batch_size: 2 }))).toMatch(/^option of .*"batch_size" is not known/);
});

test("decode takes codes alone, and evaluate of a detector samples and labels", async () => {
  const codes = model.encodeSync(samples);
  const decode = model.decode.bind(model) as (...given: unknown[]) => unknown;
  expect(await message(() => decode(codes, samples))).toBe(
    "decode takes the codes alone, not also a Float32Array",
  );
  const evaluate = detector.evaluate.bind(detector) as (...given: unknown[]) => unknown;
  expect(await message(() => evaluate(samples, [0, 1, 0, 0, 0, 0, 0, 0], { batchSize: 2 }))).toMatch(
    /^evaluate takes the samples and their labels alone/,
  );
});

test("undefined and an empty object are no options, and objects of a class are some", async () => {
  class Plan {
    epochs = 2;
    batchSize = 4;
  }
  for (const [, call] of ALONE) {
    await call(undefined);
    await call({});
  }
  const plain = await smallModel();
  try {
    expect((await plain.fit(samples, new Plan())).loss).toHaveLength(2);
    const bare = Object.assign(Object.create(null) as object, { epochs: 3 });
    expect((await plain.fit(samples, bare)).loss).toHaveLength(3);
  } finally {
    await plain.dispose();
  }
});

test("a training that goes on from a checkpoint refuses data for options, too", async () => {
  const resumed = await smallModel();
  await resumed.fit(samples, { epochs: 1 });
  const again = await Autoencoder.fromCheckpoint(resumed.toCheckpoint());
  expect(await message(() => again.fit(samples, images as never))).toMatch("takes the samples once");
  await resumed.dispose();
  await again.dispose();
});

test("files take an engine and nothing else", async () => {
  const bytes = model.toSafetensors();
  const loose = { threads: 1 } as never;
  expect(await message(() => Autoencoder.fromSafetensors(bytes, loose))).toMatch(
    /^option of fromSafetensors "threads" is not known/,
  );
  expect(await message(() => Autoencoder.fromCheckpoint(model.toCheckpoint(), loose))).toMatch(/"threads"/);
  expect(await failure(() => loadModel("no-such-file", loose))).toBeInstanceOf(ArgumentError);
});

const novel = "x".repeat(5_000_000);

test.each<[string, () => unknown]>([
  ["an option of create", () => Autoencoder.create({ [novel]: 1 } as never)],
  ["an option of fit", () => model.fit(samples, { [novel]: 1 })],
  ["an option of adam", () => adam({ [novel]: 1 } as never)],
  [
    "an option of evaluate",
    () => (model.evaluate as (...x: unknown[]) => unknown).call(model, samples, { [novel]: 1 }),
  ],
  ["a loss", () => smallModel({ loss: novel as never })],
  ["an optimizer", () => smallModel({ optimizer: novel as never })],
  ["a kind of optimizer", () => smallModel({ optimizer: { kind: novel } as never })],
  ["an activation", () => dense(3, novel as never)],
  ["an initializer", () => dense(3, "relu", { initializer: novel as never })],
  ["a kind of layer", () => smallModel({ encoder: [{ kind: novel } as never] })],
  ["a metric", () => model.fit(samples, { metrics: [novel as never] })],
  ["what is watched", () => model.fit(samples, { callbacks: [earlyStopping({ monitor: novel as never })] })],
  [
    "what is watched of validation",
    () => model.fit(samples, { callbacks: [earlyStopping({ monitor: `val${novel}` as never })] }),
  ],
  ["a mode", () => earlyStopping({ mode: novel as never })],
  ["a weight's name", () => model.setWeights([{ name: novel, shape: [1], data: new Float32Array(1) }])],
  [
    "a weight's shape",
    () =>
      model.setWeights(
        model.getWeights().map((weight) => ({ ...weight, shape: Array.from(novel) as never })),
      ),
  ],
  ["a key of metadata", () => model.toSafetensors({ metadata: { [novel]: 1 as never } })],
  ["a seed", () => smallModel({ seed: novel as never })],
  ["a scaling", () => smallModel({ scaling: novel as never })],
  ["math", () => Engine.create({ math: novel as never })],
  ["samples", () => model.fit(novel as never)],
])("%s of megabytes is cut in the message", async (_, call) => {
  const error = await failure(call);
  expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(ARGUMENT|SHAPE)$/) });
  expect((error as Error).message.length).toBeLessThan(600);
  expect((error as Error).message).toMatch(/x{70}|x", "x|a string|"x/);
});
