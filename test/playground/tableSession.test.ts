// The worker of the page of tables, without a browser.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeArrow, encodeNpz, encodeParquet } from "../../src/codecs/index.js";
import { readTable, type Table } from "../../src/data/index.js";
import { ArgumentError, Autoencoder, dense, EnsembleDetector, FormatError } from "../../src/index.js";
import { initialValues } from "../../src/playground/shared/settingsText.js";
import { exampleTable } from "../../src/playground/table/exampleTable.js";
import type { FromWorker, ToWorker, Use } from "../../src/playground/table/tableMessages.js";
import { TableSession } from "../../src/playground/table/tableSession.js";
import { SETTINGS, type TrainingSettings } from "../../src/playground/table/tableSettings.js";
import { inFolder } from "../cli/run.js";
import { hostileIn } from "../support/hostile.js";
import { failure } from "../support/models.js";
import { inLibrary, readings, series, WRONG } from "./readings.js";

type Kind = FromWorker["kind"];
type Told<K extends Kind> = FromWorker & { kind: K };

const SMALL: TrainingSettings = { ...initialValues(SETTINGS), members: 2, steps: 150, seed: 3 };
const TABLES = new URL("../../../shared/data/tables/", import.meta.url);

let told: FromWorker[] = [];
let session: TableSession;

beforeEach(() => {
  told = [];
  session = new TableSession((message) => {
    told.push(structuredClone(message));
  });
});
afterEach(() => session.handle({ kind: "forget" }));

const here = inFolder();
const ask = (message: ToWorker) => session.handle(message);
const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
const open = (name: string, content: string | Uint8Array) =>
  ask({
    kind: "open",
    name,
    bytes: typeof content === "string" ? bytesOf(content) : new Uint8Array(content),
  });
const train = (settings: Partial<TrainingSettings> = {}) =>
  ask({ kind: "train", settings: { ...SMALL, ...settings } });
const all = <K extends Kind>(kind: K) => told.filter((message) => message.kind === kind) as Told<K>[];
function last<K extends Kind>(kind: K): Told<K> {
  const message = all(kind).at(-1);
  if (!message) throw new Error(`nothing was told of ${kind}`);
  return message;
}
const phase = () => last("phase").phase;
const scored = () => last("scored").scored;

