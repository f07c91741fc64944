// Every kind of model as ONNX: onnx finds nothing wrong with it, and onnxruntime gives Isthmus's outputs.
import { beforeAll, expect, test } from "vitest";
import { exportOnnx } from "../../../src/exchange/exporting.js";
import { importOnnx } from "../../../src/exchange/onnx/importOnnx.js";
import { widenHalves } from "../../../src/formats/float16.js";
import { toBfloats, toHalves, widenBfloats } from "../../../src/formats/narrowFloats.js";
import {
  ArgumentError,
  Autoencoder,
  type AutoencoderOptions,
  activation,
  averagePooling2d,
  batchNormalization,
  conv1d,
  conv1dTranspose,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  globalAveragePooling2d,
  gru,
  lstm,
  maxPooling2d,
  repeatVector,
  reshape,
  StateError,
  upSampling2d,
} from "../../../src/index.js";
import { ACTIVATION_NAMES } from "../../../src/layers/activations.js";
import { findPython } from "../../formats/helpers.js";
import { KINDS, WIDTH } from "../../support/kinds.js";
import { expectClose, smallModel, values } from "../../support/models.js";
import { type Case, checkInPython, floats, modelCases, type Verdict } from "./cases.js";
import { outputsOf } from "./imported.js";
import { checkOnWeb, onnxruntimeWeb } from "./onnxruntimeWeb.js";

const python = findPython("numpy, onnx, onnxruntime");

/** What is in no list of kinds. */
const OTHERS: readonly (readonly [string, AutoencoderOptions, Float32Array?])[] = [
  ...ACTIVATION_NAMES.map((name): [string, AutoencoderOptions] => [
    `activation ${name}`,
    {
      inputSize: WIDTH,
      encoder: [dense(8, name), activation(name), dense(4, name)],
      decoder: [dense(6, name), dense(WIDTH)],
    },
  ]),
  ...(["selu", "leakyRelu", "relu", "linear"] as const).map((name): [string, AutoencoderOptions] => [
    `recurrent ${name}`,
    {
      inputSize: WIDTH,
      encoder: [
        reshape([WIDTH, 1]),
        lstm(4, { activation: name, returnSequences: true }),
        gru(3, { activation: name }),
      ],
      decoder: [
        repeatVector(3),
        gru(4, { activation: name, recurrentActivation: "softplus", returnSequences: true }),
        lstm(3, { recurrentActivation: "elu" }),
        dense(WIDTH),
      ],
    },
  ]),
  ...(["minMax", "standard"] as const).map((scaling): [string, AutoencoderOptions, Float32Array] => [
    `scaling ${scaling}`,
    { inputSize: WIDTH, encoder: [dense(4, "tanh")], decoder: [dense(WIDTH)], scaling },
    values(9, WIDTH, 7, 990, 1010),
  ]),
  [
    "pictures with channels",
    {
      inputShape: [7, 6, 3],
      encoder: [
        conv2d(4, 3, "relu", { strides: 2, padding: "same" }),
        batchNormalization(),
        conv2d(5, 2, "tanh", { dilationRate: 2, padding: "same" }),
        maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding: "same" }),
        globalAveragePooling2d(),
        dense(4),
      ],
      decoder: [
        dense(12),
        reshape([2, 3, 2]),
        conv2dTranspose(3, [2, 2], "silu", { strides: [3, 3] }),
        conv2dTranspose(3, 1, "silu", { strides: 2, padding: "same" }),
        averagePooling2d({ poolSize: 3, strides: 2, padding: "same" }),
        upSampling2d({ size: [2, 2], interpolation: "bilinear" }),
        flatten(),
        dense(7 * 6 * 3),
        reshape([7, 6, 3]),
      ],
    },
    values(6, 7 * 6 * 3, 3),
  ],
  [
    "pictures to the last layer",
    {
      inputShape: [8, 8, 3],
      encoder: [
        conv2d(6, 3, "relu", { strides: 2, padding: "same" }),
        conv2d(2, 3, "relu", { strides: 2, padding: "same" }),
      ],
      decoder: [
        conv2dTranspose(6, 3, "relu", { strides: 2, padding: "same" }),
        conv2dTranspose(3, 3, "sigmoid", { strides: 2, padding: "same" }),
      ],
    },
    values(6, 8 * 8 * 3, 4),
  ],
  [
    "sequences with channels",
    {
      inputShape: [10, 2],
      encoder: [
        conv1d(4, 3, "relu", { dilationRate: 2, padding: "same" }),
        batchNormalization({ scale: false, center: false }),
        conv1d(3, 4, "elu", { strides: 3 }),
      ],
      decoder: [
        conv1dTranspose(4, 3, "relu", { strides: 2, dilationRate: 2, padding: "same" }),
        conv1dTranspose(3, 2, "tanh", { dilationRate: 2 }),
        conv1dTranspose(2, 4, "linear", { padding: "valid" }),
        flatten(),
        dense(20),
        reshape([10, 2]),
      ],
    },
    values(6, 20, 6),
  ],
];

const models: readonly (readonly [string, AutoencoderOptions, Float32Array?])[] = [...KINDS, ...OTHERS];
const cases: Case[] = [];

