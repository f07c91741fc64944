// Detectors of tables as ONNX: columns in, score and flag out, with missing values and with words never seen in training.
import { beforeAll, expect, test } from "vitest";
import { detectorColumns } from "../../../src/anomaly/tableColumns.js";
import { readTable, TablePreprocessor, type TablePreprocessorOptions } from "../../../src/data/index.js";
import { exportOnnx } from "../../../src/exchange/exporting.js";
import type { Table } from "../../../src/formats/table.js";
import {
  AnomalyDetector,
  Autoencoder,
  dense,
  detectAnomalies,
  type EnsembleDetector,
} from "../../../src/index.js";
import { findPython } from "../../formats/helpers.js";
import { values } from "../../support/models.js";
import { type Case, type CaseInput, checkInPython, expectAgreement, floats } from "./cases.js";
import { checkOnWeb, onnxruntimeWeb } from "./onnxruntimeWeb.js";

const python = findPython("numpy, onnx, onnxruntime");
const engine = { threads: 1 };

/** A table of every kind of column, half of a random one. */
function text(rows: number): string {
  const noise = values(rows, 6, 11);
  const lines = Array.from({ length: rows }, (_, i) => {
    const [a, b, c, d, e, f] = noise.subarray(6 * i, 6 * i + 6) as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const size = Math.round(400 * a) / 4;
    return [
      b < 0.2 ? "" : size,
      i % 9 === 4 ? -200 : Math.round(100 + 40 * c),
      ["DE", "FR", "IT"][Math.floor(3 * d)],
      e < 0.1 ? "?" : e < 0.55 ? "red" : e < 0.98 ? "Blue" : `rare ${i}`,
      f < 0.15 ? "n/a" : f < 0.6 ? "Yes" : "no",
      a < 0.5 ? "t" : "f",
      `0${1000 + (i % 4)}`,
    ].join(",");
  });
  return `size,heat,country,colour,member,mark,code\n${lines.join("\n")}\n`;
}

/** What the columns of a table are as inputs of a graph. */
function inputsOf(table: Table, preprocessor: TablePreprocessor): Record<string, CaseInput> {
  const inputs = preprocessor.columns.map(({ name, type }) => {
    const cells = Array.from(table.columns.find((column) => column.name === name)!.values);
    const numbers = (cell: unknown) => (cell === "" || cell === null ? null : Number(cell));
    const data = type === "number" ? cells.map(numbers) : cells.map((cell) => String(cell ?? ""));
    return [name, { type: type === "number" ? "float" : "string", shape: [table.rows], data }] as const;
  });
  return Object.fromEntries(inputs);
}

const options: TablePreprocessorOptions = { missing: ["-200"], types: { code: "category" } };
/** Rows with words that no training row has, with more missing cells than any, and with numbers far out. */
const ODD = `size,heat,country,colour,member,mark,code
,-200,XX,?,?,t,9999
1e6,0,,none,YES,F,01001
-3.5,120,DE,BLUE,NO,True,1001
12.25,110,NULL,Blue,n,FALSE,01002
7,-200.0,IT,red,1,0,01003
`;

let table: Table;
let preprocessor: TablePreprocessor;
let detector: EnsembleDetector;
const cases: Case[] = [];

beforeAll(async () => {
  table = await readTable(text(160));
  preprocessor = TablePreprocessor.fit(table, options);
  const odd = await readTable(ODD);
  const samples = preprocessor.transform(table);
  const columns = detectorColumns(preprocessor);
  ({ detector } = await detectAnomalies(samples, { columns, members: 2, steps: 30, engine, sigma: 1.3 }));
  for (const [name, rows] of [
    ["usual rows", table],
    ["odd rows", odd],
  ] as const) {
    const features = preprocessor.transform(rows);
    const [score, flag] = [await detector.score(features), await detector.predict(features)];
    const outputs = { score: [...score], flag: [...flag] };
    cases.push({
      name: `table: ${name}`,
      bytes: exportOnnx({ detector, preprocessor }).bytes,
      inputs: inputsOf(rows, preprocessor),
      outputs,
    });
    cases.push({
      name: `features: ${name}`,
      bytes: exportOnnx({ detector, preprocessor }, { input: "features" }).bytes,
      inputs: { features: floats(features.data, features.shape) },
      outputs,
    });
  }
  cases.push(...(await modelCases(odd)), await constantCase());
  return () => detector.dispose();
});

