import { describe, expect, test } from "vitest";
import { Autoencoder, dense, type InitializerName } from "../../src/index.js";
import { MATHS, type MathName, weightBits } from "../support/models.js";

const INPUTS = 300;
const UNITS = 200;
const COUNT = INPUTS * UNITS;

async function drawn(initializer: InitializerName, math: MathName, seed = 5) {
  const model = await Autoencoder.create({
    inputSize: INPUTS,
    encoder: [dense(UNITS, "relu", { initializer })],
    decoder: [dense(INPUTS, "linear", { initializer })],
    seed,
    engine: { math },
  });
  return { model, weights: new Map(model.getWeights().map(({ name, data }) => [name, data])) };
}

/** Mean, variance, and the third and fourth moments in units of the deviation. */
function moments(values: Float32Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [m2, m3, m4] = [0, 0, 0];
  for (const value of values) {
    const d = value - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  const variance = m2 / values.length;
  return {
    mean,
    variance,
    skewness: m3 / values.length / variance ** 1.5,
    kurtosis: m4 / values.length / variance ** 2,
  };
}

const CASES = [
  // Fans of encoder.0.weight [200, 300] are 300 and 200.
  ["glorotUniform", 2 / 500, "uniform"],
  ["glorotNormal", 2 / 500, "normal"],
  ["heUniform", 2 / 300, "uniform"],
  ["heNormal", 2 / 300, "normal"],
] as const;

describe.each(MATHS)("%s", (math) => {
  test.each(CASES)("%s has variance %f and is %s", async (initializer, variance, kind) => {
    const { weights } = await drawn(initializer, math);
    const data = weights.get("encoder.0.weight")!;
    const found = moments(data);
    // Five standard errors each; those of skewness and kurtosis are the normal distribution's, the larger ones.
    expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(variance / COUNT));
    expect(Math.abs(found.variance / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
    expect(Math.abs(found.skewness)).toBeLessThan(5 * Math.sqrt(6 / COUNT));
    expect(Math.abs(found.kurtosis - (kind === "uniform" ? 1.8 : 3))).toBeLessThan(5 * Math.sqrt(24 / COUNT));
    const largest = data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const deviation = Math.sqrt(variance);
    if (kind === "uniform") {
      expect(largest).toBeLessThanOrEqual(Math.fround(deviation * Math.sqrt(3)));
      expect(largest).toBeGreaterThan(deviation * Math.sqrt(3) * 0.999);
    } else {
      // Not truncated at two deviations; the chance of one of 60,000 beyond seven is 1.5e-7.
      expect(largest).toBeGreaterThan(3.5 * deviation);
      expect(largest).toBeLessThan(7 * deviation);
    }
  });

  test("the decoder's fan-in is its own", async () => {
    const { weights } = await drawn("heNormal", math);
    const { variance } = moments(weights.get("decoder.0.weight")!);
    expect(Math.abs(variance / (2 / UNITS) - 1)).toBeLessThan(5 * Math.sqrt(2 / COUNT));
  });

  test("orthogonal weights have orthonormal rows or columns, whichever are fewer", async () => {
    const { weights } = await drawn("orthogonal", math);
    for (const [name, rows, columns] of [
      ["encoder.0.weight", UNITS, INPUTS],
      ["decoder.0.weight", INPUTS, UNITS],
    ] as const) {
      const data = weights.get(name)!;
      const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)];
      const at = (vector: number, i: number) =>
        data[rows < columns ? vector * columns + i : i * columns + vector]!;
      for (let a = 0; a < count; a += 7) {
        for (let b = 0; b < count; b++) {
          let product = 0;
          for (let i = 0; i < length; i++) product += at(a, i) * at(b, i);
          expect(Math.abs(product - (a === b ? 1 : 0))).toBeLessThan(1e-6);
        }
      }
      // Without a preferred direction: the elements have mean 0, and the diagonal no sign.
      const found = moments(data);
      expect(Math.abs(found.mean)).toBeLessThan(5 * Math.sqrt(1 / length / COUNT));
      const diagonal = Array.from({ length: count }, (_, i) => Math.sign(at(i, i)));
      expect(Math.abs(diagonal.reduce((sum, sign) => sum + sign, 0))).toBeLessThan(5 * Math.sqrt(count));
    }
  });

  test("zeros are zeros, and biases start at zero", async () => {
    const { weights } = await drawn("zeros", math);
    for (const data of weights.values()) expect(data.every((value) => value === 0)).toBe(true);
    const biases = (await drawn("heUniform", math)).weights;
    for (const name of ["encoder.0.bias", "decoder.0.bias"]) {
      expect(biases.get(name)!.every((value) => value === 0)).toBe(true);
    }
  });

  test("layers, seeds and the upper half of a seed draw different weights", async () => {
    const seeds = [5, 6, 5 + 2 ** 32, Number.MAX_SAFE_INTEGER];
    const first = await Promise.all(
      seeds.map(async (seed) => (await drawn("glorotUniform", math, seed)).weights),
    );
    const heads = first.flatMap((weights) =>
      ["encoder.0.weight", "decoder.0.weight"].map((name) => weights.get(name)!.slice(0, 16).join()),
    );
    expect(new Set(heads).size).toBe(2 * seeds.length);
  });

  test("the same seed draws the same bits", async () => {
    const [a, b] = [await drawn("glorotNormal", math), await drawn("glorotNormal", math)];
    expect(weightBits(a.model)).toBe(weightBits(b.model));
  });
});

test("the default is glorotUniform", async () => {
  const plain = await Autoencoder.create({ inputSize: 9, encoder: [dense(4)], decoder: [dense(9)] });
  const options = { initializer: "glorotUniform" } as const;
  const same = await Autoencoder.create({
    inputSize: 9,
    encoder: [dense(4, "linear", options)],
    decoder: [dense(9, "linear", options)],
  });
  expect(weightBits(plain)).toBe(weightBits(same));
});
