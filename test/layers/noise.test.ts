// gaussianNoise and spatialDropout as layers; what they draw is in test/network/kindGradients.test.ts.
import { describe, expect, test } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  dense,
  dropout,
  flatten,
  gaussian,
  gaussianNoise,
  type Layer,
  maskingNoise,
  reshape,
  spatialDropout,
} from "../../src/index.js";
import { failure, values, weightBits } from "../support/models.js";

const samples = values(40, 12, 3, 0, 1);
const engine = { math: "portable", threads: 1 } as const;

const noisy: AutoencoderOptions = {
  inputShape: [6, 2],
  encoder: [
    gaussianNoise(0.2),
    dense(5, "tanh"),
    spatialDropout(0.4),
    gaussianNoise(0.1),
    flatten(),
    dense(4),
  ],
  decoder: [
    gaussianNoise(0.1),
    dense(12),
    reshape([6, 2]),
    spatialDropout(0.1),
    spatialDropout(0.2),
    dense(2),
  ],
  seed: 3,
  engine,
};

test("they disturb training alone, and by what the seed gives", async () => {
  const quiet = (layers: readonly Layer[]) =>
    layers.filter(({ kind }) => kind !== "gaussianNoise" && kind !== "spatialDropout");
  const [model, other, clean] = await Promise.all([
    Autoencoder.create(noisy),
    Autoencoder.create({ ...noisy, seed: 4 }),
    Autoencoder.create({ ...noisy, encoder: quiet(noisy.encoder), decoder: quiet(noisy.decoder) }),
  ]);
  expect(weightBits(clean)).toBe(weightBits(model));
  other.setWeights(model.getWeights());
  const outputs = (one: Autoencoder) => [
    one.reconstructSync(samples),
    one.encodeSync(samples),
    one.encoder.predictSync(samples),
    one.decoder.predictSync(one.encodeSync(samples)),
    one.evaluateSync(samples),
  ];
  expect(outputs(model)).toEqual(outputs(clean));
  const bits = new Set<string>();
  for (const one of [model, other, clean]) {
    await one.fit(samples, { epochs: 1, batchSize: 40, shuffle: false });
    bits.add(weightBits(one));
  }
  expect(bits.size).toBe(3);
  const copy = await Autoencoder.fromSafetensors(model.toSafetensors(), { engine });
  expect(copy.description).toEqual(model.description);
  expect(copy.reconstructSync(samples)).toEqual(model.reconstructSync(samples));
  await Promise.all([model, other, clean, copy].map((one) => one.dispose()));
});

test("two layers of noise draw numbers of their own", async () => {
  // Noise at one place alone must not be that at another.
  const at = async (place: number) => {
    const encoder: Layer[] = [dense(12), dense(12, "tanh"), dense(4)];
    encoder.splice(place, 0, gaussianNoise(0.5));
    const model = await Autoencoder.create({ inputSize: 12, encoder, decoder: [dense(12)], engine, seed: 1 });
    const weights = model.getWeights();
    // Whatever stands before the noise leaves the samples as they are.
    weights[0]!.data.set(Array.from({ length: 144 }, (_, i) => (i % 13 === 0 ? 1 : 0)));
    model.setWeights(weights);
    const { loss } = model.fitSync(samples, { batchSize: 40, shuffle: false });
    await model.dispose();
    return loss[0]!;
  };
  const [before, behind] = [await at(0), await at(1)];
  expect(before).not.toBe(behind);
  expect(await at(0)).toBe(before);
});

