import { readFileSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { preprocessorOf, readTable, type TablePreprocessor } from "../../src/data/index.js";
import { decodeNpy } from "../../src/formats/npy.js";
import { loadModel, loadNpz, loadTable } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const math = ["--math", "portable"];
const CITIES = ["Berlin", "Bonn", "Kiel"];

/** People of whom everything follows from one number. */
function people(rows: number): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const a = Math.sin(i / 9);
    const spend = i % 9 === 3 ? "" : (100 + 20 * a).toFixed(2);
    return `${1000 + i};${CITIES[i % 3]};${(30 + 5 * a).toFixed(1)};${spend};${i % 2 ? "yes" : "no"};${Number(i === 70)}`;
  });
  return `id;city;age;spend;member;label\n${lines.join("\n")}\n`;
}

const cellsOf = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));

beforeAll(async () => {
  writeFileSync(here.path("people.csv"), people(200));
  const later = "id;city;age;spend;member\n7;Kiel;31;110;yes\n8;Hamburg;29;;no\n";
  writeFileSync(here.path("later.csv"), later);
  const { code, stderr } = await here.run(
    ...["train", "people.csv", "--id-column", "id", "--epochs", "60", "--dropout", "0.05", ...math],
    ...["--checkpoint", "c.safetensors"],
  );
  expect([code, stderr]).toEqual([0, ""]);
});

test("train says what it made of each column, and shows rows in their own units", async () => {
  const args = ["train", "people.csv", "--epochs", "1", "--out", "shown.safetensors"];
  const { stdout } = await here.run(...args);
  expect(stdout).toMatch(/^The delimiter is taken to be ";"/);
  expect(stdout).toMatch(/^id +identifier .* left out$/m);
  expect(stdout).toMatch(/^spend +number .* missing by the median.*flagged$/m);
  expect(stdout).toMatch(/^label +label .*left out \(option labelColumn\)$/m);
  expect(stdout).toMatch(/^data +200 rows of 4 columns \(7 features\) from people\.csv$/m);
  expect(stdout).toMatch(/^kind +table \(a guess; --kind changes it\)$/m);
  expect(stdout).toMatch(/7 → 64 \(relu\) → dropout 0\.1 → 3 \(linear\) → 64/);
  expect(stdout).toMatch(/^scaling +standard$/m);
  expect(stdout).toMatch(/ city +age +spend +member\ngiven +Bonn +\d+/);
  const json = await here.run(...args, "--json", "--drop", "city", "--types", "member=category");
  const [columns, epoch] = events(json.stdout);
  expect(columns).toMatchObject({ event: "columns" });
  const types = (columns!.decisions as { column: string; type: string }[]).map(({ column, type }) => [
    column,
    type,
  ]);
  expect(Object.fromEntries(types)).toMatchObject({ city: "unread", member: "category", age: "number" });
  expect(epoch).toMatchObject({ event: "epoch" });
});

test("the model's file has the preprocessor, and the library does with it what the command does", async () => {
  const model = await loadModel(here.path("model.safetensors"), { engine: { math: "portable" } });
  const preprocessor = preprocessorOf(model) as TablePreprocessor;
  const later = await loadTable(here.path("later.csv"));
  const features = preprocessor.transform(later);
  const encode = ["encode", "model.safetensors", "later.csv", ...math, "--out"];
  for (const out of ["codes.npy", "codes.csv", "codes.npz"])
    expect((await here.run(...encode, out)).code).toBe(0);
  const codes = await model.encode(features);
  expect(decodeNpy(readFileSync(here.path("codes.npy")))).toEqual({ shape: codes.shape, data: codes.data });
  expect((await loadNpz(here.path("codes.npz"))).get("codes")!.data).toEqual(codes.data);
  const [names, ...lines] = cellsOf(readFileSync(here.path("codes.csv"), "utf8"));
  expect(names).toEqual(["id", "code0", "code1", "code2"]);
  expect(lines.map(([id]) => id)).toEqual(["7", "8"]);
  expect(
    Float32Array.from(
      lines.flatMap((line) => line.slice(1)),
      Number,
    ),
  ).toEqual(codes.data);
  const rebuilt = await model.reconstruct(features);
  const evaluated = await here.run("evaluate", "model.safetensors", "later.csv", "--json", ...math);
  expect(events(evaluated.stdout)[0]!.loss).toBe((await model.evaluate(features)).loss);
  const { stdout } = await here.run(
    "reconstruct",
    "model.safetensors",
    "later.csv",
    ...math,
    "--out",
    "r.parquet",
  );
  // Hamburg was not there in training. It is encoded as no city, and said.
  expect(stdout).toMatch(
    /^Column "city" has values in 1 row that were not there in training: "Hamburg"\.\nsaved r\.parquet \(2, 5\)$/m,
  );
  const { columns } = await loadTable(here.path("r.parquet"));
  expect(columns.map(({ name }) => name)).toEqual(["id", "city", "age", "spend", "member"]);
  const own = preprocessor.inverse(rebuilt);
  for (const { name, values } of own.columns) {
    const written = columns.find((column) => column.name === name)!.values;
    if (name === "city" || name === "member")
      expect([...Array.from(written)]).toEqual([...Array.from(values)]);
  }
  expect(CITIES).toContain(columns[1]!.values[0]);
  expect(Math.abs((columns[2]!.values[0] as number) - 31)).toBeLessThan(4);
  await model.dispose();
});

