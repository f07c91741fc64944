// Models whose samples are windows of a series, as ONNX: windows of raw values in, scores, flags and raw windows out.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { detectionTable } from "../../../src/anomaly/detectionTable.js";
import {
  type Cell,
  pointFlags,
  pointScores,
  SeriesPreprocessor,
  tableFromRecords,
} from "../../../src/data/index.js";
import { exportOnnx } from "../../../src/exchange/exporting.js";
import { importOnnx } from "../../../src/exchange/onnx/importOnnx.js";
import { readOnnx } from "../../../src/exchange/onnx/readOnnx.js";
import { AnomalyDetector, Autoencoder, conv1d, dense, detectAnomalies } from "../../../src/index.js";
import { findPython } from "../../formats/helpers.js";
import { values } from "../../support/models.js";
import { type Case, type CaseInput, checkInPython, expectAgreement, inPython } from "./cases.js";
import { checkOnWeb, onnxruntimeWeb } from "./onnxruntimeWeb.js";

const python = findPython("numpy, onnx, onnxruntime");
const engine = { threads: 1 };
const SIZE = 6;

/** A series with missing numbers, far from 0, and a fault. */
function records(count: number, seed: number): Record<string, Cell>[] {
  const noise = values(count, 1, seed, -0.2, 0.2);
  return Array.from({ length: count }, (_, i) => ({
    time: new Date(Date.UTC(2024, 0, 1) + i * 3.6e6).toISOString(),
    heat: i % 9 === 4 ? null : 400 + 3 * Math.sin(i / 4) + noise[i]!,
    flow: i === 40 ? 80 : 20 + Math.cos(i / 4) + noise[count - 1 - i]!,
    mode: i % 12 < 8 ? "on" : "off",
  }));
}

/** The columns of windows, as an input of a graph has them. */
function cellsOf(rows: readonly Record<string, Cell>[], starts: Iterable<number>, names: readonly string[]) {
  const windows = Array.from(starts, (start) => rows.slice(start, start + SIZE));
  return windows.flat().flatMap((row) => names.map((name) => row[name] as number | string | null));
}

const training = tableFromRecords(records(120, 3));
const fresh = records(61, 4);
const cases: Case[] = [];
/** A whole detector, and what Isthmus says of the rows of `fresh`. */
let whole: { bytes: Uint8Array; points: Float64Array; flags: Uint8Array };

beforeAll(async () => {
  await modelCases();
  await tableCases();
});

/** A detector by a convolutional autoencoder of two columns. */
async function modelCases(): Promise<void> {
  const learnt = SeriesPreprocessor.fit(training, { size: SIZE, stride: 4, drop: ["mode"] });
  const { samples } = learnt.transform(training);
  const width = learnt.columns;
  const model = await Autoencoder.create({
    inputShape: [SIZE, width],
    encoder: [conv1d(4, 3, "tanh", { padding: "same" }), dense(1)],
    decoder: [dense(width)],
    preprocessor: learnt,
    engine,
  });
  await model.fit(samples, { epochs: 3 });
  const detector = await AnomalyDetector.fit(model, samples, { sigma: 1 });
  const places = learnt.transform(tableFromRecords(fresh));
  const count = places.starts.length;
  const data = cellsOf(fresh, places.starts, ["heat", "flow"]);
  const windows: CaseInput = { type: "float", shape: [count, SIZE, 2], data: data as (number | null)[] };
  const scores = await detector.score(places.samples);
  const flags = await detector.predict(places.samples);
  const { offset, scale } = learnt.toJSON();
  const { data: scaled } = await model.reconstruct(places.samples);
  const reconstruction = Array.from(scaled, (x, i) => x * scale[i % width]! + offset[i % width]!);
  const outputs = { reconstruction, score: [...scores], flag: [...flags] };
  const { bytes } = exportOnnx(detector);
  whole = { bytes, points: pointScores(scores, places), flags: pointFlags(flags, places) };
  const samplesInput: CaseInput = {
    type: "float",
    shape: [count, SIZE, width],
    data: [...places.samples.data],
  };
  cases.push(
    { name: "detector", bytes, inputs: { windows }, outputs },
    {
      name: "encoder",
      bytes: exportOnnx(model, { part: "encoder" }).bytes,
      inputs: { windows },
      outputs: { code: [...(await model.encode(places.samples)).data] },
    },
    {
      name: "windows as the preprocessor makes them",
      bytes: exportOnnx(detector, { input: "features" }).bytes,
      inputs: { samples: samplesInput },
      outputs: { ...outputs, reconstruction: [...scaled] },
    },
  );
  await model.dispose();
}