test("a rate of 0 drops nothing, and the rate next to 1 almost everything", async () => {
  const train = async (...layers: Layer[]) => {
    const model = await Autoencoder.create({
      inputShape: [6, 2],
      encoder: [dense(5, "tanh"), ...layers, dense(3, "tanh")],
      decoder: [dense(2)],
      seed: 1,
      engine,
    });
    await model.fit(samples, { epochs: 2, batchSize: 7 });
    const bits = weightBits(model);
    const finite = model.getWeights().every(({ data }) => data.every(Number.isFinite));
    const again = await Autoencoder.fromSafetensors(model.toSafetensors(), { engine });
    expect(again.description).toEqual(model.description);
    await Promise.all([model, again].map((one) => one.dispose()));
    return { bits, finite };
  };
  const none = await train();
  expect(await train(dropout(0))).toEqual(none);
  expect(await train(spatialDropout(0), dropout(0))).toEqual(none);
  for (const layer of [dropout(1 - 2 ** -53), spatialDropout(1 - 2 ** -53)]) {
    const { bits, finite } = await train(layer);
    expect(finite).toBe(true);
    expect(bits).not.toBe(none.bits);
  }
});

describe("what is refused", () => {
  test.each<[string, () => unknown, string]>([
    ["a rate of 1", () => spatialDropout(1), "rate of spatialDropout must be in [0, 1), not 1"],
    [
      "a shape of noise",
      () => (dropout as (rate: number, options: object) => Layer)(0.2, { noiseShape: [1, 4] }),
      'dropout takes the rate alone and has no options, so no "noiseShape" either',
    ],
    [
      "a seed",
      () => (gaussianNoise as (deviation: number, seed: number) => Layer)(0.2, 42),
      "gaussianNoise takes the deviation alone, not also 42",
    ],
    [
      "a seed of spatialDropout",
      () => (spatialDropout as (rate: number, options: object) => Layer)(0.2, { seed: 42 }),
      'spatialDropout takes the rate alone and has no options, so no "seed" either',
    ],
    ["a negative rate", () => dropout(-0.1), "rate of dropout must be in [0, 1), not -0.1"],
  ])("%s", (_, make, message) => {
    expect(make).toThrow(message);
  });

  const models: [string, Partial<AutoencoderOptions>, RegExp][] = [
    [
      "channels of one dimension",
      { encoder: [dense(4), spatialDropout(0.3)] },
      /encoder\[1\], spatialDropout, must get samples of the shape .*, not \[4\]; dropout\(0\.3\) is for/,
    ],
    [
      "noise at the end",
      { decoder: [dense(12), gaussianNoise(0.1)] },
      /gaussianNoise must stand between two layers, but nothing follows the decoder's last one/,
    ],
    [
      "a half of noise",
      { encoder: [gaussianNoise(0.1)] },
      /encoder must have a layer that calculates something/,
    ],
    [
      "dropout behind noise on the input",
      { encoder: [gaussianNoise(0.1), dropout(0.2), dense(3)] },
      /encoder\[1\] is a dropout with no layer before it/,
    ],
    [
      "two dropouts with noise between them",
      { encoder: [dense(5), dropout(0.2), gaussianNoise(0.1), dropout(0.2), dense(3)] },
      /encoder\[3\] is a dropout right behind another one/,
    ],
    [
      "dropout of a code that is drawn, behind noise",
      { latent: gaussian(3), decoder: [gaussianNoise(0.1), dropout(0.2), dense(12)] },
      /decoder\[1\] is a dropout right behind a gaussian latent/,
    ],
    [
      "masking as a layer",
      { encoder: [maskingNoise(0.2) as never, dense(3)] },
      /kind of encoder\[0\] "maskingNoise" .*corruption: maskingNoise\(0\.3\)/,
    ],
    [
      "another option",
      { encoder: [{ ...gaussianNoise(0.2), stddev: 1 } as never, dense(3)] },
      /encoder\[0\] "stddev"/,
    ],
  ];
  test.each(models)("%s", async (_, options, message) => {
    const error = await failure(() =>
      Autoencoder.create({ inputSize: 12, encoder: [dense(3)], decoder: [dense(12)], engine, ...options }),
    );
    expect((error as Error).message).toMatch(message);
  });
});
