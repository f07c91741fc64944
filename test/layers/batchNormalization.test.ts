import { describe, expect, test } from "vitest";
import { Autoencoder, type AutoencoderOptions, batchNormalization, dense } from "../../src/index.js";
import { expectClose, MATHS, values, weightBits } from "../support/models.js";

const WIDTH = 6;
const ROWS = 40;
const options: AutoencoderOptions = {
  inputSize: WIDTH,
  encoder: [batchNormalization({ momentum: 0.5 }), dense(3, "tanh")],
  decoder: [dense(WIDTH)],
  seed: 3,
};
const samples = values(ROWS, WIDTH, 3, 0, 4);

/** Mean and population variance of the columns of some rows, in float64. */
function moments(data: Float32Array): { mean: number[]; variance: number[] } {
  const columns = Array.from({ length: WIDTH }, (_, j) => [...data.filter((_, i) => i % WIDTH === j)]);
  const mean = columns.map((column) => column.reduce((sum, x) => sum + x, 0) / column.length);
  const variance = columns.map(
    (column, j) => column.reduce((sum, x) => sum + (x - mean[j]!) ** 2, 0) / column.length,
  );
  return { mean, variance };
}

const running = (model: Autoencoder) =>
  ["running_mean", "running_var"].map(
    (name) => model.getWeights().find((weight) => weight.name === `encoder.0.${name}`)!.data,
  );

describe.each(MATHS)("%s", (math) => {
  test("running statistics follow the batches, as in Keras", async () => {
    const model = await Autoencoder.create({ ...options, engine: { math } });
    expect(model.getWeights().map(({ name }) => name)).toEqual([
      ...["weight", "bias", "running_mean", "running_var"].map((name) => `encoder.0.${name}`),
      ...["encoder.1.weight", "encoder.1.bias", "decoder.0.weight", "decoder.0.bias"],
    ]);
    let [mean, variance] = [new Array<number>(WIDTH).fill(0), new Array<number>(WIDTH).fill(1)];
    for (let epoch = 0; epoch < 3; epoch++) {
      // Batches of 16, 16 and 8.
      model.fitSync(samples, { batchSize: 16, shuffle: false });
      for (let row = 0; row < ROWS; row += 16) {
        const batch = moments(samples.subarray(row * WIDTH, Math.min(row + 16, ROWS) * WIDTH));
        mean = mean.map((value, j) => 0.5 * value + 0.5 * batch.mean[j]!);
        variance = variance.map((value, j) => 0.5 * value + 0.5 * batch.variance[j]!);
      }
      expectClose(running(model)[0]!, mean, { relative: 1e-6, absolute: 1e-6 }, "running mean");
      expectClose(running(model)[1]!, variance, { relative: 1e-6, absolute: 1e-6 }, "running variance");
    }
    // Predictions use them: each row on its own gives what it gives among others.
    const together = model.encodeSync(samples).data;
    const alone = model.encodeSync(samples.subarray(5 * WIDTH, 6 * WIDTH)).data;
    expect(alone).toEqual(together.slice(5 * 3, 6 * 3));
    const [gamma, beta, , , w, b] = model.getWeights().map(({ data }) => data);
    const code = Array.from({ length: 3 }, (_, unit) => {
      let z = b![unit]!;
      for (let j = 0; j < WIDTH; j++) {
        const normalized = (samples[5 * WIDTH + j]! - mean[j]!) / Math.sqrt(variance[j]! + 1e-3);
        z += w![unit * WIDTH + j]! * (normalized * gamma![j]! + beta![j]!);
      }
      return Math.tanh(z);
    });
    expectClose(alone, code, { absolute: 2e-6 }, "code");
    await model.dispose();
  });
});

test("they are saved, and kept as they were before an epoch that diverges", async () => {
  const model = await Autoencoder.create(options);
  await model.fit(samples, { epochs: 2, batchSize: 16 });
  const before = weightBits(model);
  for (const copy of [
    await Autoencoder.fromSafetensors(model.toSafetensors()),
    await Autoencoder.fromCheckpoint(model.toCheckpoint()),
  ]) {
    expect(weightBits(copy)).toBe(before);
    expect(copy.encodeSync(samples)).toEqual(model.encodeSync(samples));
    await copy.dispose();
  }
  const huge = samples.map((x, i) => (i === 100 ? 3e38 : x));
  await expect(model.fit(huge, { batchSize: 16 })).rejects.toThrow(/finite/);
  expect(weightBits(model)).toBe(before);
  await model.dispose();
});

test("the same bits for one thread, two and three, over many rows", async () => {
  const many = values(1000, WIDTH, 5, -1, 1);
  const bits: string[] = [];
  for (const threads of [1, 2, 3]) {
    const model = await Autoencoder.create({ ...options, engine: { threads, math: "portable" } });
    await model.fit(many, { epochs: 2, batchSize: 300 });
    bits.push(weightBits(model));
    await model.dispose();
  }
  expect(bits).toEqual([bits[0], bits[0], bits[0]]);
});

test("its options are checked", () => {
  expect(() => batchNormalization({ momentum: 1 })).toThrow(
    "momentum of batchNormalization must be in [0, 1), not 1",
  );
  expect(() => batchNormalization({ axis: 1 } as object)).toThrow(/the last dimension/);
});
