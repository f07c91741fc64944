// Every kind of model as ONNX: onnx finds nothing wrong with it, and onnxruntime gives Isthmus's outputs.
import { expect, test } from "vitest";
import {
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
  upSampling2d,
} from "../../../src/index.js";
import { ACTIVATION_NAMES } from "../../../src/layers/activations.js";
import { findPython } from "../../formats/helpers.js";
import { KINDS, WIDTH } from "../../support/kinds.js";
import { values } from "../../support/models.js";
import { type Case, checkInPython, modelCases, type Verdict } from "./cases.js";

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

const verdicts = new Map<string, Verdict[]>();
const models = [...KINDS, ...OTHERS];

test("onnx and onnxruntime take every model", async (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  const cases: Case[][] = [];
  for (const [name, options, samples] of models as typeof OTHERS) {
    cases.push(await modelCases(name, options, {}, samples));
  }
  const all = checkInPython(python, cases.flat());
  let first = 0;
  models.forEach(([name], i) => {
    verdicts.set(name, all.slice(first, first + cases[i]!.length));
    first += cases[i]!.length;
  });
  expect(all.filter(({ error }) => error !== undefined)).toEqual([]);
});

test.for(models.map(([name]) => name))("%s: onnxruntime gives the outputs of Isthmus", (name, context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  const [whole, encoder, decoder, detector] = verdicts.get(name)!.map(({ differences }) => differences!);
  expect(Object.keys({ ...whole, ...encoder, ...decoder, ...detector }).sort()).toEqual(
    ["reconstruction", "code", "score", "flag"].sort(),
  );
  for (const differences of [whole, encoder, decoder, detector]) {
    for (const [output, difference] of Object.entries(differences!)) {
      // Samples of the models that scale are about 1000, where 32-bit floats are 6e-5 apart.
      const most = name.startsWith("scaling") && output === "reconstruction" ? 2e-4 : 1e-5;
      expect(difference, output).toBeLessThanOrEqual(output === "flag" ? 0 : most);
    }
  }
});