/** A model of tables, its encoder, and a detector of one. */
async function modelCases(rows: Table): Promise<Case[]> {
  const width = preprocessor.featureNames.length;
  const [encoder, decoder] = [[dense(4, "tanh")], [dense(width)]];
  const model = await Autoencoder.create({
    inputSize: width,
    encoder,
    decoder,
    scaling: "standard",
    preprocessor,
    engine,
  });
  try {
    const samples = preprocessor.transform(table);
    await model.fit(samples, { epochs: 2 });
    const fitted = await AnomalyDetector.fit(model, samples, { sigma: 0.3 });
    const features = preprocessor.transform(rows);
    const reconstruction = [...(await model.reconstruct(features)).data];
    const score = [...(await fitted.score(features))];
    const flag = [...(await fitted.predict(features))];
    const inputs = inputsOf(rows, preprocessor);
    return [
      { name: "model", bytes: exportOnnx(model).bytes, inputs, outputs: { reconstruction } },
      {
        name: "encoder",
        bytes: exportOnnx(model, { part: "encoder" }).bytes,
        inputs,
        // The column of this name keeps it.
        outputs: { code_1: [...(await model.encode(features)).data] },
      },
      { name: "detector", bytes: exportOnnx(fitted).bytes, inputs, outputs: { reconstruction, score, flag } },
    ];
  } finally {
    await model.dispose();
  }
}

/** Columns of several features, and one whose value never changed. */
async function constantCase(): Promise<Case> {
  const rows = values(90, 5, 4, 3, 9).map((value, i) => (i % 5 === 2 ? 0.1 : value));
  const columns = ["a", { name: "b", features: [1, 4] }, "constant", "d"].map((column, i) =>
    typeof column === "string" ? { name: column, features: [i] } : column,
  );
  const found = await detectAnomalies(rows, {
    inputSize: 5,
    columns,
    members: 3,
    steps: 20,
    engine,
    sigma: 1.1,
  });
  try {
    const odd = rows.slice(0, 50);
    odd[2] = 0.2;
    odd[8] = 100;
    const [score, flag] = [await found.detector.score(odd), await found.detector.predict(odd)];
    return {
      name: "constant",
      bytes: exportOnnx(found.detector).bytes,
      inputs: { features: floats(odd, [10, 5]) },
      outputs: { score: [...score], flag: [...flag] },
    };
  } finally {
    await found.detector.dispose();
  }
}

test("onnxruntime scores tables as Isthmus does", (context) => {
  if (!python) return context.skip("there is no python3 with onnx and onnxruntime");
  expectAgreement(checkInPython(python, cases), cases);
});

test("onnxruntime-web scores tables as Isthmus does", async (context) => {
  const runtime = await onnxruntimeWeb();
  if (!runtime) return context.skip("onnxruntime-web is missing; run npm ci in test/anywhere");
  expectAgreement(await checkOnWeb(runtime, cases), cases);
});

test("the table has what it is to show: flags of missing values, rare words, codes", () => {
  expect(preprocessor.featureNames).toEqual([
    ...["size", "size missing", "heat", "heat missing", "country = FR", "country = DE", "country = IT"],
    ...[
      "colour = Blue",
      "colour = red",
      "colour = (other)",
      "colour missing",
      "member",
      "member missing",
      "mark",
    ],
    ...["code = 01000", "code = 01001", "code = 01002", "code = 01003"],
  ]);
});

test("what does not fit together is refused by its name", () => {
  const features = preprocessor.featureNames.length;
  expect(() => exportOnnx({ detector, preprocessor, window: { size: 4 } })).toThrow(
    `the preprocessor makes ${4 * features} features of a sample, but the model's samples have ${features} values`,
  );
  expect(() => exportOnnx(detector, { part: "encoder" })).toThrow('part "encoder" is of an Autoencoder');
  expect(() => exportOnnx(detector, { input: "columns" })).toThrow('input "columns" needs the preprocessor');
});

test("columns that 32-bit floats do not tell apart are named", async () => {
  const far = await readTable(
    `t,x\n${Array.from({ length: 40 }, (_, i) => `${1.7e9 + i},${i % 7}`).join("\n")}\n`,
  );
  const learnt = TablePreprocessor.fit(far, { types: { t: "number" } });
  const samples = learnt.transform(far);
  const found = await detectAnomalies(samples, {
    columns: detectorColumns(learnt),
    members: 1,
    steps: 2,
    engine,
  });
  const { notes } = exportOnnx({ detector: found.detector, preprocessor: learnt });
  await found.detector.dispose();
  expect(notes.length).toBe(1);
  expect(notes[0]).toContain('column "t" has values of which 32-bit floats tell only');
});
