// Modules of models whose samples are windows: they take a series, and give the scores and flags of its windows and rows.
import { expect, test } from "vitest";
import { detectionTable } from "../../../src/anomaly/detectionTable.js";
import { rowResults } from "../../../src/anomaly/rowResults.js";
import {
  type Cell,
  pointFlags,
  pointScores,
  SeriesPreprocessor,
  type TablePreprocessor,
  tableFromRecords,
  windows,
} from "../../../src/data/index.js";
import { exportModule } from "../../../src/exchange/module/exportModule.js";
import {
  AnomalyDetector,
  Autoencoder,
  dense,
  detectAnomalies,
  Matrix,
  type RowReasons,
} from "../../../src/index.js";
import { expectClose, values } from "../../support/models.js";
import { type DetectorModule, imported, type ModelModule } from "./imported.js";

const RELATIVE = { absolute: 1e-5, relative: 1e-5 };
const ENGINE = { threads: 1, math: "portable" } as const;

interface SeriesScores {
  readonly starts: Uint32Array;
  readonly windows: Float32Array;
  readonly points: Float64Array;
}
interface SeriesModule extends ModelModule {
  readonly windowSize: number;
  readonly windowStride: number;
  scoreSeries(rows: unknown): SeriesScores;
  scoreWindow(rows: unknown): number;
}
interface SeriesDetectorModule
  extends Omit<DetectorModule, keyof ModelModule>,
    Omit<SeriesModule, "scoreSeries"> {
  scoreSeries(
    rows: unknown,
    limit?: number,
  ): SeriesScores & {
    readonly windowFlags: Uint8Array;
    readonly pointFlags: Uint8Array;
  };
  explain(rows: unknown, top?: number): RowReasons[];
}

type Records = Record<string, Cell>[];

/** A series with a gap in its numbers, categories, and a fault. */
function records(count: number, seed: number): Records {
  const noise = values(count, 1, seed, -0.2, 0.2);
  return Array.from({ length: count }, (_, i) => ({
    time: new Date(Date.UTC(2024, 0, 1) + i * 3.6e6).toISOString(),
    heat: i % 9 === 4 ? null : 400 + 3 * Math.sin(i / 4) + noise[i]!,
    flow: i === 90 ? 80 : 20 + Math.cos(i / 4) + noise[count - 1 - i]!,
    mode: i % 12 < 8 ? "on" : "off",
  }));
}

const training = records(150, 3);
const fresh = records(101, 4);

test("a detector of windows: scores and flags of windows and rows, from rows of the series as they come", async () => {
  const preprocessor = SeriesPreprocessor.fit(tableFromRecords(training), { size: 6, stride: 4 });
  const { samples } = preprocessor.transform(tableFromRecords(training));
  const model = await Autoencoder.create({
    inputSize: samples.columns,
    encoder: [dense(4, "tanh")],
    decoder: [dense(samples.columns)],
    preprocessor,
    engine: ENGINE,
  });
  await model.fit(samples, { epochs: 4 });
  const detector = await AnomalyDetector.fit(model, samples, { sigma: 1 });
  const module = await imported<SeriesDetectorModule>(exportModule(detector));
  expect([module.windowSize, module.windowStride]).toEqual([6, 4]);

  const places = preprocessor.transform(tableFromRecords(fresh));
  const scores = await detector.score(places.samples);
  const flags = await detector.predict(places.samples);
  const found = module.scoreSeries(fresh);
  expect(found.starts).toEqual(places.starts);
  expectClose(found.windows, scores, RELATIVE);
  expectClose(found.points, pointScores(scores, places), RELATIVE);
  expect(found.windowFlags).toEqual(flags);
  expect(flags).toContain(1);
  expect(flags).toContain(0);
  expect(found.pointFlags).toEqual(pointFlags(flags, places));
  expect(found.pointFlags[90]).toBe(1);
  expect(module.scoreSeries(fresh, Number.POSITIVE_INFINITY).windowFlags).not.toContain(1);

  // One window; the same rows as numbers; windows as numbers.
  expect(module.scoreWindow(fresh.slice(4, 10))).toBe(found.windows[1]);
  const rows = preprocessor.table.transform(tableFromRecords(fresh));
  expect(module.scoreSeries(rows).windows).toEqual(found.windows);
  expect(module.score(places.samples)).toEqual(found.windows);
  expect(module.score(fresh)).toEqual(found.windows);
  expectClose(module.encode(fresh), (await model.encode(places.samples)).data, RELATIVE);

  expect(() => module.scoreWindow(fresh.slice(0, 5))).toThrow("a window has 6 rows, not 5");
  expect(() => module.scoreSeries(fresh.slice(0, 5))).toThrow(
    "the series has 5 rows, too few for a window of 6",
  );
  expect(() => module.scoreSeries(fresh.toReversed())).toThrow(
    "row 1 is earlier than the row before (time); give the rows in the order of time",
  );
  // A series without its times is taken as it is.
  expect(module.scoreSeries(fresh.map(({ time, ...row }) => row)).points).toEqual(found.points);
  await model.dispose();
});

