// Work that a file needs is done once: it is decoded once, encoded once, and no weights are drawn only to be replaced.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  type AutoencoderOptions,
  dense,
  Engine,
  FormatError,
  gaussian,
} from "../../src/index.js";
import { stackOf } from "../../src/network/description.js";
import { Learner } from "../../src/network/learner.js";
import { readWeights, writeWeights } from "../../src/network/namedWeights.js";
import { Network } from "../../src/network/network.js";
import { decodeCheckpoint, toLearnerState } from "../../src/saving/checkpoint.js";
import { bits, bitsOfWeights, failure, smallModel, values, weightBits } from "../support/models.js";

vi.mock("../../src/formats/safetensors.js", async (original) => {
  const real = await original<typeof import("../../src/formats/safetensors.js")>();
  return {
    ...real,
    decodeSafetensors: vi.fn(real.decodeSafetensors),
    encodeSafetensors: vi.fn(real.encodeSafetensors),
  };
});
const decodes = vi.mocked(decodeSafetensors);
const encodes = vi.mocked(encodeSafetensors);
const draws = vi.spyOn(Network.prototype, "initialize");

const samples = values(40, 6);
const made: Autoencoder[] = [];
const kept = (model: Autoencoder) => {
  made.push(model);
  return model;
};
const clear = () => [decodes, encodes, draws].map((spy) => spy.mockClear());
beforeEach(clear);
afterEach(async () => {
  await Promise.all(made.splice(0).map((model) => model.dispose()));
});

const KINDS: [string, Partial<AutoencoderOptions>][] = [
  ["plain", {}],
  [
    "without biases",
    { encoder: [dense(3, "tanh", { bias: false })], decoder: [dense(6, "linear", { bias: false })] },
  ],
  ["tied", { encoder: [dense(9, "tanh"), dense(3)], decoder: [dense(9), dense(6)], tied: true }],
  ["variational", { latent: gaussian(2) }],
  ["scaled", { scaling: "standard" }],
];

describe.each(KINDS)("a %s model", (_, options) => {
  async function trained() {
    const model = kept(await smallModel(options));
    await model.fit(samples, { epochs: 2, batchSize: 8 });
    return model;
  }

  test("comes back from its file and its checkpoint with nothing drawn", async () => {
    const model = await trained();
    const files = [model.toSafetensors(), model.toCheckpoint()] as const;
    clear();
    const engine = { math: "portable" } as const;
    const loaded = [
      kept(await Autoencoder.fromSafetensors(files[0], { engine })),
      kept(await Autoencoder.fromCheckpoint(files[1], { engine })),
    ];
    expect(draws).not.toHaveBeenCalled();
    expect(decodes).toHaveBeenCalledTimes(2);
    for (const one of loaded) {
      expect(weightBits(one)).toBe(weightBits(model));
      expect(bits(await one.reconstructionError(samples))).toBe(
        bits(await model.reconstructionError(samples)),
      );
    }
    expect(bits(loaded[1]!.toCheckpoint())).toBe(bits(files[1]));
    await Promise.all([model, loaded[1]!].map((one) => one.fit(samples, { epochs: 4 })));
  });

  test("what a load writes is every weight, whatever stood in the memory", async () => {
    const model = await trained();
    const weights = model.getWeights();
    const engine = await Engine.create({ math: "portable" });
    try {
      const network = new Network(engine, stackOf(model.description));
      network.values.fill(Number.NaN);
      writeWeights(network, weights);
      expect(bitsOfWeights(readWeights(network))).toBe(bitsOfWeights(weights));
      const { optimizer, loss } = model.description;
      const learner = new Learner(network, optimizer, loss, model.description);
      const state = toLearnerState(learner, decodeCheckpoint(model.toCheckpoint()));
      for (const values of state.states) expect(values.every(Number.isFinite)).toBe(true);
      network.values.fill(Number.NaN);
      learner.load(state);
      expect(network.values.every(Number.isFinite)).toBe(true);
      expect(bitsOfWeights(readWeights(network))).toBe(bitsOfWeights(weights));
    } finally {
      await engine.dispose();
    }
  });
});

test("a new model draws its weights, once", async () => {
  kept(await smallModel());
  expect(draws).toHaveBeenCalledTimes(1);
});

test("a file with a weight missing makes no model", async () => {
  const { tensors, metadata } = decodeSafetensors(kept(await smallModel()).toSafetensors());
  const { "isthmus.checksum": _, ...texts } = metadata;
  const file = encodeSafetensors([...tensors.values()].slice(1), texts);
  expect(await failure(() => Autoencoder.fromSafetensors(file))).toBeInstanceOf(FormatError);
});

test("a detector is encoded once and decoded once", async () => {
  const model = kept(await smallModel({ scaling: "minMax" }));
  await model.fit(samples, { epochs: 1 });
  const detector = await AnomalyDetector.fit(model, samples, { sigma: 2 });
  clear();
  const file = detector.toSafetensors({ metadata: { note: "x" } });
  expect([encodes, decodes].map((spy) => spy.mock.calls.length)).toEqual([1, 0]);
  const again = await AnomalyDetector.fromSafetensors(file, { engine: { math: "portable" } });
  kept(again.model);
  expect(decodes).toHaveBeenCalledTimes(1);
  expect(again.threshold).toBe(detector.threshold);
  expect(bits(again.toSafetensors({ metadata: { note: "x" } }))).toBe(bits(file));
  expect(Object.keys(decodeSafetensors(file).metadata)).toEqual([
    "format",
    "isthmus",
    "note",
    "isthmus.checksum",
    "isthmus.anomalyDetector",
  ]);
});

test("a file that is decoded already is not decoded again, and the model keeps nothing of it", async () => {
  const model = kept(await smallModel({ scaling: "minMax" }));
  await model.fit(samples, { epochs: 1 });
  const file = decodeSafetensors((await AnomalyDetector.fit(model, samples)).toSafetensors());
  const checkpoint = decodeSafetensors(model.toCheckpoint());
  clear();
  const loaded = [
    kept(await Autoencoder.fromSafetensors(file)),
    kept((await AnomalyDetector.fromSafetensors(file)).model),
    kept(await Autoencoder.fromCheckpoint(checkpoint)),
  ];
  expect(decodes).not.toHaveBeenCalled();
  for (const { data } of [...file.tensors.values(), ...checkpoint.tensors.values()]) data.fill(0 as never);
  for (const one of loaded) {
    expect(weightBits(one)).toBe(weightBits(model));
    expect(one.scaling).toEqual(model.scaling);
  }
});

test.each<[string, unknown, RegExp]>([
  ["tensors that are no Map", { tensors: {}, metadata: {} }, /tensors of a decoded file must be a Map/],
  ["no metadata", { tensors: new Map() }, /metadata of a decoded file must be an object of strings/],
  ["metadata that are no texts", { tensors: new Map(), metadata: { a: 1 } }, /must be an object of strings/],
  ["a tensor that is none", { tensors: new Map([["a", null]]), metadata: {} }, /the tensor "a" of a decoded/],
  [
    "a tensor of another name",
    { tensors: new Map([["a", { name: "b", shape: [], data: new Float32Array(1) }]]), metadata: {} },
    /the tensor "a" of a decoded file must be/,
  ],
])("a decoded file with %s is refused", async (_, file, message) => {
  const error = await failure(() => Autoencoder.fromSafetensors(file as never));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as ArgumentError).message).toMatch(message);
});