beforeAll(async () => {
  for (const [name, options, samples] of models)
    cases.push(...(await modelCases(name, options, {}, samples)));
});

test("the checker of onnx finds nothing wrong, and onnxruntime gives the outputs of Isthmus", (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  expectAgreement(checkInPython(python, cases), cases);
});

test("onnxruntime-web gives the outputs of Isthmus", async (context) => {
  const runtime = await onnxruntimeWeb();
  if (!runtime) return context.skip("onnxruntime-web is missing; run npm ci in test/anywhere");
  // Detectors are whole models, and more.
  const detectors = cases.filter((_, i) => i % 4 === 3);
  expectAgreement(await checkOnWeb(runtime, detectors), detectors);
});

function expectAgreement(verdicts: readonly Verdict[], of: readonly Case[]): void {
  expect(verdicts.length).toBe(of.length);
  expect(of.length).toBeGreaterThanOrEqual(models.length);
  expect(verdicts.filter(({ error }) => error !== undefined)).toEqual([]);
  verdicts.forEach(({ differences = {} }, i) => {
    const { name, outputs } = of[i]!;
    expect(Object.keys(differences).sort(), name).toEqual(Object.keys(outputs).sort());
    for (const [output, difference] of Object.entries(differences)) {
      // Samples of the models that scale are about 1000, where 32-bit floats are 6e-5 apart.
      const most = name.startsWith("scaling") && output === "reconstruction" ? 2e-4 : 1e-5;
      expect(difference, `${name}: ${output}`).toBeLessThanOrEqual(output === "flag" ? 0 : most);
    }
  });
}

test("the same model gives the same bytes, whatever it was trained for", async () => {
  const model = await smallModel();
  try {
    const { bytes, largestDifference, notes } = exportOnnx(model);
    expect(exportOnnx(model, { part: "model", weights: "float32" }).bytes).toEqual(bytes);
    expect([largestDifference, notes]).toEqual([0, []]);
    expect(() => exportOnnx(model, { part: "middle" as "model" })).toThrow('part "middle" is not known');
    expect(() => exportOnnx(model, { parts: "model" } as object)).toThrow(ArgumentError);
    expect(() => exportOnnx(model, { input: "columns" })).toThrow('input "columns" needs the preprocessor');
    expect(() => exportOnnx({} as Autoencoder)).toThrow("subject must be an Autoencoder");
  } finally {
    await model.dispose();
  }
});

test("a scaling that nothing was learnt for is refused", async () => {
  const model = await smallModel({ scaling: "standard" });
  try {
    expect(() => exportOnnx(model)).toThrow(StateError);
  } finally {
    await model.dispose();
  }
});

test.each(["float16", "bfloat16"] as const)(
  "weights as %s: half the bytes, and what runtimes make of them",
  async (weights) => {
    const [, options] = KINDS.find(([name]) => name === "convolutions along two dimensions")!;
    const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
    try {
      const samples = values(9, WIDTH, 5);
      await model.fit(samples, { epochs: 3 });
      const whole = exportOnnx(model);
      const half = exportOnnx(model, { weights });
      const rounded = model
        .getWeights()
        .map(({ name, shape, data }) => ({ name, shape, data: narrowed(data, weights) }));
      const differences = model
        .getWeights()
        .flatMap(({ data }, i) => [...data].map((x, j) => Math.abs(x - rounded[i]!.data[j]!)));
      expect(half.largestDifference).toBe(Math.max(...differences));
      // Two bytes less each, but for a Cast each array.
      expect(whole.bytes.length - half.bytes.length).toBeGreaterThan(0.8 * differences.length);
      // The graph calculates with the rounded weights, as Isthmus does.
      model.setWeights(rounded);
      const inputs = { samples: floats(samples, [9, WIDTH]) };
      const outputs = { reconstruction: [...(await model.reconstruct(samples)).data] };
      const halved: Case = { name: weights, bytes: half.bytes, inputs, outputs };
      if (python) expect(checkInPython(python, [halved])[0]!.differences!.reconstruction).toBeLessThan(1e-5);
      const runtime = await onnxruntimeWeb();
      if (runtime)
        expect((await checkOnWeb(runtime, [halved]))[0]!.differences!.reconstruction).toBeLessThan(1e-5);
      expectClose(await outputsOf(importOnnx(half.bytes), samples), outputs.reconstruction, {
        absolute: 1e-5,
      });
    } finally {
      await model.dispose();
    }
  },
);

function narrowed(data: Float32Array, type: "float16" | "bfloat16"): Float32Array {
  const floats = new Float32Array(data.length);
  const [narrow, widen] = type === "float16" ? [toHalves, widenHalves] : [toBfloats, widenBfloats];
  widen(narrow(data).values, new Uint32Array(floats.buffer));
  return floats;
}

test("weights beyond the largest half are refused, and fit into a bfloat", async () => {
  const model = await smallModel();
  try {
    const weights = model.getWeights();
    weights[0]!.data[0] = 70000;
    model.setWeights(weights);
    expect(() => exportOnnx(model, { weights: "float16" })).toThrow('too large for weights "float16"');
    expect(exportOnnx(model, { weights: "bfloat16" }).largestDifference).toBeLessThan(512);
  } finally {
    await model.dispose();
  }
});