describe("a table", () => {
  test("is scored as the library does, to the bit, with its reasons", async () => {
    await open("wrong.csv", readings());
    expect(last("table").report).toMatchObject({
      title: "wrong.csv",
      rows: 300,
      labels: { column: "label", odd: 2 },
    });
    expect(phase()).toBe("ready");
    await train();
    const expected = await inLibrary(readings(), SMALL);
    expect(scored().scores).toEqual(expected.scores);
    expect(scored().threshold).toBe(expected.threshold);
    expect(scored().evaluation).toEqual({
      rocAuc: expected.evaluation!.rocAuc,
      averagePrecision: expected.evaluation!.averagePrecision,
    });
    expect(all("progress").map(({ member, members }) => [member, members])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    await ask({ kind: "look", threshold: expected.threshold, count: 4 });
    const { finds } = last("finds");
    expect(finds.map(({ row }) => expected.rank[row])).toEqual([1, 2, 3, 4]);
    expect(finds[0]!.place).toBe("row 78");
    expect(finds[0]!.reasons[0]!.text).toMatch(/^flow 900, expected 1\d\d/);
    expect(finds.find(({ row }) => row === WRONG[1])!.reasons[0]!.text).toMatch(/^site Atlantis, expected /);
    expect(phase()).toBe("scored");
  });

  test("is downloaded as `isthmus detect` writes it, and a detector goes both ways", async () => {
    writeFileSync(here.path("wrong.csv"), readings());
    await open("wrong.csv", readings());
    await train();
    const { threshold } = scored();
    await ask({ kind: "saveTable", threshold });
    const csv = last("file");
    await ask({ kind: "saveDetector", threshold });
    const saved = last("file");
    expect([csv.name, saved.name]).toEqual(["flagged.csv", "detector.safetensors"]);
    writeFileSync(here.path("page.safetensors"), saved.bytes);
    const training = ["--members", "2", "--steps", "150", "--seed", "3"];
    for (const args of [
      ["--out", "own.csv", "--save", "own.safetensors", ...training],
      ["--out", "page.csv", "--model", "page.safetensors"],
    ]) {
      expect(await here.run("detect", "wrong.csv", ...args)).toMatchObject({ code: 0, stderr: "" });
    }
    const text = Buffer.from(csv.bytes).toString();
    expect(text).toMatch(/^site,pressure,flow,level,label,score,anomaly,rank,reason\n/);
    expect(readFileSync(here.path("own.csv"), "utf8")).toBe(text);
    expect(readFileSync(here.path("page.csv"), "utf8")).toBe(text);
    // The file of the detector is the same, too.
    expect(readFileSync(here.path("own.safetensors")).equals(saved.bytes)).toBe(true);
    // And the command's in the page.
    const before = scored().scores;
    await open("own.safetensors", readFileSync(here.path("own.safetensors")));
    expect(scored().scores).toEqual(before);
    expect(scored().rule).toBe("of own.safetensors");
  });

  test("is flagged by another threshold where the visitor chose one, in the file and in the detector", async () => {
    await open("wrong.csv", readings());
    await train();
    const { scores } = scored();
    const threshold = scores.toSorted().at(-6)!;
    await ask({ kind: "saveTable", threshold });
    const rows = Buffer.from(last("file").bytes).toString().trim().split("\n").slice(1);
    const flagged = rows.filter((row) => /^([^,]*,){6}1,/.test(row));
    expect(flagged).toHaveLength(5);
    for (const row of flagged) expect(row).toMatch(/expected/);
    expect(rows.filter((row) => /expected/.test(row))).toHaveLength(5);
    await ask({ kind: "saveDetector", threshold });
    const detector = await EnsembleDetector.fromSafetensors(last("file").bytes);
    expect(detector.threshold).toBe(threshold);
    await detector.dispose();
  });

  test.skipIf(!existsSync(TABLES))(
    "of the world has the library's ROC AUC (skipped without ../shared/data)",
    async () => {
      const text = readFileSync(new URL("thyroid.csv", TABLES), "utf8");
      await open("thyroid.csv", text);
      await train({ members: 8, steps: 0, seed: 0 });
      const { evaluation } = await inLibrary(text, { seed: 0 });
      expect(scored().evaluation!.rocAuc).toBe(evaluation!.rocAuc);
      expect(scored().evaluation!.rocAuc).toBeGreaterThan(0.95);
    },
  );

  test("comes in any format, plain or gzipped, to the same scores", async () => {
    const csv = readings();
    const table = await readTable(csv);
    const numbers = (name: string, column: Table["columns"][number]) => ({
      name,
      values: Array.from(column.values, (cell) => (name === "site" ? cell : Number(cell))),
    });
    const typed = { rows: table.rows, columns: table.columns.map((column) => numbers(column.name, column)) };
    const rows = Array.from({ length: table.rows }, (_, row) =>
      Object.fromEntries(typed.columns.map(({ name, values }) => [name, values[row]])),
    );
    await open("wrong.csv", csv);
    await train();
    const expected = scored().scores;
    for (const [name, content] of [
      ["wrong.csv.gz", gzipSync(csv)],
      ["wrong.tsv", csv.replaceAll(",", "\t")],
      ["wrong.jsonl", rows.map((row) => JSON.stringify(row)).join("\n")],
      ["wrong.parquet", encodeParquet(typed)],
      ["wrong.arrow", gzipSync(encodeArrow(typed))],
    ] as const) {
      await open(name, content);
      expect(last("table").report.title).toBe(name);
      await train();
      expect(scored().scores, name).toEqual(expected);
    }
    const [pressure, flow] = [1, 2].map((i) => Float64Array.from(typed.columns[i]!.values as number[]));
    await open(
      "wrong.npz",
      encodeNpz({ pressure: { shape: [300], data: pressure! }, flow: { shape: [300], data: flow! } }),
    );
    expect(last("table").report.columns.map(({ name }) => name)).toEqual(["pressure", "flow"]);
  });
});

describe("columns", () => {
  const choose = (uses: readonly Use[], oddLabels = "") =>
    ask({ kind: "choose", choices: { uses, oddLabels } });
  const types = () => last("table").report.columns.map(({ type }) => type);

  test("are used as the visitor chooses", async () => {
    await open("wrong.csv", readings());
    expect(types()).toEqual(["category", "number", "number", "number", "label"]);
    await choose(["id", "drop", "category", "auto", "number"]);
    expect(types()).toEqual(["identifier", "unread", "category", "number", "number"]);
    expect(last("table").report.labels).toBeUndefined();
    await train();
    expect(scored().evaluation).toBeUndefined();
    await ask({ kind: "look", threshold: 0, count: 1 });
    expect(last("finds").finds[0]!.place).toMatch(/^(Berlin|Köln|Atlantis) \(row \d+\)$/);
  });

  test("that cannot be used so stay as they were, and the error says where", async () => {
    await open("wrong.csv", readings());
    const error = await failure(() => choose(["number", "auto", "auto", "auto", "auto"]));
    expect(error).toBeInstanceOf(FormatError);
    expect(String(error)).toMatch(/line 2: column "site" has "Berlin", .* number/);
    expect(last("table").report.choices.uses).toEqual(Array(5).fill("auto"));
    expect(phase()).toBe("ready");
  });

  test("of labels in any words tell which rows are odd once the words are known", async () => {
    const text = readings().replaceAll(/,1$/gm, ",kaputt").replaceAll(/,0$/gm, ",heil");
    await open("wrong.csv", text);
    expect(types().at(-1)).toBe("category");
    const uses: Use[] = ["auto", "auto", "auto", "auto", "label"];
    const error = await failure(() => choose(uses));
    expect(String(error)).toMatch(/"heil", "kaputt"\. Enter the one that means odd below/);
    await choose(uses, "kaputt");
    expect(last("table").report.labels).toEqual({ column: "label", odd: 2 });
    await train();
    expect(scored().evaluation!.rocAuc).toBeGreaterThan(0.99);
  });
});

test("a series is cut into windows, and is flagged as `isthmus detect` does", async () => {
  writeFileSync(here.path("series.csv"), series());
  await open("series.csv", series());
  expect(last("table").report.timeColumn).toBe("time");
  await train({ window: 24, stride: 2 });
  expect(scored()).toMatchObject({ window: 24 });
  expect(last("table").report.columns.map(({ type }) => type)).toEqual(["unread", "number"]);
  expect(last("table").report.notes.join(" ")).toMatch(/Rows are ordered by "time"/);
  const { threshold } = scored();
  await ask({ kind: "look", threshold, count: 10 });
  const [find, ...others] = last("finds").finds;
  expect(others).toEqual([]);
  expect(find!.first).toBeGreaterThanOrEqual(235);
  expect(find!.last).toBeLessThan(295);
  expect(find!.place).toMatch(/^2026-01-02 1\d:\d0 to 2026-01-02 2\d:\d0 \(rows 2\d\d to 2\d\d\)$/);
  await ask({ kind: "saveTable", threshold });
  const args = ["--window", "24", "--stride", "2", "--members", "2", "--steps", "150", "--seed", "3"];
  const { code } = await here.run("detect", "series.csv", "--out", "out.csv", ...args);
  expect(code).toBe(0);
  expect(readFileSync(here.path("out.csv"), "utf8")).toBe(Buffer.from(last("file").bytes).toString());
  // A detector of windows cuts new series in the same way.
  const before = scored().scores;
  await ask({ kind: "saveDetector", threshold });
  await open("windows.safetensors", last("file").bytes);
  expect(scored().scores).toEqual(before);
  // Rows without a time are not cut.
  await ask({ kind: "forget" });
  await open("wrong.csv", readings());
  await train({ window: 24 });
  expect(scored().window).toBeUndefined();
});

test.each([0, 1, 2])(
  "the example of seed %i is the same everywhere, and its odd rows are found",
  async (seed) => {
    expect(exampleTable(0).split("\n").slice(0, 3)).toEqual([
      "time,pump,mode,speed,pressure,temperature,vibration,label",
      expect.stringMatching(/^2026-03-01 00:00,A,eco,\d+,/),
      expect.stringMatching(/^2026-03-01 00:10,B,eco,\d+,/),
    ]);
    await ask({ kind: "example", seed });
    expect(last("table").report).toMatchObject({
      title: `Built-in example, seed ${seed}`,
      labels: { column: "label", odd: 10 },
    });
    await train({ members: 8, steps: 0, seed });
    expect(scored().evaluation!.rocAuc).toBeGreaterThan(0.98);
  },
);

describe("a detector", () => {
  test("scores new files until it is given up", async () => {
    await open("clean.csv", readings(200, { wrong: false }));
    await train({ rule: "share", share: 1 });
    await ask({ kind: "saveDetector", threshold: scored().threshold });
    const { bytes } = last("file");
    const other = new TableSession((message) => told.push(structuredClone(message)));
    told = [];
    await other.handle({ kind: "open", name: "d.safetensors", bytes });
    expect(last("phase")).toMatchObject({
      phase: "empty",
      text: "Loaded d.safetensors. Open a table to score it.",
    });
    await other.handle({ kind: "open", name: "wrong.csv", bytes: bytesOf(readings()) });
    expect(last("table").report.detector).toBe("d.safetensors");
    const { scores, evaluation } = scored();
    expect(scores.indexOf(Math.max(...scores))).toBe(WRONG[0]);
    expect(evaluation!.rocAuc).toBeGreaterThan(0.99);
    // It has settled what the columns are, and there is nothing to train.
    const count = told.length;
    await other.handle({ kind: "train", settings: SMALL });
    expect(told).toHaveLength(count);
    const misfit = await failure(() =>
      other.handle({ kind: "open", name: "other.csv", bytes: bytesOf("a,b\n1,2\n3,4\n5,7\n") }),
    );
    expect(misfit).toBeInstanceOf(ArgumentError);
    expect(String(misfit)).toMatch(/d\.safetensors was trained on another table than other\.csv: .*"site"/);
    expect(last("phase").phase).toBe("scored");
    await other.handle({ kind: "forget" });
    expect(last("phase").phase).toBe("ready");
  });

  test("of another table closes the one that is open", async () => {
    await open("wrong.csv", readings());
    await train();
    await ask({ kind: "saveDetector", threshold: 2 });
    const { bytes } = last("file");
    await ask({ kind: "example", seed: 0 });
    expect(await failure(() => open("d.safetensors", bytes))).toBeInstanceOf(ArgumentError);
    expect(last("phase")).toMatchObject({ phase: "empty", text: /^Loaded d/ });
  });
});

describe("what goes wrong is a sentence that names the file, and what was open stays so", () => {
  const one = async () => {
    const model = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
    const bytes = model.toSafetensors();
    await model.dispose();
    return bytes;
  };
  test.each<[string, () => string | Uint8Array | Promise<Uint8Array>, RegExp]>([
    ["empty.csv", () => "", /^empty\.csv is empty/],
    ["ragged.csv", () => "a,b\n1,2\n3\n", /^line 3 of ragged\.csv has 1 field/],
    ["head.csv", () => "a,b\n", /no rows/],
    ["half.gz", () => gzipSync(readings()).subarray(0, 200), /^half\.gz is damaged gzip data/],
    ["half.parquet", () => new Uint8Array([...Buffer.from("PAR1"), 1, 2, 3]), /half\.parquet/],
    [
      "cat.png",
      () => new Uint8Array([...Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), 0, 0]),
      /^cat\.png is a picture/,
    ],
    ["page.html", () => "<!doctype html><p>404</p>", /page\.html/],
    ["lines.jsonl", () => '{"a":1}\n{"a":\n', /^line 2 of lines\.jsonl/],
    ["constant.csv", () => "a,b\n1,2\n1,2\n1,2\n", /no column|columns/],
    ["model.safetensors", one, /^model\.safetensors: the file has no detector/],
  ])("%s", async (name, content, message) => {
    await open("wrong.csv", readings());
    told = [];
    const error = await failure(async () => open(name, await content()));
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/\bbytes\b|undefined|\[object/);
    expect(last("phase")).toMatchObject({ phase: "ready" });
    expect(all("table")).toEqual([]);
    await train();
    expect(phase()).toBe("scored");
  });
});