/** What detect --window makes, with a column of texts. */
async function tableCases(): Promise<void> {
  const learnt = detectionTable(training, { window: { size: SIZE, stride: 1 } });
  const { samples, columns, preprocessor, window } = learnt;
  const { detector } = await detectAnomalies(samples, { columns, members: 2, steps: 30, engine, sigma: 1.2 });
  const { samples: rows, places } = detectionTable(tableFromRecords(fresh), {}, learnt);
  const shape = [places!.starts.length, SIZE];
  const input = (name: string, type: CaseInput["type"]): CaseInput => ({
    ...{ type, shape },
    data: cellsOf(fresh, places!.starts, [name]),
  });
  cases.push({
    name: "a detector of several models",
    bytes: exportOnnx({ detector, preprocessor, window }).bytes,
    inputs: { heat: input("heat", "float"), flow: input("flow", "float"), mode: input("mode", "string") },
    outputs: { score: [...(await detector.score(rows))], flag: [...(await detector.predict(rows))] },
  });
  await detector.dispose();
}

test("onnxruntime scores windows as Isthmus does", (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  expectAgreement(checkInPython(python, cases), cases);
});

test("onnxruntime-web scores windows as Isthmus does", async (context) => {
  const runtime = await onnxruntimeWeb();
  if (!runtime) return context.skip("onnxruntime-web is missing; run npm ci in test/anywhere");
  expectAgreement(await checkOnWeb(runtime, cases), cases);
});

test("both flags occur, and the metadata say how to cut windows", () => {
  for (const { outputs } of cases.filter(({ outputs }) => outputs.flag)) {
    expect(new Set(outputs.flag).size).toBe(2);
  }
  const { metadata } = readOnnx(whole.bytes);
  expect(JSON.parse(metadata.get("isthmus.window")!)).toEqual({
    size: SIZE,
    stride: 4,
    columns: ["heat", "flow"],
    features: ["heat", "heat missing", "flow"],
    timeColumn: "time",
  });
  expect(() => importOnnx(whole.bytes)).toThrow('export it with input: "features" (--input features)');
  expect(metadata.get("isthmus.inputs")).toContain('columns: \\"heat\\", \\"flow\\"');
});

test("the guide's lines of Python cut windows and give the scores of rows", (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  const guide = readFileSync(new URL("../../../src/docs/other-tools.md", import.meta.url), "utf8");
  const [lines] = /^import json[\s\S]*?(?=^```)/m.exec(guide)!;
  const rows = fresh.map(({ heat, flow }) => [heat ?? null, flow]);
  const printed = inPython({ "detector.onnx": whole.bytes, "rows.json": JSON.stringify(rows) }, (folder) =>
    execFileSync(
      python,
      [
        "-c",
        `import numpy as np\nseries = np.array(json.load(open("rows.json")), np.float32)\n${lines}\n`
          .replace("import numpy as np", "import json, numpy as np")
          .concat("print(json.dumps([points.tolist(), odd.tolist()]))"),
      ],
      { cwd: folder, encoding: "utf8" },
    ),
  );
  const [points, odd] = JSON.parse(printed) as [number[], boolean[]];
  expect(Math.max(...points.map((point, i) => Math.abs(point - whole.points[i]!)))).toBeLessThan(1e-5);
  expect(odd.map(Number)).toEqual([...whole.flags]);
});
