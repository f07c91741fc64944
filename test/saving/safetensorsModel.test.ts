import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  cosineDecay,
  dense,
  huber,
  l1l2,
  nadam,
  reduceOnPlateau,
  rmsprop,
  sgd,
  warmup,
} from "../../src/index.js";
import { findPython, runPython } from "../formats/helpers.js";
import { bits, MATHS, smallModel, values, weightBits } from "../support/models.js";

const VARIANTS: [string, Partial<AutoencoderOptions>][] = [
  ["defaults", {}],
  [
    "sgd with everything",
    {
      optimizer: sgd({ learningRate: 0.1 + 0.2, momentum: 0.7, nesterov: true }),
      seed: Number.MAX_SAFE_INTEGER,
    },
  ],
  ["plain sgd", { optimizer: sgd({ learningRate: 1e-30 }) }],
  [
    "adam with everything",
    { optimizer: adam({ learningRate: 1 / 3, beta1: 0, beta2: 0.99, epsilon: 1e-5 }) },
  ],
  [
    "cross-entropy, layers of every kind",
    {
      loss: "binaryCrossentropy",
      seed: 2 ** 32 + 1,
      encoder: [
        dense(5, "relu", { initializer: "heNormal" }),
        dense(4, "tanh", { initializer: "heUniform", bias: false }),
        dense(2, "linear", { initializer: "zeros" }),
      ],
      decoder: [
        dense(4, "sigmoid", { initializer: "glorotNormal" }),
        dense(6, "sigmoid", { initializer: "glorotUniform" }),
      ],
    },
  ],
  ...[
    rmsprop({ rho: 0.8, momentum: 0.5, centered: true, clipValue: 0.1 }),
    adagrad({ initialAccumulatorValue: 0, clipNorm: 0.1 }),
    adadelta({ rho: 0.9, globalClipNorm: 0.1 }),
    adamw({ learningRate: cosineDecay({ initialLearningRate: 0.1, decaySteps: 100 }), weightDecay: 0.1 }),
    nadam({ learningRate: warmup({ warmupSteps: 2, schedule: 0.01 }) }),
    sgd({ learningRate: reduceOnPlateau({ initialLearningRate: 0.01, monitor: "loss" }) }),
  ].map((optimizer): [string, Partial<AutoencoderOptions>] => [optimizer.kind, { optimizer }]),
  ["a penalty", { encoder: [dense(3, "tanh", { kernelPenalty: l1l2({ l1: 0.1, l2: 1e-4 }) })] }],
  [
    "huber and the activations that keep z",
    {
      loss: huber({ delta: 0.3 }),
      encoder: [dense(5, "gelu"), dense(3, "leakyRelu")],
      decoder: [dense(4, "selu"), dense(5, "silu"), dense(6, "softplus")],
    },
  ],
];

describe.each(MATHS)("%s", (math) => {
  test.each(VARIANTS)("a model comes back from its file to the bit: %s", async (_, options) => {
    const model = await smallModel({ ...options, engine: { math } });
    const samples = values(70, 6);
    await model.fit(samples, { epochs: 2 });
    const bytes = model.toSafetensors();
    const same = await Autoencoder.fromSafetensors(bytes, { engine: { math } });
    expect(same.description).toEqual(model.description);
    expect(same.engine).toEqual(model.engine);
    expect(weightBits(same)).toBe(weightBits(model));
    expect(same.getWeights().map(({ name, shape }) => [name, shape])).toEqual(
      model.getWeights().map(({ name, shape }) => [name, shape]),
    );
    expect(bits(same.reconstructSync(samples).data)).toBe(bits(model.reconstructSync(samples).data));
    expect(bits(same.toSafetensors())).toBe(bits(bytes));
    // The bytes stand alone: neither training nor disposing of the model reaches them.
    const copy = bits(bytes);
    await model.fit(samples);
    await model.dispose();
    expect(bits(bytes)).toBe(copy);
    // The copy is a model of its own that can be trained.
    const before = same.evaluateSync(samples).loss;
    await same.fit(samples, { epochs: 1 });
    expect(Number.isFinite(before)).toBe(true);
    expect(weightBits(same)).not.toBe(weightBits(await Autoencoder.fromSafetensors(bytes)));
  });
});

test("the file may lie anywhere in a larger buffer", async () => {
  const model = await smallModel();
  const bytes = model.toSafetensors();
  const larger = new Uint8Array(bytes.length + 13).fill(0xff);
  larger.set(bytes, 5);
  const same = await Autoencoder.fromSafetensors(larger.subarray(5, 5 + bytes.length));
  expect(weightBits(same)).toBe(weightBits(model));
});

test("the description has all defaults filled in", async () => {
  const model = await smallModel();
  expect(model.description).toEqual({
    inputSize: 6,
    encoder: [{ kind: "dense", units: 3, activation: "tanh", initializer: "glorotUniform", bias: true }],
    decoder: [{ kind: "dense", units: 6, activation: "linear", initializer: "glorotUniform", bias: true }],
    loss: "meanSquaredError",
    optimizer: { kind: "adam", learningRate: 0.001, beta1: 0.9, beta2: 0.999, epsilon: 1e-7 },
    seed: 0,
  });
});

test("Python's safetensors reads names, shapes, values and metadata", async (context) => {
  const python = findPython("numpy, safetensors.numpy");
  if (python === undefined) return context.skip("there is no python3 with numpy and safetensors");
  const model = await smallModel({ encoder: [dense(4, "relu"), dense(3, "tanh", { bias: false })] });
  const samples = values(9, 6);
  await model.fit(samples, { epochs: 3 });
  const script = `
import sys, json, os, tempfile, numpy, safetensors, safetensors.numpy
data = sys.stdin.buffer.read()
w = safetensors.numpy.load(data)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "model.safetensors")
    open(path, "wb").write(data)
    with safetensors.safe_open(path, "numpy") as file:
        metadata = file.metadata()
x = numpy.array(${JSON.stringify([...samples])}).reshape(9, 6)
h = numpy.maximum(x @ w["encoder.0.weight"].T + w["encoder.0.bias"], 0)
z = numpy.tanh(h @ w["encoder.1.weight"].T)
y = z @ w["decoder.0.weight"].T + w["decoder.0.bias"]
print(json.dumps(dict(
    tensors={name: dict(shape=a.shape, dtype=a.dtype.name, bits=a.tobytes().hex()) for name, a in w.items()},
    metadata=metadata, y=y.ravel().tolist())))`;
  const read = JSON.parse(runPython(python, script, model.toSafetensors()).toString());
  const expected = model.getWeights().map(({ name, shape, data }) => {
    const hex = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("hex");
    return [name, { shape, dtype: "float32", bits: hex }];
  });
  expect(read.tensors).toEqual(Object.fromEntries(expected));
  expect(read.metadata.format).toBe("pt");
  expect(JSON.parse(read.metadata.isthmus)).toEqual({ version: 1, ...model.description });
  const reconstruction = model.reconstructSync(samples).data;
  read.y.forEach((value: number, i: number) => {
    expect(Math.abs(value - reconstruction[i]!)).toBeLessThan(1e-5);
  });
});
