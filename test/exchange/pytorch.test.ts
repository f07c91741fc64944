// What exportPyTorch writes, in PyTorch: the generated modules load the weights strictly, and calculate the same.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportPyTorch, exportSafetensors } from "../../src/exchange/exporting.js";
import {
  Autoencoder,
  type AutoencoderOptions,
  activation,
  averagePooling2d,
  conv2d,
  conv2dTranspose,
  dense,
  flatten,
  reshape,
  upSampling2d,
} from "../../src/index.js";
import { findPython } from "../formats/helpers.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { failure, values } from "../support/models.js";

const SCRIPT = fileURLToPath(new URL("pytorch_models.py", import.meta.url));

/** Large beside their spread, as times are. */
const far = (data: Float32Array) => data.map((value, index) => (index % 2 ? 40_000 : -3) + 7 * value);

interface Case {
  readonly options: AutoencoderOptions;
  readonly samples: Float32Array;
  /** Whether Isthmus's own file has the same names. */
  readonly ownFile: boolean;
}

const samples = values(20, WIDTH, 5, 0.02, 0.98);
const plain = { inputSize: WIDTH, encoder: [dense(5, "tanh")], decoder: [dense(WIDTH)] };
const CASES: readonly (readonly [string, Case])[] = [
  ...KINDS.map(([name, options]) => [name, { options, samples, ownFile: true }] as const),
  ["standardized", { options: { ...plain, scaling: "standard" }, samples: far(samples), ownFile: false }],
  ["mapped to [0, 1]", { options: { ...plain, scaling: "minMax" }, samples: far(samples), ownFile: false }],
  [
    "the other activations",
    {
      options: {
        inputSize: WIDTH,
        encoder: [dense(9, "mish"), dense(7, "selu"), activation("relu"), dense(5, "elu")],
        decoder: [dense(9, "softplus"), dense(9, "leakyRelu"), activation("linear"), dense(WIDTH)],
      },
      samples,
      ownFile: true,
    },
  ],
  [
    "images, scaled",
    {
      options: {
        inputShape: [7, 5, 2],
        encoder: [
          conv2d(4, 3, "relu", { strides: 2, padding: "same" }),
          averagePooling2d({ poolSize: 2, strides: 1, padding: "same" }),
          conv2d(3, [2, 3], "silu", { padding: "same", dilationRate: [1, 2] }),
          flatten(),
          dense(6, "tanh"),
        ],
        decoder: [
          dense(8 * 3 * 2, "relu"),
          reshape([8, 3, 2]),
          conv2dTranspose(3, [2, 3], "relu", { padding: "same" }),
          upSampling2d({ size: [1, 2] }),
          conv2d(2, 2),
        ],
        scaling: "minMax",
      },
      samples: values(6, 70, 3, 2, 5),
      ownFile: false,
    },
  ],
];

test("generated modules give the outputs and codes of every kind of model", async (context) => {
  const python = findPython("numpy, torch, safetensors.torch");
  if (python === undefined) return context.skip("there is no python3 with torch and safetensors");
  const folder = mkdtempSync(join(tmpdir(), "isthmus-torch-"));
  try {
    for (const [index, [, { options, samples: given, ownFile }]] of CASES.entries()) {
      const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
      await model.fit(given, { epochs: 4, batchSize: 5 });
      const own = join(folder, String(index));
      mkdirSync(own);
      for (const { name, bytes } of exportPyTorch(model)) writeFileSync(join(own, name), bytes);
      if (ownFile) writeFileSync(join(own, "isthmus.safetensors"), model.toSafetensors());
      const [codes, reconstructions] = [model.encodeSync(given), model.reconstructSync(given)];
      const { inputShape, latentShape } = model;
      const numbers = { samples: [...given], codes: [...codes.data], outputs: [...reconstructions.data] };
      writeFileSync(join(own, "expected.json"), JSON.stringify({ inputShape, latentShape, ...numbers }));
      await model.dispose();
    }
    const found = JSON.parse(execFileSync(python, ["-B", SCRIPT, folder], { encoding: "utf8" }));
    CASES.forEach(([name], index) => {
      expect(found[index].difference, name).toBeLessThan(1e-5);
    });
    // Noise, dropout and drawn codes are there in training, and in nothing else.
    CASES.forEach(([name, { options }], index) => {
      const noisy = [...options.encoder, ...options.decoder].some(({ kind }) => /dropout|noise/i.test(kind));
      const normalized = options.encoder.some(({ kind }) => kind === "batchNormalization");
      const differs = noisy || normalized || !!options.corruption || !!options.latent;
      expect(found[index].trainsOtherwise, name).toBe(differs);
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a model has only the classes that it needs, and its sizes in words", async () => {
  const model = await Autoencoder.create(plain);
  const [program, weights] = exportPyTorch(model);
  expect([program!.name, weights!.name]).toEqual(["model.py", "model.safetensors"]);
  const text = Buffer.from(program!.bytes).toString();
  expect(text.match(/^class \w+/gm)).toEqual(["class Autoencoder"]);
  expect(text).toContain('("0", nn.Linear(13, 5)),');
  expect(text).not.toMatch(/functional|Scaling| $|\t/m);
  await model.dispose();
});

test("a scaling that has not been learned is refused", async () => {
  const model = await Autoencoder.create({ ...plain, scaling: "standard" });
  expect(String(await failure(() => exportPyTorch(model)))).toMatch(
    /scales samples \(standard\).* call fit before/,
  );
  await model.dispose();
});

test.each([
  ["float16", "F16", 2 ** -12],
  ["bfloat16", "BF16", 2 ** -9],
] as const)(
  "weights as %s have the nearest such value, and the largest difference is told",
  async (weights, dtype, part) => {
    const model = await Autoencoder.create({ ...plain, scaling: "standard" });
    await model.fit(samples, { epochs: 1 });
    const { bytes, largestDifference } = exportSafetensors(model, { weights });
    const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + length)).toString());
    expect(header["encoder.0.weight"]).toMatchObject({ dtype, shape: [5, WIDTH] });
    expect(header["scaling.scale"].dtype).toBe("F32");
    const [begin] = header["encoder.0.weight"].data_offsets;
    const view = new DataView(bytes.buffer, bytes.byteOffset + 8 + length);
    let largest = 0;
    const { data } = model.getWeights()[0]!;
    data.forEach((value, index) => {
      const bits = view.getUint16(begin + 2 * index, true);
      const stored = dtype === "BF16" ? new Float32Array(Uint32Array.of(bits << 16).buffer)[0]! : half(bits);
      expect(Math.abs(stored - value)).toBeLessThanOrEqual(part * Math.max(Math.abs(value), 2 ** -12) * 2);
      largest = Math.max(largest, Math.abs(stored - value));
    });
    expect(largestDifference).toBeGreaterThanOrEqual(largest);
    expect(largestDifference).toBeLessThan(4 * part);
    await model.dispose();
  },
);

/** The value of a normal half. */
const half = (bits: number) =>
  (bits & 0x8000 ? -1 : 1) * (1 + (bits & 0x3ff) / 1024) * 2 ** (((bits >> 10) & 31) - 15);