test("a detector of a series as detect --window makes it, with its reasons", async () => {
  const learnt = detectionTable(tableFromRecords(training), { window: { size: 5, stride: 1 } });
  const { samples, columns, preprocessor, window } = learnt;
  const { detector } = await detectAnomalies(samples, {
    columns,
    members: 2,
    steps: 30,
    engine: ENGINE,
    sigma: 1,
  });
  const options = { preprocessor, window: window! };
  // Nobody looks for gaps there, so the file says what it was trained on.
  const split = exportModule(detector, { preprocessor, window: { ...window!, splitAtGaps: true } });
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  expect(text(split.files[0].bytes)).toContain("trained on windows that cross no gap in time");
  expect(text(exportModule(detector, options).files[0].bytes)).not.toContain("gap");
  const module = await imported<SeriesDetectorModule>(exportModule(detector, options));
  const there = detectionTable(tableFromRecords(fresh), {}, learnt);
  const [scores, flags] = [await detector.score(there.samples), await detector.predict(there.samples)];
  const found = module.scoreSeries(fresh);
  expectClose(found.windows, scores, RELATIVE);
  expect(found.windowFlags).toEqual(flags);
  const wanted = rowResults({ scores, flags, reasons: [] }, there.places);
  expect(found.pointFlags).toEqual(wanted.flags);
  expectClose(found.points, wanted.scores, RELATIVE);
  const worst = scores.indexOf(Math.max(...scores));
  const [reason] = module.explain(fresh, 1)[worst]!.reasons;
  const [own] = (await detector.explain(there.samples, { top: 1 }))[worst]!.reasons;
  expect(reason).toMatchObject({ name: own!.name, column: own!.column });
  // In the words of its columns, as the command says it.
  expect(own!.value).toBeTypeOf(typeof reason!.value);
  expect(reason!.value).toBe(own!.value);
  await detector.dispose();
});

test("a model of windows of plain numbers", async () => {
  const series = new Matrix(Float64Array.from(values(40, 2, 8, 5, 9)), 40, 2);
  const places = windows(series, { size: 4, stride: 3 });
  const model = await Autoencoder.create({
    inputShape: [4, 2],
    encoder: [dense(1)],
    decoder: [dense(2)],
    scaling: "standard",
    engine: ENGINE,
  });
  await model.fit(places.samples, { epochs: 2 });
  const module = await imported<SeriesModule>(exportModule(model, { window: { size: 4, stride: 3 } }));
  const scores = await model.reconstructionError(places.samples);
  const found = module.scoreSeries(series);
  expectClose(found.windows, scores, RELATIVE);
  expectClose(found.points, pointScores(scores, places), RELATIVE);
  expect(found).not.toHaveProperty("windowFlags");
  for (const [window, message] of [
    [{ size: 3 }, "window.size is 3, but a sample has 8 values, which are no 3 rows"],
    [{ size: 4, step: 1 }, "step"],
    [4, "window must be an object"],
  ] as const)
    expect(() => exportModule(model, { window: window as never })).toThrow(message);
  const wide = { featureNames: ["a"] } as unknown as TablePreprocessor;
  expect(() => exportModule(model, { preprocessor: wide })).toThrow(
    "preprocessor must be a TablePreprocessor or a",
  );
  await model.dispose();
});
