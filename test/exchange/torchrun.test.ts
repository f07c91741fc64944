// Runs that go on in PyTorch under two processes, and come back. Without shuffling and noise they are the same as here.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { exportTorchrun } from "../../src/exchange/exporting.js";
import { encodeNpy } from "../../src/formats/npy.js";
import {
  Autoencoder,
  type AutoencoderOptions,
  adadelta,
  adagrad,
  adam,
  adamw,
  batchNormalization,
  conv2d,
  conv2dTranspose,
  cosineDecay,
  dense,
  exponentialDecay,
  type FitOptions,
  flatten,
  gaussian,
  gru,
  huber,
  klSparsity,
  l1,
  l2,
  lion,
  lstm,
  maskingNoise,
  nadam,
  reduceOnPlateau,
  repeatVector,
  reshape,
  rmsprop,
  sgd,
  stepDecay,
  warmup,
} from "../../src/index.js";
import { findPython } from "../formats/helpers.js";
import { failure, values } from "../support/models.js";

const SCRIPT = fileURLToPath(new URL("continued_runs.py", import.meta.url));
const WIDTH = 12;
/** The last batch of 32 has 1 row, so one of two processes has none of it. */
const samples = values(65, WIDTH, 7, 0.02, 0.98);
const engine = { threads: 1 };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-torchrun-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Trains for three epochs and exports the run to a folder of its own. */
async function begin(name: string, options: AutoencoderOptions, how: FitOptions): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  const model = await Autoencoder.create({ ...options, engine });
  await model.fit(samples, { ...how, epochs: 3 });
  for (const { name: file, bytes } of exportTorchrun(model)) writeFileSync(join(path, file), bytes);
  writeFileSync(join(path, "samples.npy"), encodeNpy({ shape: [65, WIDTH], data: samples }));
  await model.dispose();
  return path;
}

/** Goes on here until the ninth epoch, and compares with a run that was never away. */
async function compare(path: string, options: AutoencoderOptions, how: FitOptions, most: number) {
  const back = await Autoencoder.fromCheckpoint(readFileSync(join(path, "continued.safetensors")), {
    engine,
  });
  const whole = await Autoencoder.create({ ...options, engine });
  const all = await whole.fit(samples, { ...how, epochs: 9 });
  const there = { ...back.history, loss: [...back.history.loss] };
  expect(there.loss).toHaveLength(6);
  const again = await back.fit(samples, { epochs: 9 });
  expect(again.loss).toHaveLength(9);
  const differences = (["loss", "valLoss", "klLoss", "reconstructionLoss"] as const).flatMap((series) =>
    all[series].map((value, epoch) => Math.abs(value - again[series][epoch]!) / Math.max(1, Math.abs(value))),
  );
  for (const [name, series] of Object.entries(all.metrics))
    differences.push(
      ...series.map((value, epoch) => Math.abs(value - again.metrics[name as "huber"]![epoch]!)),
    );
  await Promise.all([back.dispose(), whole.dispose()]);
  expect(Math.max(...differences), path).toBeLessThan(most);
}

const inOrder = { batchSize: 32, shuffle: false };
const size = { inputSize: WIDTH };
const pictures = {
  inputSize: WIDTH,
  encoder: [
    reshape([4, 3, 1]),
    conv2d(4, 3, "linear", { padding: "same", kernelPenalty: l2(0.01) }),
    batchNormalization({ momentum: 0.8 }),
    flatten(),
    dense(5, "tanh"),
  ],
  decoder: [
    dense(12, "relu"),
    batchNormalization({ momentum: 0.9, scale: false }),
    reshape([4, 3, 1]),
    conv2dTranspose(1, 3, "sigmoid", { padding: "same" }),
    flatten(),
  ],
};
const narrow = { ...size, encoder: [dense(6, "tanh")], decoder: [dense(WIDTH)] };

