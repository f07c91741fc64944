// Columns of dates as ONNX: seconds in, the phases of the day, the week and the year out, and the time itself.
import { beforeAll, expect, test } from "vitest";
import { detectionTable } from "../../../src/anomaly/detectionTable.js";
import {
  type Cell,
  type Table,
  TablePreprocessor,
  type TablePreprocessorOptions,
  tableFromRecords,
} from "../../../src/data/index.js";
import { exportOnnx } from "../../../src/exchange/exporting.js";
import { readOnnx } from "../../../src/exchange/onnx/readOnnx.js";
import { Autoencoder, activation, detectAnomalies } from "../../../src/index.js";
import { findPython } from "../../formats/helpers.js";
import { type Case, type CaseInput, checkInPython, expectAgreement } from "./cases.js";
import { checkOnWeb, onnxruntimeWeb } from "./onnxruntimeWeb.js";

const python = findPython("numpy, onnx, onnxruntime");
const engine = { threads: 1 };

/** Three years, in steps of 21 hours and 13 minutes, at a time of day, and in milliseconds; some missing. */
function records(count: number): Record<string, Cell>[] {
  return Array.from({ length: count }, (_, i) => {
    const time = Date.UTC(2022, 4, 3) + i * (21 * 60 + 13) * 60_000;
    return row(i % 15 === 2 ? null : new Date(time).toISOString(), i % 11, time + 5e9);
  });
}

function row(when: string | null, x: number, stamp: number): Record<string, Cell> {
  const clock = `${String((7 * x + 5) % 24).padStart(2, "0")}:${String((13 * x) % 60).padStart(2, "0")}`;
  return { when, clock, x: Math.sin(x), timestamp: stamp };
}

/** Where years, leap days, and days before 1970 begin and end. */
const EDGES = [
  ...["2024-02-28T23:59:59.999Z", "2024-02-29T12:00:00Z", "2024-03-01T00:00:00Z", "2023-12-31T23:59:59Z"],
  ...["2024-01-01T00:00:00Z", "2000-02-29T06:30:00Z", "2000-12-31T18:00:00Z", "1999-12-31T23:59:59Z"],
  ...["1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "1900-02-28T12:00:00Z", "1900-03-01T00:00:00Z"],
  ...["2100-02-28T23:00:00Z", "2100-03-01T01:00:00Z", "2100-12-31T23:59:59Z", "1600-02-29T01:02:03.004Z"],
];

/** A column of dates as the graph takes it. */
function seconds({ columns }: Table, name: string): (number | null)[] {
  const { values } = columns.find((column) => column.name === name)!;
  return Array.from(values, (cell) => {
    if (cell === null || cell === undefined) return null;
    if (typeof cell === "number") return cell / 1000;
    const [, hours, minutes] = /^(\d\d):(\d\d)$/.exec(String(cell)) ?? [];
    return hours === undefined
      ? new Date(String(cell)).getTime() / 1000
      : 3600 * Number(hours) + 60 * Number(minutes);
  });
}

function inputsOf(table: Table, shape: readonly number[] = [table.rows]): Record<string, CaseInput> {
  const dates = ["when", "clock", "timestamp"].map(
    (name) => [name, { type: "double", shape, data: seconds(table, name) }] as const,
  );
  const x = Array.from(table.columns.find(({ name }) => name === "x")!.values) as number[];
  return { ...Object.fromEntries(dates), x: { type: "float", shape, data: x } };
}

const training = tableFromRecords(records(1300));
const edges = tableFromRecords(EDGES.map((when, i) => row(when, i, new Date(when).getTime())));
const cases: Case[] = [];

beforeAll(async () => {
  cases.push(await tableCase("edges", { dates: "cycles" }, edges));
  cases.push(await tableCase("usual", { dates: "both" }, tableFromRecords(records(40))));
  cases.push(await seriesCase(tableFromRecords(records(60))));
});

/** A model that does nothing: its code is the scaled features themselves. */
async function tableCase(name: string, options: TablePreprocessorOptions, table: Table): Promise<Case> {
  const preprocessor = TablePreprocessor.fit(training, options);
  const features = preprocessor.transform(training);
  const model = await Autoencoder.create({
    inputSize: features.columns,
    encoder: [activation("linear")],
    decoder: [activation("linear")],
    scaling: "standard",
    preprocessor,
    engine,
  });
  await model.fit(features, { epochs: 1 });
  const { bytes } = exportOnnx(model, { part: "encoder" });
  const code = [...(await model.encode(preprocessor.transform(table))).data];
  await model.dispose();
  // Where times are as far from the usual ones as this, a share of the largest value would allow anything.
  expect(Math.max(...code.map(Math.abs))).toBeLessThan(10);
  return { name, bytes, inputs: inputsOf(table), outputs: { code } };
}

/** A series one of whose columns, beside that of its times, holds dates. */
async function seriesCase(rows: Table): Promise<Case> {
  const learnt = detectionTable(rows, {
    window: { size: 3, stride: 3 },
    timeColumn: "timestamp",
    columns: { dates: "both" },
  });
  const { samples, columns, preprocessor: own, window } = learnt;
  const { detector } = await detectAnomalies(samples, { columns, members: 1, steps: 20, engine, sigma: 0.5 });
  const { timestamp: _, ...inputs } = inputsOf(rows, [20, 3]);
  const outputs = {
    score: [...(await detector.score(samples))],
    flag: [...(await detector.predict(samples))],
  };
  const { bytes, notes } = exportOnnx({ detector, preprocessor: own, window });
  await detector.dispose();
  // Nothing about 32-bit floats.
  expect(notes).toEqual([expect.stringMatching(/^takes windows of 3 rows in the order of time, 3 apart/)]);
  return { name: "series", bytes, inputs, outputs };
}

test("the table has every part of a date, and times that 32-bit floats do not tell apart", () => {
  expect(TablePreprocessor.fit(training, { dates: "both" }).featureNames).toEqual([
    ...["day", "week", "year"].flatMap((cycle) => [
      `when: sine of the ${cycle}`,
      `when: cosine of the ${cycle}`,
    ]),
    ...[
      "when: days",
      "when missing",
      "clock: sine of the day",
      "clock: cosine of the day",
      "clock: days",
      "x",
    ],
    ...["day", "week", "year"].flatMap((cycle) => [
      `timestamp: sine of the ${cycle}`,
      `timestamp: cosine of the ${cycle}`,
    ]),
    "timestamp: days",
  ]);
});

test("onnxruntime makes of dates what Isthmus does", (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  expectAgreement(checkInPython(python, cases), cases);
});

test("onnxruntime-web makes of dates what Isthmus does", async (context) => {
  const runtime = await onnxruntimeWeb();
  if (!runtime) return context.skip("onnxruntime-web is missing; run npm ci in test/anywhere");
  expectAgreement(await checkOnWeb(runtime, cases), cases);
});

test("the metadata say what the numbers are", () => {
  const { metadata } = readOnnx(cases[0]!.bytes);
  expect(JSON.parse(metadata.get("isthmus.inputs")!)).toEqual({
    when: "seconds since 1970 in UTC; NaN is a missing value",
    clock: "seconds since midnight; NaN is a missing value",
    x: "numbers; NaN is a missing value",
    timestamp: "seconds since 1970 in UTC; NaN is a missing value",
  });
});
