import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseHTML } from "linkedom";
import { beforeAll, describe, expect, test } from "vitest";
import { loadEnsembleDetector, loadSafetensors, loadTable, saveModel, saveNpz } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const SERIES = new URL("../../../shared/data/series/", import.meta.url).pathname;

/** Readings that follow each other, with a comma for a decimal point; two of them are wrong. */
function readings(rows: number, wrong: boolean): string {
  const lines = Array.from({ length: rows }, (_, i) => {
    const a = Math.sin(i / 9);
    const flow = wrong && i === 77 ? 900 : 100 + 20 * a;
    const site = wrong && i === 150 ? "Atlantis" : ["Berlin", "Köln"][i % 2];
    const decimal = (x: number) => x.toFixed(2).replace(".", ",");
    return `${i};${site};${decimal(4 + a)};${decimal(flow)};${i % 40 === 3 ? "" : decimal(7 - 2 * a)}`;
  });
  return `id;site;pressure;flow;level\n${lines.join("\n")}\n`;
}

beforeAll(() => {
  writeFileSync(here.path("wrong.csv"), readings(300, true));
  writeFileSync(here.path("clean.csv"), readings(400, false));
});

test("a table unlike the one that was learned from", async () => {
  const quick = ["--members", "1", "--steps", "5"];
  await here.run("detect", "wrong.csv", ...quick, "--save", "like.safetensors");
  writeFileSync(here.path("lacking.csv"), "id;site;levels\n0;Berlin;7\n1;Berlin;6\n");
  for (const [args, why] of [
    [["--model", "like.safetensors"], "the detector needs"],
    [["--fit", "clean.csv", ...quick], "the table of --fit has"],
  ] as const) {
    const { code, stderr } = await here.run("detect", "lacking.csv", ...args);
    expect([code, stderr]).toEqual([
      2,
      `isthmus: lacking.csv has no column "pressure", "flow", "level", which ${why} (it has: "id", "site", "levels")\n`,
    ]);
  }
  writeFileSync(here.path("moved.csv"), readings(10, false).replaceAll("Köln", "Bonn"));
  const args = ["detect", "moved.csv", "--model", "like.safetensors"];
  const note = 'Column "site" has values in 5 rows that were not there in training: "Bonn".';
  expect((await here.run(...args)).stdout).toContain(`\n${note}\n`);
  expect(events((await here.run(...args, "--json")).stdout)[0]!.notes).toContain(note);
});