const RUNS: readonly (readonly [string, AutoencoderOptions, FitOptions])[] = [
  [
    "adamw, batch normalization and convolutions",
    {
      ...pictures,
      optimizer: adamw({
        learningRate: warmup({
          warmupSteps: 12,
          schedule: exponentialDecay({ initialLearningRate: 0.01, decaySteps: 10, decayRate: 0.9 }),
        }),
        clipNorm: 0.3,
      }),
      loss: "binaryCrossentropy",
    },
    inOrder,
  ],
  [
    "sgd with momentum",
    {
      ...narrow,
      optimizer: sgd({
        learningRate: cosineDecay({ initialLearningRate: 0.2, decaySteps: 40, alpha: 0.1 }),
        momentum: 0.8,
        nesterov: true,
        globalClipNorm: 0.05,
      }),
    },
    inOrder,
  ],
  ["plain sgd", { ...narrow, optimizer: sgd(0.1), loss: "meanAbsoluteError", scaling: "standard" }, inOrder],
  [
    "nadam, sparse, validated",
    {
      ...size,
      encoder: [dense(8, "tanh", { activityPenalty: l1(0.01) }), dense(4, "sigmoid")],
      decoder: [dense(WIDTH, "sigmoid", { kernelPenalty: l1(0.001) })],
      sparsity: klSparsity({ target: 0.2 }),
      optimizer: nadam(0.01),
      loss: "binaryCrossentropy",
    },
    { ...inOrder, validationSplit: 0.2, metrics: ["meanSquaredError", "binaryCrossentropy"] },
  ],
  [
    "rmsprop, tied, on a plateau",
    {
      ...narrow,
      tied: true,
      optimizer: rmsprop({
        learningRate: reduceOnPlateau({
          initialLearningRate: 0.01,
          monitor: "loss",
          patience: 1,
          minDelta: 1,
          factor: 0.6,
        }),
        momentum: 0.5,
        centered: true,
        clipValue: 0.01,
        epsilon: 1e-3,
      }),
    },
    inOrder,
  ],
  [
    "adagrad and lstm",
    {
      ...size,
      encoder: [reshape([4, 3]), lstm(5, { recurrentPenalty: l2(0.01) })],
      decoder: [repeatVector(4), lstm(3, { returnSequences: true }), flatten()],
      optimizer: adagrad(stepDecay({ initialLearningRate: 0.05, decaySteps: 7, decayRate: 0.5 })),
    },
    inOrder,
  ],
  [
    "adadelta and gru, scaled",
    {
      ...size,
      encoder: [reshape([4, 3]), gru(5)],
      decoder: [repeatVector(4), gru(3, { returnSequences: true }), flatten()],
      optimizer: adadelta(1),
      scaling: "minMax",
    },
    inOrder,
  ],
  [
    "lion",
    { ...narrow, optimizer: lion({ learningRate: 1e-3, weightDecay: 0.1 }), loss: huber({ delta: 0.2 }) },
    inOrder,
  ],
];

const variational: AutoencoderOptions = {
  ...size,
  encoder: [dense(8, "tanh")],
  latent: gaussian(3, { beta: 0.5, warmupSteps: 20 }),
  decoder: [dense(WIDTH, "sigmoid")],
  corruption: maskingNoise(0.1),
  loss: "binaryCrossentropy",
  optimizer: adam(0.01),
};

test("three epochs here, three under torchrun with two processes, three here are nine here", async (context) => {
  const python = findPython("numpy, torch, safetensors.torch");
  if (python === undefined) return context.skip("there is no python3 with torch and safetensors");
  const options: AutoencoderOptions = {
    ...size,
    encoder: [dense(9, "relu"), dense(4, "tanh")],
    decoder: [dense(9, "relu"), dense(WIDTH, "sigmoid")],
    optimizer: adam(0.01),
  };
  const path = await begin("adam", options, inOrder);
  const words = ["--data", "samples.npy", "--epochs", "6"];
  const torchrun = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", "train.py"];
  const printed = execFileSync(python, [...torchrun, ...words], {
    cwd: path,
    encoding: "utf8",
    stdio: "pipe",
  });
  expect(printed.match(/^epoch [456]\/6 {2}loss 0\.\d+/gm)).toHaveLength(3);
  await compare(path, options, inOrder, 1e-5);
});

test("other optimizers, layers and losses go on as exactly; with shuffling and noise without a jump", async (context) => {
  const python = findPython("numpy, torch, safetensors.torch");
  if (python === undefined) return context.skip("there is no python3 with torch and safetensors");
  const shuffled = { batchSize: 16 };
  const words = JSON.stringify(["--data", "samples.npy", "--epochs", "6"]);
  const paths = [];
  for (const [name, options, how] of [...RUNS, ["variational", variational, shuffled] as const]) {
    const path = await begin(join("runs", name), options, how);
    writeFileSync(join(path, "arguments.json"), words);
    paths.push(path);
  }
  execFileSync(python, ["-B", SCRIPT, join(folder, "runs")], { encoding: "utf8", stdio: "pipe" });
  for (const [index, [, options, how]] of RUNS.entries()) await compare(paths[index]!, options, how, 1e-5);
  await compare(paths.at(-1)!, variational, shuffled, 0.1);
}, 120_000);

test("a model without a training to continue is refused", async () => {
  const model = await Autoencoder.create(narrow);
  expect(String(await failure(() => exportTorchrun(model)))).toMatch(/no training to continue/);
  await model.dispose();
});
