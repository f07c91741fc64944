import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Autoencoder, dense, lstm, repeatVector, timeDistributed } from "../../src/index.js";
import { readGolden } from "../golden/load.js";
import { expectClose, MATHS } from "../support/models.js";
import { expectReached, PATIENCE, withEachSeed } from "./canon.js";

const FILE = new URL("../../../shared/data/series/art_daily_small_noise.csv", import.meta.url);
/** Steps of a day; the first eleven of the series' fourteen are trained on. */
const [DAY, TRAINING_DAYS] = [288, 11];
/** Steps of a window, and between the starts of two; rows of a batch. */
const [LENGTH, STRIDE, BATCH] = [48, 12, 32];

/** The Keras blog's sequence autoencoder: LSTM 64 → a code of 8 → repeated → LSTM 64. */
const sequences = {
  inputShape: [LENGTH, 1],
  encoder: [lstm(64), dense(8)],
  decoder: [repeatVector(LENGTH), lstm(64, { returnSequences: true }), timeDistributed(dense(1))],
};

/** Windows of a series, one a row. */
function windows(values: readonly number[]): Float32Array {
  const count = Math.floor((values.length - LENGTH) / STRIDE) + 1;
  const starts = Array.from({ length: count }, (_, i) => i * STRIDE);
  return Float32Array.from(starts.flatMap((start) => values.slice(start, start + LENGTH)));
}

/** Windows of the first eleven days, and of the last three, standardized by the former. */
function readWindows() {
  const lines = readFileSync(FILE, "utf8").trim().split("\n").slice(1);
  const values = lines.map((line) => Number(line.split(",")[1]));
  const end = TRAINING_DAYS * DAY;
  const known = values.slice(0, end);
  const mean = known.reduce((sum, value) => sum + value, 0) / end;
  const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / end);
  const standardized = values.map((value) => (value - mean) / deviation);
  return { training: windows(standardized.slice(0, end)), heldOut: windows(standardized.slice(end)) };
}

/** What test/golden/keras_sequence.py wrote: ten steps of Adam on the first batch, from the weights of seed 1. */
interface KerasSequence {
  readonly loss: readonly number[];
  readonly outputs: readonly number[];
}

describe.skipIf(!existsSync(FILE))("a sequence autoencoder (skipped without ../shared/data)", () => {
  test.each(MATHS)("%s: from the same start it comes to Keras's losses and outputs", async (math) => {
    const { loss, outputs } = readGolden<KerasSequence>("keras_sequence.json");
    const model = await Autoencoder.create({ ...sequences, seed: 1, engine: { math } });
    const batch = readWindows().training.subarray(0, BATCH * LENGTH);
    const history = model.fitSync(batch, { epochs: loss.length, batchSize: BATCH, shuffle: false });
    expectClose(history.loss, loss, { absolute: 1e-6 }, "loss before step");
    expectClose(model.reconstructSync(batch).data, outputs, { absolute: 1e-5 }, "output");
    await model.dispose();
  });

  // Keras 3.15.1 on TensorFlow 2.21: 0.0393, 0.0475 and 0.0573 (`test/golden/keras_sequence.py --seeds`).
  test("reaches 0.0393 to 0.0573 on days that it has not seen", { timeout: PATIENCE }, async () => {
    const { training, heldOut } = readWindows();
    expect([training.length / LENGTH, heldOut.length / LENGTH]).toEqual([261, 69]);
    const fit = { epochs: 40, batchSize: BATCH };
    const losses = await withEachSeed(sequences, training, fit, (model) => {
      expect(model.parameterCount).toBe(36_169);
      return model.evaluateSync(heldOut).loss;
    });
    expectReached("held-out loss", losses, [0.0393, 0.0573]);
  });
});
