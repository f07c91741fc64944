import { expect, test } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  Autoencoder,
  type AutoencoderOptions,
  adam,
  cosineDecay,
  FormatError,
  gaussian,
  huber,
  modelCheckpoint,
  nadam,
  reduceOnPlateau,
  rmsprop,
  warmup,
} from "../../src/index.js";
import { parts } from "../support/forged.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { failure, values, weightBits } from "../support/models.js";

const samples = values(50, WIDTH, 3, 0.02, 0.98);
const engine = { math: "portable" } as const;
const variational = KINDS.find(([name]) => name === "variational")![1];

// Nothing is ever better by 10, so the rate falls after every epoch.
const falling = reduceOnPlateau({ initialLearningRate: 0.05, monitor: "loss", patience: 1, minDelta: 10 });
const rising = warmup({
  warmupSteps: 5,
  schedule: cosineDecay({ initialLearningRate: 0.05, decaySteps: 9 }),
});

const MODELS: readonly (readonly [string, AutoencoderOptions])[] = [
  ...KINDS,
  ["scaled", { ...KINDS[0]![1], scaling: "standard" }],
  ["following its loss", { ...KINDS[0]![1], optimizer: adam({ learningRate: falling }) }],
  ["scheduled", { ...KINDS[0]![1], loss: huber({ delta: 0.2 }), optimizer: nadam({ learningRate: rising }) }],
  ["accumulating", { ...KINDS[0]![1], optimizer: rmsprop({ momentum: 0.5, centered: true }) }],
  ["warming up", { ...variational, latent: gaussian(3, { beta: 0.5, warmupSteps: 40 }) }],
];

test.each(MODELS)(
  "%s: training goes on from a checkpoint to the same bits and history",
  async (_, options) => {
    const checkpoints: Uint8Array[] = [];
    const model = await Autoencoder.create({ ...options, engine, seed: 4 });
    const callbacks = [modelCheckpoint({ save: (bytes) => void checkpoints.push(bytes) })];
    const how = { epochs: 3, batchSize: 12, validationSplit: 0.2 };
    const whole = await model.fit(samples, { ...how, callbacks });
    const resumed = await Autoencoder.fromCheckpoint(checkpoints[0]!, { engine });
    expect(resumed.description).toEqual(model.description);
    expect(resumed.scaling).toEqual(model.scaling);
    expect(resumed.toCheckpoint()).toEqual(checkpoints[0]);
    const history = await resumed.fit(samples, how);
    expect(history).toEqual({ ...whole, seconds: history.seconds });
    expect(weightBits(resumed)).toBe(weightBits(model));
    await Promise.all([model.dispose(), resumed.dispose()]);
  },
);

test("a variational model's history has its parts, whose loss is theirs", async () => {
  const model = await Autoencoder.create({ ...variational, engine });
  const { loss, reconstructionLoss, klLoss } = await model.fit(samples, { epochs: 2 });
  expect(reconstructionLoss).toHaveLength(2);
  loss.forEach((value, epoch) => {
    expect(value).toBeCloseTo(reconstructionLoss[epoch]! + 0.7 * klLoss[epoch]!, 6);
  });
  const { tensors, metadata } = parts(model.toCheckpoint());
  const { history, ...training } = JSON.parse(metadata.training!);
  for (const changed of [{ klLoss: [1] }, { reconstructionLoss: undefined }]) {
    const text = JSON.stringify({ ...training, history: { ...history, ...changed } });
    const bytes = encodeSafetensors(tensors, { ...metadata, training: text });
    expect(await failure(() => Autoencoder.fromCheckpoint(bytes))).toBeInstanceOf(FormatError);
  }
  await model.dispose();
});

test("a metric of a variational model is a mean over the outputs, without divergence", async () => {
  const model = await Autoencoder.create({ ...variational, engine });
  const { history, metrics, valMetrics } = await model
    .fit(samples, { metrics: ["binaryCrossentropy"], validationSplit: 0.2 })
    .then((all) => ({ history: all, ...all }));
  expect(metrics.binaryCrossentropy![0]).toBeCloseTo(history.reconstructionLoss[0]! / WIDTH, 9);
  const { reconstructionLoss } = model.evaluateSync(samples.subarray(40 * WIDTH));
  expect(valMetrics.binaryCrossentropy![0]).toBeCloseTo(reconstructionLoss! / WIDTH, 9);
  await model.dispose();
});