describe("a table", () => {
  test("gets score, anomaly, rank and reason beside its own columns", async () => {
    const { code, stderr, stdout } = await here.run(
      "detect",
      "wrong.csv",
      "--out",
      "out.csv",
      "--save",
      "d.safetensors",
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    // What was made of the columns comes first.
    expect(stdout).toMatch(/^The delimiter is taken to be ";"/);
    expect(stdout).toMatch(/^id +identifier .* left out$/m);
    expect(stdout).toMatch(/^pressure +number .* decimal comma/m);
    expect(stdout).toMatch(/^level +number .* missing by the median/m);
    expect(stdout).toMatch(/^ *row +score +why\n +78 \(line 79\) +\d\S* +flow 900, expected \d/m);
    expect(stdout).toMatch(/^ *151 \(line 152\) +\d\S* +site Atlantis, expected (Berlin|Köln)/m);
    expect(stdout).toMatch(/saved out\.csv and d\.safetensors\n$/);
    const table = await loadTable(here.path("out.csv"));
    const given = await loadTable(here.path("wrong.csv"));
    expect(table.columns.map(({ name }) => name)).toEqual([
      ...given.columns.map(({ name }) => name),
      ...["score", "anomaly", "rank", "reason"],
    ]);
    given.columns.forEach(({ values }, index) => {
      expect([...(table.columns[index]!.values as string[])]).toEqual([...(values as string[])]);
    });
    const [, anomaly, rank, reason] = table.columns.slice(-4).map(({ values }) => values as string[]);
    expect([anomaly![77], rank![77], anomaly![150], anomaly![0], reason![0]]).toEqual([
      "1",
      "1",
      "1",
      "0",
      "",
    ]);
    expect(new Set(rank)).toEqual(new Set(Array.from({ length: 300 }, (_, i) => String(i + 1))));
    expect(reason![77]).toMatch(/^flow 900, expected \d/);
  });

  test("is scored by a saved detector to the same scores", async () => {
    const { code } = await here.run("detect", "wrong.csv", "--model", "d.safetensors", "--out", "again.csv");
    expect(code).toBe(0);
    expect(readFileSync(here.path("again.csv"), "utf8")).toBe(readFileSync(here.path("out.csv"), "utf8"));
    const other = await here.run("detect", "wrong.csv", "--model", "d.safetensors", "--contamination", "0.1");
    expect(other.stderr).toMatch(/--contamination and --model cannot be used together/);
    expect(other.code).toBe(2);
  });

  test("learns from other rows, and flags what is odder than all of them", async () => {
    const args = ["--fit", "clean.csv", "--threshold", "max", "--steps", "300", "--json"];
    const { stdout, code } = await here.run("detect", "wrong.csv", ...args);
    expect(code).toBe(0);
    const [columns, ...rest] = events(stdout);
    expect(columns).toMatchObject({ event: "columns" });
    const odd = rest.filter(({ event }) => event === "anomaly");
    expect(odd.map(({ row }) => row)).toContain(77);
    expect(odd.length).toBeLessThan(30);
    expect(rest.at(-1)).toMatchObject({ event: "done", rows: 300, anomalies: odd.length });
  });

  test("with labels is evaluated, and nothing is learned from them", async () => {
    const lines = readings(300, true).trimEnd().split("\n");
    const labelled = lines.map((line, i) => `${line};${i === 0 ? "label" : Number(i === 78 || i === 151)}`);
    writeFileSync(here.path("labelled.csv"), `${labelled.join("\n")}\n`);
    const { stdout } = await here.run("detect", "labelled.csv", "--threshold", "labels", "--json");
    const done = events(stdout).at(-1)!;
    expect(done.rocAuc).toBeGreaterThan(0.98);
    expect(done.recall).toBeGreaterThan(0);
    const plain = await here.run("detect", "wrong.csv", "--json");
    const scoreOf = (text: string) => events(text).find(({ row }) => row === 77)!.score;
    expect(scoreOf(stdout)).toBe(scoreOf(plain.stdout));
  });

  test("has a report, also of a saved detector, with the same rows and the command", async () => {
    const page = (name: string) => parseHTML(readFileSync(here.path(name), "utf8")).document;
    const trained = await here.run("detect", "wrong.csv", "--report", "odd.html", "--save", "r.safetensors");
    expect(trained).toMatchObject({ code: 0, stderr: "" });
    expect(trained.stdout).toMatch(/^saved r\.safetensors and odd\.html$/m);
    const flagged = /^(\d+) of 300 rows are odd/m.exec(trained.stdout)![0];
    const verdict = page("odd.html").querySelector("#verdict")!.textContent!;
    expect(verdict).toMatch(
      new RegExp(`^${flagged} .*the oddest is row 78 \\(id 77\\), because flow is 900,00, expected \\d`),
    );
    expect(page("odd.html").querySelector("#about")!.textContent).toMatch(
      /datawrong\.csvseed0commandisthmus detect wrong\.csv --report odd\.html --save r\.safetensors/,
    );
    expect(page("odd.html").querySelector("#loss")).not.toBe(null);
    const again = await here.run("report", "r.safetensors", "wrong.csv", "--out", "again.html");
    expect(again).toMatchObject({ code: 0, stderr: "", stdout: "saved again.html\n" });
    const rows = (name: string) => page(name).querySelector("#rows")!.textContent;
    expect(rows("again.html")).toBe(rows("odd.html"));
    expect(page("again.html").querySelector("#verdict")!.textContent).toBe(verdict);
    const other = await here.run(
      "detect",
      "clean.csv",
      "--model",
      "r.safetensors",
      "--json",
      "--report",
      "clean.html",
    );
    expect(events(other.stdout).at(-1)).toMatchObject({ event: "done", report: "clean.html" });
    expect(page("clean.html").querySelector("#about")!.textContent).toMatch(/saved detectorr\.safetensors/);
    const labels = await here.run("report", "r.safetensors", "wrong.csv", "--labels", "x.npy");
    expect(labels.stderr).toMatch(/--labels is not for a detector of detect --save/);
    expect(labels.code).toBe(2);
    const made = await here.run("report", "r.safetensors", "digits");
    expect(made.stderr).toMatch(/digits is no table/);
  });

  test("has a report by a detector whose file does not say how it was trained", async () => {
    await here.run("detect", "wrong.csv", "--save", "t.safetensors", "--steps", "50", "--members", "1");
    const { metadata } = await loadSafetensors(here.path("t.safetensors"));
    const { training, ...table } = JSON.parse(metadata["isthmus.table"]!);
    expect(training).toMatchObject({ seed: 0, loss: { length: 50 } });
    const detector = await loadEnsembleDetector(here.path("t.safetensors"));
    await saveModel(here.path("old.safetensors"), detector, {
      metadata: { "isthmus.table": JSON.stringify(table) },
    });
    await detector.dispose();
    const { code, stderr } = await here.run("report", "old.safetensors", "wrong.csv", "--out", "old.html");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const { document } = parseHTML(readFileSync(here.path("old.html"), "utf8"));
    expect(document.querySelector("#about")!.textContent).toMatch(/old\.safetensorscommandisthmus report/);
    expect(document.querySelector("#loss")).toBe(null);
  });

  test.each([
    [["nothing.csv"], /File not found: nothing\.csv/],
    [["wrong.csv", "--label-column", "lable"], /"lable"/],
    [["wrong.csv", "--types", "site=number"], /line 2.*"site".*"Berlin"/],
    [["wrong.csv", "--out", "wrong.csv"], /also the file of DATA and would overwrite it/],
    [["wrong.csv", "--out", "x.xlsx"], /must end in \.csv/],
    [["wrong.csv", "--report", "x.pdf"], /--report "x\.pdf" must end in \.html/],
    [["wrong.csv", "--report", "none/x.html"], /no folder none/],
    [["wrong.csv", "--stride", "2"], /--stride is for a series: give --window, too/],
    [["wrong.csv", "--threshold", "labels"], /needs a label column/],
    [["wrong.csv", "--model", "clean.csv"], /clean\.csv/],
  ])("%j is refused in a sentence", async (args, message) => {
    const { code, stderr } = await here.run("detect", ...args);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(code).not.toBe(0);
    expect(existsSync(here.path("x.xlsx"))).toBe(false);
  });
});

test.skipIf(!existsSync(SERIES))(
  "a series: the jump is flagged, and nothing on clean days (shared/data/series)",
  async () => {
    const [jump, clean] = ["jumpsup", "small_noise"].map((name) => `${SERIES}art_daily_${name}.csv`);
    const { stdout, code } = await here.run(
      ...["detect", jump!, "--fit", clean!, "--threshold", "max", "--window", "288", "--stride", "4"],
      ...["--steps", "300", "--out", "series.csv"],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/windows of 288 rows; threshold/);
    const { columns } = await loadTable(here.path("series.csv"));
    const flags = columns.find(({ name }) => name === "anomaly")!.values as string[];
    const odd = [...flags.keys()].filter((row) => flags[row] === "1");
    // The jump goes from row 2,988 to row 3,095.
    expect(odd.length).toBeGreaterThan(60);
    expect(odd[0]).toBeGreaterThan(2_950);
    expect(odd.at(-1)).toBeLessThan(3_130);
    const quiet = await here.run("detect", clean!, "--window", "288", "--stride", "4", "--json");
    expect(events(quiet.stdout).at(-1)).toMatchObject({ anomalies: 0 });
  },
);

test("the other commands take tables of numbers as samples, and say where one is not", async () => {
  const rows = Array.from({ length: 80 }, (_, i) => `${Math.sin(i)},${Math.cos(i)},${i % 5}`);
  writeFileSync(here.path("numbers.csv"), `a,b,c\n${rows.join("\n")}\n`);
  const trained = await here.run(
    "train",
    "numbers.csv",
    "--latent",
    "2",
    "--epochs",
    "2",
    "--math",
    "portable",
  );
  expect(trained).toMatchObject({ code: 0, stderr: "" });
  const encoded = await here.run("encode", "model.safetensors", "numbers.csv", "--out", "codes.csv");
  expect(encoded).toMatchObject({ code: 0, stderr: "" });
  expect((await loadTable(here.path("codes.csv"))).rows).toBe(80);
  const { code, stderr } = await here.run("train", "wrong.csv", "--kind", "matrix");
  expect(stderr).toMatch(
    /wrong\.csv: line 2, column "site" is "Berlin", not a number; a model of tables takes texts/,
  );
  expect(code).not.toBe(0);
});

test("the reading options reach text of any model, and an archive says which array was taken", async () => {
  const rows = Array.from({ length: 40 }, (_, i) => [Math.sin(i), Math.cos(i)]);
  const flat = { shape: [40, 2], data: Float64Array.from(rows.flat()) };
  await saveNpz(here.path("two.npz"), { y: { shape: [40], data: new Uint8Array(40) }, x: flat });
  const trained = await here.run("train", "two.npz", "--epochs", "1", "--out", "two.safetensors");
  expect(trained.stdout).toMatch(/^data +40 samples of 2 from two\.npz, array "x"$/m);
  const text = `größe!wert\n${rows.map((row) => row.join("!")).join("\n")}\n`;
  writeFileSync(here.path("latin.csv"), text, "latin1");
  const reading = ["--delimiter", "!", "--encoding", "windows-1252"];
  const encode = ["encode", "two.safetensors", "latin.csv", "--out", "latin.npy"];
  expect((await here.run(...encode, "--delimiter", "!")).stderr).toBe(
    'isthmus: line 1 of latin.csv is not text in utf-8; pass its encoding, such as "windows-1252" (option encoding)\n',
  );
  expect(await here.run(...encode, ...reading)).toMatchObject({ code: 0, stderr: "" });
  const found = await here.run("detect", "latin.csv", "--members", "1", "--steps", "5", ...reading);
  expect(found.stdout).toMatch(/^größe +number/m);
});

test.each(["nested.parquet", "bytes.feather"])("--columns leaves out what no table has: %s", async (name) => {
  const file = new URL(`../codecs/golden/${name}`, import.meta.url).pathname;
  const quick = ["--members", "1", "--steps", "5"];
  const whole = await here.run("detect", file, ...quick);
  expect(whole.stderr).toMatch(/ has a column "\w+" of .*, which cannot be read; leave it out by columns\n$/);
  const some = await here.run("detect", file, "--columns", "x", "--label-column", "none", ...quick);
  expect([some.code, some.stderr]).toEqual([0, ""]);
  expect(some.stdout).toMatch(/^x +number/m);
});
