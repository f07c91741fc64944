import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Matrix, pointFlags, readTable, windows } from "../../src/data/index.js";
import {
  type Autoencoder,
  type AutoencoderOptions,
  conv1d,
  conv1dTranspose,
  dropout,
  earlyStopping,
} from "../../src/index.js";
import { expectReached, PATIENCE, strided, thorough, withEachSeed } from "./canon.js";

const FOLDER = new URL("../../../shared/data/series/", import.meta.url);

const options: AutoencoderOptions = {
  inputShape: [288, 1],
  encoder: [conv1d(32, 7, "relu", strided), dropout(0.2), conv1d(16, 7, "relu", strided)],
  decoder: [
    conv1dTranspose(16, 7, "relu", strided),
    dropout(0.2),
    conv1dTranspose(32, 7, "relu", strided),
    conv1dTranspose(1, 7, "linear", { padding: "same" }),
  ],
  loss: "meanSquaredError",
};

/** All windows of a day's length over a series. */
async function readWindows(name: string) {
  return windows(await readTable(readFileSync(new URL(name, FOLDER))), { size: 288 });
}

/** Mean and standard deviation (of n − 1, as pandas has it) of a series, from its windows of stride 1. */
function momentsOf({ data, rows, columns }: Matrix<Float64Array>) {
  const values = Float64Array.from({ length: rows + columns - 1 }, (_, i) =>
    i < rows ? data[i * columns]! : data[(rows - 1) * columns + i - rows + 1]!,
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / (values.length - 1)) };
}

/** The mean absolute error of each window. */
async function errorsOf(model: Autoencoder, samples: Float64Array): Promise<Float64Array> {
  const { data, rows, columns } = await model.reconstruct(samples);
  const errors = new Float64Array(rows);
  data.forEach((value, i) => {
    errors[Math.floor(i / columns)]! += Math.abs(value - samples[i]!) / columns;
  });
  return errors;
}

// The row "Timeseries anomaly detection using an Autoencoder" of the reference results, which gives 405 to 409 windows for its
// three seeds. Others of Keras flag 401 and 412, so this counts as about the same. Its last point is one later than here, as
// the example's loop leaves out the last window of each point.
test.skipIf(!existsSync(FOLDER))(
  "the autoencoder of time series finds the odd points 2988 to 3096 (skipped without ../shared/data)",
  { timeout: PATIENCE },
  async () => {
    const [normal, odd] = [
      await readWindows("art_daily_small_noise.csv"),
      await readWindows("art_daily_jumpsup.csv"),
    ];
    const { mean, deviation } = momentsOf(normal.samples);
    const standardized = ({ data }: Matrix<Float64Array>) => data.map((value) => (value - mean) / deviation);
    const [training, suspects] = [standardized(normal.samples), standardized(odd.samples)];
    const fit = {
      epochs: 50,
      batchSize: 128,
      validationSplit: 0.1,
      callbacks: [earlyStopping({ monitor: "valLoss", patience: 5 })],
    };
    const best = await withEachSeed(options, training, fit, async (model) => {
      expect(model.parameterCount).toBe(9505);
      const threshold = Math.max(...(await errorsOf(model, training)));
      const flags = Uint8Array.from(await errorsOf(model, suspects), (error) => Number(error > threshold));
      const flagged = flags.reduce((sum, flag) => sum + flag, 0);
      const points = pointFlags(flags, odd);
      const found = [points.indexOf(1), points.lastIndexOf(1)];
      if (thorough) console.info(`${flagged} windows, points ${found.join(" to ")}`);
      [2988, 3096].forEach((point, end) => {
        expect(Math.abs(found[end]! - point), `points ${found.join(" to ")}`).toBeLessThanOrEqual(2);
      });
      expect(flagged).toBeGreaterThanOrEqual(395);
      expect(flagged).toBeLessThanOrEqual(415);
      return Math.min(...model.history.valLoss);
    });
    expectReached("best validation loss", best, [0.0046, 0.0223]);
  },
);