test("codes of a table come back as a table", async () => {
  await here.run("encode", "model.safetensors", "people.csv", ...math, "--out", "all.csv");
  const decoded = await here.run("decode", "model.safetensors", "all.csv", ...math, "--out", "back.csv");
  expect(decoded).toMatchObject({ code: 0, stderr: "", stdout: "saved back.csv (200, 4)\n" });
  await here.run("reconstruct", "model.safetensors", "people.csv", ...math, "--out", "both.csv");
  const without = cellsOf(readFileSync(here.path("both.csv"), "utf8")).map(([, ...cells]) => cells);
  const back = cellsOf(readFileSync(here.path("back.csv"), "utf8"));
  expect(back[0]).toEqual(without[0]);
  expect(back.map(([city]) => city)).toEqual(without.map(([city]) => city));
});

test("anomalies are scored by row, with the column that names it, against the label column", async () => {
  const args = ["anomalies", "model.safetensors", "people.csv", "--out", "scores.csv"];
  const { stdout, code } = await here.run(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^anomalies +2 of 200 rows/m);
  // Rows count from 1, as in what detect prints, and line 1 is the header.
  const [, row, line] = /^highest +row (\d+) \(line (\d+)\): /m.exec(stdout)!;
  expect(Number(line)).toBe(Number(row) + 1);
  expect(stdout).toMatch(/^ROC-AUC +\d/m);
  const lines = cellsOf(readFileSync(here.path("scores.csv"), "utf8"));
  expect(lines[0]).toEqual(["id", "score", "anomaly"]);
  expect(lines.map(([id]) => id).slice(1)).toEqual(Array.from({ length: 200 }, (_, i) => String(1000 + i)));
});

test("training resumes from a checkpoint with what it learned", async () => {
  const args = [
    "train",
    "people.csv",
    "--resume",
    "c.safetensors",
    "--epochs",
    "61",
    ...math,
    "--out",
    "r.safetensors",
  ];
  expect(await here.run(...args)).toMatchObject({ code: 0, stderr: "" });
  const [first, second] = await Promise.all(
    ["model", "r"].map((name) => loadModel(here.path(`${name}.safetensors`))),
  );
  expect(second!.preprocessor).toEqual(first!.preprocessor);
  await Promise.all([first!.dispose(), second!.dispose()]);
  const refused = await here.run(...args, "--drop", "age");
  expect(refused.stderr).toMatch(/--drop and --resume cannot be used together/);
  expect(refused.code).toBe(2);
});

test("inspect tells what was learned", async () => {
  const { stdout } = await here.run("inspect", "model.safetensors");
  expect(stdout).toMatch(/^spend +number +2 +22 /m);
  expect(stdout).not.toMatch(/isthmus\.preprocessor/);
  const [model] = events((await here.run("inspect", "model.safetensors", "--json")).stdout);
  expect(model!.preprocessor).toMatchObject({ version: 1, idColumn: "id" });
});

test("a report takes the table, too, and calls the features by their names", async () => {
  const { code, stderr } = await here.run("report", "model.safetensors", "people.csv", "--out", "r.html");
  expect([code, stderr]).toEqual([0, ""]);
  const html = readFileSync(here.path("r.html"), "utf8");
  expect(html).toContain("200 rows of 4 columns");
  for (const name of ["city = Bonn", "age", "spend"])
    expect(html).toMatch(new RegExp(`>${name}: [\\d.e-]+<`));
  expect(html).not.toContain("x1 is the first column");
});

