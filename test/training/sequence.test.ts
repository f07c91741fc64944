import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Autoencoder, dense, lstm, repeatVector, timeDistributed } from "../../src/index.js";

const FILE = new URL("../../../shared/data/series/art_daily_small_noise.csv", import.meta.url);
/** Length of a window, and distance between the starts of two. */
const [LENGTH, STRIDE] = [48, 6];

/** Windows of the standardized series, one a row. */
function windows(): Float32Array {
  const lines = readFileSync(FILE, "utf8").trim().split("\n").slice(1);
  const values = lines.map((line) => Number(line.split(",").at(-1)));
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const rows: number[] = [];
  for (let start = 0; start + LENGTH <= values.length; start += STRIDE) {
    rows.push(...values.slice(start, start + LENGTH).map((value) => (value - mean) / deviation));
  }
  return Float32Array.from(rows);
}

describe.skipIf(!existsSync(FILE))("a real series (skipped without ../shared/data)", () => {
  // Keras 3.15 on JAX, the same network of 2,905 parameters, the same windows, Adam, batches of 32, 20 epochs, three
  // seeds: 0.0532, 0.0628 and 0.0656, mean 0.0605. This project: 0.0484, 0.0579 and 0.0620, mean 0.0561.
  test("a sequence autoencoder learns as Keras's does", async () => {
    const samples = windows();
    expect(samples.length).toBe(665 * LENGTH);
    const losses: number[] = [];
    for (const seed of [1, 2, 3]) {
      const model = await Autoencoder.create({
        inputShape: [LENGTH, 1],
        encoder: [lstm(16), dense(8)],
        decoder: [repeatVector(LENGTH), lstm(16, { returnSequences: true }), timeDistributed(dense(1))],
        seed,
      });
      expect(model.parameterCount).toBe(2905);
      await model.fit(samples, { epochs: 20, batchSize: 32 });
      losses.push(model.evaluateSync(samples).loss);
      await model.dispose();
    }
    expect(losses.reduce((sum, loss) => sum + loss, 0) / 3).toBeLessThan(0.0656);
  });
});
