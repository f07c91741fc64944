// Modules of detectors give their scores, flags and reasons; those of tables read rows as the preprocessor does.
import { expect, test } from "vitest";
import { detectorColumns } from "../../../src/anomaly/tableColumns.js";
import { type Cell, TablePreprocessor, tableFromRecords } from "../../../src/data/index.js";
import { exportModule } from "../../../src/exchange/module/exportModule.js";
import { AnomalyDetector, Autoencoder, dense, detectAnomalies, type RowReasons } from "../../../src/index.js";
import { values } from "../../support/models.js";
import { type DetectorModule, imported } from "./imported.js";

interface EnsembleModule extends DetectorModule {
  explain(samples: unknown, top?: number): RowReasons[];
}

const ENGINE = { threads: 1, math: "portable" } as const;

/** Expects scores to be the same within rounding, whatever their size. */
function expectScores(actual: Float32Array, expected: Float32Array): void {
  expect(actual.length).toBe(expected.length);
  const most = Math.max(...actual.map((score, i) => Math.abs(score - expected[i]!) / (1 + expected[i]!)));
  expect(most).toBeLessThan(1e-5);
}

test("an AnomalyDetector's scores, threshold and flags", async () => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(5, "tanh"), dense(2)],
    decoder: [dense(5, "tanh"), dense(6)],
    scaling: "standard",
    engine: ENGINE,
  });
  const samples = values(300, 6);
  await model.fit(samples, { epochs: 5 });
  const detector = await AnomalyDetector.fit(model, samples, { contamination: 0.05 });
  const { score, flag, threshold, reconstruct } = await imported<DetectorModule>(exportModule(detector));
  const odd = values(50, 6, 9).map((value, i) => (i % 60 < 6 ? 40 * value : value));
  expect(threshold).toBe(detector.threshold);
  expectScores(score(odd), await detector.score(odd));
  const flags = await detector.predict(odd);
  expect(flag(odd)).toEqual(flags);
  expect(flags).toContain(1);
  expect(flags).toContain(0);
  expect(flag(odd, Number.POSITIVE_INFINITY)).not.toContain(1);
  // In the samples' own units, which the outliers stretch.
  expectScores(reconstruct(odd), (await model.reconstruct(odd)).data);
  await model.dispose();
});

/** Rows of every type of column, some cells of which are missing, in several ways of writing. */
function records(count: number): Record<string, Cell>[] {
  const noise = values(1, count, 5);
  return Array.from({ length: count }, (_, i) => ({
    temperature: i % 11 === 3 ? null : 20 + noise[i]!,
    price: `${(1000 + 100 * noise[i]!).toFixed(2)} €`,
    'country \u2028 of "origin"': ["DE", "FR", "DE", "GB", "DE"][i % 5],
    member: i % 3 === 0 ? "Yes" : "no",
    when: i % 13 === 5 ? undefined : new Date(1.7e12 + i * 1.3e7).toISOString(),
    same: 4,
  }));
}

test("a detector of a table: scores, flags and reasons of rows as they come", async () => {
  const training = records(250);
  const table = tableFromRecords(training);
  const preprocessor = TablePreprocessor.fit(table);
  const { detector } = await detectAnomalies(preprocessor.transform(table), {
    columns: detectorColumns(preprocessor),
    steps: 40,
    members: 3,
    engine: ENGINE,
  });
  const module = await imported<EnsembleModule>(exportModule(detector, { preprocessor }));
  const fresh: Record<string, Cell>[] = records(12);
  fresh[2]!.temperature = 900;
  fresh[4]!.member = null;
  fresh[7]!['country \u2028 of "origin"'] = "JP";
  const features = preprocessor.transform(tableFromRecords(fresh));
  const scores = await detector.score(features);
  expectScores(module.score(fresh), scores);
  expectScores(module.score(features), scores);
  expect(module.threshold).toBe(detector.threshold);
  expect(module.flag(fresh)).toEqual(await detector.predict(features));
  expect(module.flag(fresh)[2]).toBe(1);
  const [, , reasons] = module.explain(fresh, 2);
  expect(reasons!.reasons[0]).toMatchObject({ name: "temperature", column: 0 });
  const expected = await detector.explain(features, { top: 2 });
  expect(module.explain(fresh, 2).map(({ row, reasons }) => [row, reasons.map(({ name }) => name)])).toEqual(
    expected.map(({ row, reasons }) => [row, reasons.map(({ name }) => name)]),
  );
  const categories = module.explain(fresh.slice(7, 8), 5)[0]!.reasons;
  expect(categories.find(({ name }) => name.startsWith("country"))?.value).toBe("unknown");
  for (const [wrong, message] of [
    [{ ...fresh[0], temperature: "warm" }, /row 0: column "temperature" has "warm", which is no number/],
    [{ price: 3 }, /the rows have no column "temperature"/],
  ] as const)
    expect(() => module.score([wrong])).toThrow(message);
  await detector.dispose();
});

test("a model that was saved with its preprocessor takes rows of the table", async () => {
  const table = tableFromRecords(records(100));
  const preprocessor = TablePreprocessor.fit(table);
  const features = preprocessor.transform(table);
  const model = await Autoencoder.create({
    inputSize: features.columns,
    encoder: [dense(4, "relu")],
    decoder: [dense(features.columns)],
    scaling: "standard",
    engine: ENGINE,
  });
  await model.fit(features, { epochs: 2 });
  const saved = await Autoencoder.fromSafetensors(model.toSafetensors({ preprocessor }), { engine: ENGINE });
  const { encode, score } = await imported<DetectorModule>(exportModule(saved));
  expectScores(encode(records(9)), (await model.encode(features)).data.subarray(0, 36));
  expectScores(score(records(9)), (await model.reconstructionError(features)).subarray(0, 9));
  await Promise.all([model.dispose(), saved.dispose()]);
});