test("--dropout 0 leaves dropout out", async () => {
  const args = ["train", "people.csv", "--dropout", "0", "--epochs", "1", "--out", "plain.safetensors"];
  expect((await here.run(...args)).stdout).toMatch(/7 → 64 \(relu\) → 3 \(linear\) → 64 \(relu\) → 7/);
});

test("--kind matrix takes a table's numbers as they are", async () => {
  writeFileSync(
    here.path("numbers.csv"),
    `a,b,c\n${Array.from({ length: 40 }, (_, i) => `${i},${2 * i},${-i}`).join("\n")}\n`,
  );
  const args = ["train", "numbers.csv", "--kind", "matrix", "--epochs", "1", "--out", "matrix.safetensors"];
  const { stdout, code } = await here.run(...args);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^kind +matrix$/m);
  const model = await loadModel(here.path("matrix.safetensors"));
  expect([model.preprocessor, model.description.scaling]).toEqual([undefined, "standard"]);
  await model.dispose();
  expect((await here.run("encode", "matrix.safetensors", "numbers.csv", "--out", "m.npy")).code).toBe(0);
  writeFileSync(
    here.path("points.csv"),
    `x,y\n${Array.from({ length: 40 }, (_, i) => `${i},${i * i}`).join("\n")}\n`,
  );
  const points = ["train", "points.csv", "--kind", "matrix", "--epochs", "1", "--out", "points.safetensors"];
  expect((await here.run(...points)).stdout).toMatch(/^kind +points$/m);
});

describe("refused in a sentence", () => {
  beforeAll(async () => {
    writeFileSync(here.path("ragged.csv"), "a,b,c\n1,2,3\n4,5\n");
    writeFileSync(here.path("lacking.csv"), "id;city;ages;member\n7;Kiel;31;yes\n");
    writeFileSync(here.path("texts.csv"), "id;city;age;spend;member\n7;Kiel;old;3;yes\n");
    writeFileSync(here.path("array.npy"), readFileSync(here.path("codes.npy")));
    const table = await readTable(people(3));
    expect(table.rows).toBe(3);
  });
  test.each<[string, string[], RegExp]>([
    ["a ragged file", ["train", "ragged.csv"], /line 3 of ragged\.csv has 2 fields/],
    [
      "a table without the model's columns",
      ["encode", "model.safetensors", "lacking.csv", "--out", "x.csv"],
      /lacking\.csv has no column "age", "spend", which the model needs \(it has: "id", "city", "ages", "member"\); did you mean "ages"\?/,
    ],
    [
      "a text among numbers",
      ["evaluate", "model.safetensors", "texts.csv"],
      /line 2: column "age" has "old", which is no number/,
    ],
    [
      "an array for a model of tables",
      ["encode", "model.safetensors", "array.npy", "--out", "x.csv"],
      /takes tables like it, which array\.npy is not/,
    ],
    [
      "digits for a model of tables",
      ["evaluate", "model.safetensors", "digits"],
      /the built-in digits is not/,
    ],
    ["a column that is not there", ["train", "people.csv", "--drop", "cty"], /"cty".*did you mean "city"/],
    ["columns of an array", ["train", "array.npy", "--drop", "age"], /--drop is for tables and series/],
    ["columns of digits", ["train", "digits", "--types", "a=number"], /--types is for tables and series/],
    ["a size of a table", ["train", "people.csv", "--resize", "8x8"], /--resize is for PNG and JPEG images/],
    [
      "a kind that is none",
      ["train", "people.csv", "--kind", "tabel"],
      /Allowed choices are table, series, images, matrix/,
    ],
    [
      "texts as numbers",
      ["train", "people.csv", "--kind", "matrix"],
      /--delimiter|line 2, column "city" is "Berlin", not a number/,
    ],
    [
      "a picture of a table",
      ["reconstruct", "model.safetensors", "later.csv", "--out", "x.png"],
      /is for images, but the model's samples are none/,
    ],
  ])("%s", async (_, args, message) => {
    const { code, stderr } = await here.run(...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).toBeGreaterThan(0);
  });
});
