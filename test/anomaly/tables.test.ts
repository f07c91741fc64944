// The README's recipe on tables of the ADBench collection, fitted on all rows, anomalies included.
import { existsSync, readFileSync } from "node:fs";
import { afterAll, expect, test } from "vitest";
import { AnomalyDetector, Autoencoder, dense, dropout, Engine } from "../../src/index.js";

const folder = new URL("../../../shared/data/tables/", import.meta.url);
const engine = await Engine.create();
afterAll(() => engine.dispose());

/** Least ROC AUC; of three seeds the means were 0.96, 0.92, 0.89 and 0.92. */
const TABLES: [string, number][] = [
  ["breastw", 0.9],
  ["thyroid", 0.85],
  ["wdbc", 0.8],
  ["vowels", 0.85],
];

test.skipIf(!existsSync(folder)).each(TABLES)(
  "anomalies of %s score higher than normal rows (skipped without ../shared/data)",
  async (name, least) => {
    const [, ...lines] = readFileSync(new URL(`${name}.csv`, folder), "utf8")
      .trim()
      .split("\n");
    const table = lines.map((line) => line.split(",").map(Number));
    const samples = table.map((row) => row.slice(0, -1));
    const columns = samples[0]!.length;
    const model = await Autoencoder.create({
      inputSize: columns,
      encoder: [dense(32, "relu"), dropout(0.2), dense(4)],
      decoder: [dense(32, "relu"), dropout(0.2), dense(columns)],
      scaling: "standard",
      engine,
    });
    await model.fit(samples, { epochs: 20 });
    const detector = await AnomalyDetector.fit(model, samples);
    const labels = table.map((row) => row.at(-1)!);
    expect((await detector.evaluate(samples, labels)).rocAuc).toBeGreaterThan(least);
    await model.dispose();
  },
);
