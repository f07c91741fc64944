import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  type Corruption,
  dense,
  gaussianNoise,
  maskingNoise,
  NonFiniteError,
  ShapeError,
  StateError,
  saltAndPepper,
} from "../../src/index.js";
import { corrupted } from "../support/draws.js";
import { bits, expectClose, values } from "../support/models.js";

const [ROWS, COLUMNS] = [600, 9] as const;
const samples = values(ROWS, COLUMNS, 5, 0.02, 0.98);
const SEED = 11;

function denoiser(corruption: Corruption | undefined, threads = 1) {
  return Autoencoder.create({
    inputSize: COLUMNS,
    encoder: [dense(3)],
    decoder: [dense(COLUMNS)],
    seed: SEED,
    engine: { math: "portable", threads },
    ...(corruption && { corruption }),
  });
}

describe.each<[string, Corruption]>([
  ["gaussian", gaussianNoise(0.3)],
  ["masking", maskingNoise(0.4)],
  ["salt and pepper", saltAndPepper(0.3)],
])("%s", (_, corruption) => {
  test("is what a training step draws for the same epoch and samples", async () => {
    const model = await denoiser(corruption, 2);
    for (const epoch of [0, 3]) {
      const from = { build: "simd", seed: SEED, epoch, rows: ROWS } as const;
      const expected = corrupted(from, COLUMNS, samples, corruption);
      const found = await model.corrupt(samples, { epoch });
      expect(found.shape).toEqual([ROWS, COLUMNS]);
      // The reference multiplies and adds in float64.
      if (corruption.kind === "gaussianNoise") expectClose(found.data, expected, { absolute: 2e-7 });
      else expect(bits(found.data)).toBe(bits(expected));
      expect(bits(model.corruptSync(samples, { epoch }).data)).toBe(bits(found.data));
    }
    await model.dispose();
  });
});

test("bytes are corrupted as what they stand for, and stay as they are", async () => {
  const model = await denoiser(maskingNoise(0.4));
  const bytes = Uint8Array.from({ length: 50 * COLUMNS }, (_, i) => (i * 37) % 256);
  const before = bytes.slice();
  const { data } = await model.corrupt(bytes);
  const floats = Float32Array.from(bytes, (byte) => byte / 255);
  expect(bits(data)).toBe(bits(model.corruptSync(floats).data));
  expect(bytes).toEqual(before);
  expect(data.filter((value) => value === 0).length).toBeGreaterThan(100);
  await model.dispose();
});

test("with a scaling, noise is of the scaled samples and comes out in the samples' own units", async () => {
  const model = await Autoencoder.create({
    inputSize: 2,
    encoder: [dense(1)],
    decoder: [dense(2)],
    corruption: gaussianNoise(0.5),
    scaling: "standard",
    seed: 2,
  });
  const rows = Array.from({ length: 4000 }, (_, i) => [1000 + (i % 100), (i % 7) / 1000]);
  await expect(model.corrupt(rows)).rejects.toThrow(StateError);
  await model.fit(rows, { epochs: 1 });
  const { scale } = model.scaling!;
  const { data } = await model.corrupt(rows);
  for (const column of [0, 1] as const) {
    let squares = 0;
    for (let i = 0; i < rows.length; i++) squares += (data[2 * i + column]! - rows[i]![column]!) ** 2;
    expect(Math.sqrt(squares / rows.length) / scale[column]!).toBeCloseTo(0.5, 1);
  }
  await model.dispose();
});

test("what makes no sense is refused", async () => {
  const plain = await denoiser(undefined);
  await expect(plain.corrupt(samples)).rejects.toThrow(StateError);
  await expect(plain.corrupt(samples)).rejects.toThrow(/denoising model/);
  const model = await denoiser(gaussianNoise(1));
  await expect(model.corrupt(samples, { epoch: -1 })).rejects.toThrow(ArgumentError);
  await expect(model.corrupt(samples, { epoch: 2 ** 32 })).rejects.toThrow(/at most 4294967295/);
  await expect(model.corrupt(samples, { seed: 1 } as object)).rejects.toThrow(/option of corrupt "seed"/);
  expect(() => model.corruptSync([[1, 2]])).toThrow(ShapeError);
  await expect(model.corrupt([[...values(1, 8, 1), Number.NaN]])).rejects.toThrow(NonFiniteError);
  await Promise.all([plain.dispose(), model.dispose()]);
  await expect(model.corrupt(samples)).rejects.toThrow(StateError);
});