test("training stops at once, and leaves the scores of before", async () => {
  await open("wrong.csv", readings());
  await train();
  const endless = train({ members: 64, steps: 100_000 });
  await ask({ kind: "stop" });
  await endless;
  expect(all("scored")).toHaveLength(1);
  expect(phase()).toBe("scored");
  // So does a new file.
  const another = train({ members: 64, steps: 100_000 });
  await open("clean.csv", readings(100, { wrong: false }));
  await another;
  expect(phase()).toBe("ready");
});

test("names and values that act on what is around them are shown as what they are", async () => {
  const evil = "\u202eevil\u0007";
  const text = readings(300, { header: `${evil}site,<img src=x onerror=alert(1)>,flow,__proto__,label` });
  await open("wrong.csv", text.replaceAll("Köln", `K${evil}`));
  const { columns } = last("table").report;
  expect(columns[0]!.name).toBe("\\u202eevil\\u0007site");
  expect(columns[1]!.name).toBe("<img src=x onerror=alert(1)>");
  await ask({ kind: "choose", choices: { uses: ["auto", "auto", "auto", "drop", "auto"], oddLabels: "" } });
  expect(last("table").report.columns[3]!.type).toBe("unread");
  await train();
  await ask({ kind: "look", threshold: 0, count: 300 });
  expect(hostileIn(JSON.stringify([last("table"), last("finds")]))).toEqual([]);
});

test("windows that leave rows out are refused, and so are labels that are not there", async () => {
  await open("series.csv", series());
  expect(String(await failure(() => train({ window: 4, stride: 5 })))).toMatch(
    /stride must be at most the window/,
  );
  expect(String(await failure(() => train({ rule: "labels" })))).toMatch(/needs a column of labels/);
  expect(String(await failure(() => train({ window: 500 })))).toMatch(
    /400 rows, too few for a window of size 500/,
  );
  expect(phase()).toBe("ready");
});
