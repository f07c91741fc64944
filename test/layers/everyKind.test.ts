// What every kind of layer has to do beyond its arithmetic. KINDS is the list; other tests over it are those of gradients
// (test/network/kindGradients), shares of threads (kindShares), files (test/api/kinds), checkpoints (test/checkpoint/kinds),
// streams (test/training/streamedKinds) and PyTorch (test/saving/torch).
import { describe, expect, test } from "vitest";
import {
  AnomalyDetector,
  Autoencoder,
  type AutoencoderOptions,
  earlyStopping,
  modelCheckpoint,
} from "../../src/index.js";
import { LAYER_KINDS } from "../../src/layers/layers.js";
import { KINDS, WIDTH } from "../support/kinds.js";
import { bits, bitsOfWeights, expectClose, failure, values, weightBits } from "../support/models.js";

const ROWS = 50;
const samples = values(ROWS, WIDTH, 3, 0.02, 0.98);
const engine = { math: "portable", threads: 1 } as const;

/** The kinds of a model's layers. */
function kindsOf({ encoder, decoder }: AutoencoderOptions): string[] {
  return [...encoder, ...decoder].map(({ kind }) => kind);
}

test("the list has every kind of layer", () => {
  const used = new Set(KINDS.flatMap(([, options]) => kindsOf(options)));
  expect(LAYER_KINDS.filter((kind) => !used.has(kind))).toEqual([]);
});

describe.each(KINDS)("%s", (_, options) => {
  test("a run that is aborted in the middle of an epoch goes on from its checkpoint to the same bits", async () => {
    const fit = { epochs: 4, batchSize: 12, validationSplit: 0.2 };
    const whole = await Autoencoder.create({ ...options, engine, seed: 4 });
    const history = await whole.fit(samples, fit);

    const checkpoints: Uint8Array[] = [];
    const cut = await Autoencoder.create({ ...options, engine: { ...engine, threads: 2 }, seed: 4 });
    const controller = new AbortController();
    const error = await failure(() =>
      cut.fit(samples, {
        ...fit,
        callbacks: [modelCheckpoint({ save: (bytes) => void checkpoints.push(bytes) })],
        signal: controller.signal,
        onBatchEnd: ({ epoch, step }) => {
          if (epoch === 3 && step === 2) controller.abort();
        },
      }),
    );
    expect((error as Error).name).toBe("AbortError");
    expect(checkpoints).toHaveLength(2);
    await cut.dispose();

    const resumed = await Autoencoder.fromCheckpoint(checkpoints[1]!, { engine: { ...engine, threads: 3 } });
    const rest = await resumed.fit(samples);
    expect(rest).toEqual({ ...history, seconds: rest.seconds });
    expect(weightBits(resumed)).toBe(weightBits(whole));
    expect(bits(resumed.reconstructSync(samples).data)).toBe(bits(whole.reconstructSync(samples).data));
    await Promise.all([whole.dispose(), resumed.dispose()]);
  });

  test("early stopping restores the best epoch, state that is not trained included", async () => {
    const model = await Autoencoder.create({ ...options, engine, seed: 4 });
    const after: string[] = [];
    const { loss } = await model.fit(samples, {
      epochs: 12,
      batchSize: 12,
      // Nothing is better than the first epoch by 10, so this is the best one.
      callbacks: [earlyStopping({ monitor: "loss", minDelta: 10, patience: 2, restoreBestWeights: true })],
      onEpochEnd: () => void after.push(weightBits(model)),
    });
    expect(loss).toHaveLength(3);
    expect(weightBits(model)).toBe(after[0]);
    expect(after[1]).not.toBe(after[0]);
    await model.dispose();
  });

  test("samples of any range are scaled, and come back in it", async () => {
    // Scaling to [0, 1] suits every loss. Columns with the same range are scaled alike.
    const wide = samples.map((x, i) => (i < WIDTH ? -300 : i < 2 * WIDTH ? 700 : 1000 * x - 300));
    const units = wide.map((x) => (x + 300) / 1000);
    const scaled = await Autoencoder.create({ ...options, engine, seed: 4, scaling: "minMax" });
    const plain = await Autoencoder.create({ ...options, engine, seed: 4 });
    const fit = { epochs: 2, batchSize: 12 };
    const [found, expected] = [await scaled.fit(wide, fit), await plain.fit(units, fit)];
    expectClose(found.loss, expected.loss, { relative: 1e-4 }, "loss");
    const same = await Autoencoder.fromSafetensors(scaled.toSafetensors(), { engine });
    const back = same.reconstructSync(wide).data;
    expect(bits(back)).toBe(bits(scaled.reconstructSync(wide).data));
    const wanted = plain.reconstructSync(units).data.map((x) => 1000 * x - 300);
    expectClose(back, wanted, { absolute: 1 }, "reconstruction");
    await Promise.all([scaled.dispose(), plain.dispose(), same.dispose()]);
  });

  test("a detector finds what is odd, and is the same from a file", async () => {
    const model = await Autoencoder.create({ ...options, engine, seed: 4 });
    await model.fit(samples, { epochs: 2, batchSize: 12 });
    const detector = await AnomalyDetector.fit(model, samples, { contamination: 0.1 });
    expect((await detector.predict(samples)).reduce((sum, flag) => sum + flag, 0)).toBe(ROWS / 10);
    const scores = await detector.score(samples);
    const { data } = model.reconstructSync(samples);
    const same = await AnomalyDetector.fromSafetensors(detector.toSafetensors(), { engine });
    expect(same.threshold).toBe(detector.threshold);
    expect(bits(await same.score(samples))).toBe(bits(scores));
    expect(bitsOfWeights(same.model.getWeights())).toBe(weightBits(model));
    expect(bits(same.model.reconstructSync(samples).data)).toBe(bits(data));
    await Promise.all([model.dispose(), same.model.dispose()]);
  });
});
