import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { preprocessorOf, SeriesPreprocessor } from "../../src/data/index.js";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { loadModel, loadTable } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();
const JUMP = new URL("../../../shared/data/series/art_daily_jumpsup.csv", import.meta.url).pathname;

/** Two values and a switch, every five minutes, with an hour missing, in no order. */
function readings(): string {
  const lines = Array.from({ length: 300 }, (_, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, 5 * i + (i > 200 ? 60 : 0))).toISOString();
    return `${time},${(10 + 3 * Math.sin(i / 10)).toFixed(3)},${(500 + 40 * Math.cos(i / 10)).toFixed(2)},${i % 20 < 10 ? "on" : "off"}`;
  });
  return `time,level,flow,pump\n${lines.toSorted((a, b) => (a.slice(15) < b.slice(15) ? -1 : 1)).join("\n")}\n`;
}

beforeAll(async () => {
  writeFileSync(here.path("series.csv"), readings());
  const args = [
    "train",
    "series.csv",
    "--window",
    "12",
    "--stride",
    "5",
    "--epochs",
    "120",
    "--math",
    "portable",
  ];
  const { code, stderr, stdout } = await here.run(...args);
  expect([code, stderr]).toEqual([0, ""]);
  expect(stdout).toMatch(
    /^Rows are ordered by "time" \(year first\)\.\nThey were not in order and have been sorted\.$/m,
  );
  expect(stdout).toMatch(/^There is 1 gap between .*about 12 rows are missing/m);
  expect(stdout).toMatch(/^time +date .*orders the rows$/m);
  expect(stdout).toMatch(/^data +59 windows of 12 rows, from 300 rows of 3 columns \(3 features\)$/m);
  expect(stdout).toMatch(/^kind +series of windows of 12 rows/m);
  expect(stdout).toMatch(/12×3 → flatten → 128/);
});

test("reconstruct gives the series back in its own units, in the order of time", async () => {
  const { stdout } = await here.run(
    "reconstruct",
    "model.safetensors",
    "series.csv",
    "--out",
    "back.csv",
    "--json",
  );
  expect(events(stdout)[0]!.notes).toHaveLength(4);
  const { rows, columns } = await loadTable(here.path("back.csv"));
  expect([rows, columns.map(({ name }) => name)]).toEqual([300, ["time", "level", "flow", "pump"]]);
  const [time, level, flow, pump] = columns.map(({ values }) => Array.from(values) as string[]);
  expect(time).toEqual(time!.toSorted());
  let wrong = 0;
  for (let i = 0; i < 300; i++) {
    expect(Math.abs(Number(level![i]) - (10 + 3 * Math.sin(i / 10)))).toBeLessThan(1);
    expect(Math.abs(Number(flow![i]) - (500 + 40 * Math.cos(i / 10)))).toBeLessThan(13);
    if (pump![i] !== String(i % 20 < 10)) wrong++;
  }
  expect(wrong).toBeLessThan(10);
});

test("the windows are saved with the model; codes have the time at which each begins", async () => {
  const model = await loadModel(here.path("model.safetensors"));
  expect(model.description.inputShape).toEqual([12, 3]);
  expect(preprocessorOf(model)).toBeInstanceOf(SeriesPreprocessor);
  await model.dispose();
  await here.run("encode", "model.safetensors", "series.csv", "--out", "codes.csv");
  const [names, first, second] = readFileSync(here.path("codes.csv"), "utf8").split("\n");
  expect(names).toMatch(/^time,code0,code1,/);
  expect(first).toMatch(/^2024-01-01T00:00:00\.000Z,/);
  expect(second).toMatch(/^2024-01-01T00:25:00\.000Z,/);
  expect((await here.run("decode", "model.safetensors", "codes.csv", "--out", "d.npy")).stdout).toBe(
    "saved d.npy (59, 12, 3)\n",
  );
  expect((await here.run("inspect", "model.safetensors")).stdout).toMatch(
    /^windows +12 rows ordered by time, stride 5$/m,
  );
});

test("anomalies are scored by row", async () => {
  const args = ["anomalies", "model.safetensors", "series.csv", "--out", "a.csv"];
  const { stdout } = await here.run(...args);
  expect(stdout).toMatch(/ of 300 rows/);
  const lines = readFileSync(here.path("a.csv"), "utf8").trimEnd().split("\n");
  expect([lines[0], lines.length]).toEqual(["time,score,anomaly", 301]);
  writeFileSync(
    here.path("l.npy"),
    encodeNpy({ shape: [300], data: Uint8Array.from({ length: 300 }, (_, i) => Number(i > 290)) }),
  );
  expect((await here.run(...args, "--labels", "l.npy")).stdout).toMatch(/^ROC-AUC +\d/m);
});

test("conv1d and arrays of two dimensions", async () => {
  const conv = await here.run(
    "train",
    "series.csv",
    "--window",
    "16",
    "--conv",
    "4,8",
    "--epochs",
    "1",
    "--out",
    "c.safetensors",
  );
  expect(conv.stdout).toMatch(
    /16×3 → conv1d 4 \(relu\) → dropout 0\.1 → conv1d 8 .*conv1dTranspose 3 \(linear\)/,
  );
  const data = Float64Array.from({ length: 200 }, (_, i) => Math.sin(i / 7));
  writeFileSync(here.path("flat.npy"), encodeNpy({ shape: [100, 2], data }));
  const flat = await here.run(
    "train",
    "flat.npy",
    "--kind",
    "series",
    "--window",
    "10",
    "--epochs",
    "1",
    "--out",
    "f.safetensors",
  );
  expect(flat).toMatchObject({ code: 0, stderr: "" });
  expect(flat.stdout).toMatch(/91 windows of 10 rows, from 100 rows of 2 columns/);
});

test.each<[string[], RegExp]>([
  [["train", "series.csv", "--kind", "series"], /a series is cut into windows: give --window/],
  [["train", "series.csv", "--window", "999"], /300 rows, too few for a window of size 999/],
  [["train", "series.csv", "--window", "12", "--time-column", "when"], /"when"/],
  [["train", "series.csv", "--stride", "2"], /--stride is for a series: give --window, too/],
  [["evaluate", "model.safetensors", "codes.csv"], /codes\.csv has no column "level", "flow", "pump"/],
])("%j is refused in a sentence", async (args, message) => {
  const { code, stderr } = await here.run(...args);
  expect(stderr).toMatch(message);
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(code).toBeGreaterThan(0);
});

test.skipIf(!existsSync(JUMP))("a public series comes back (shared/data/series)", async () => {
  const args = [
    "train",
    JUMP,
    "--window",
    "288",
    "--stride",
    "36",
    "--epochs",
    "5",
    "--out",
    "j.safetensors",
  ];
  expect(await here.run(...args)).toMatchObject({ code: 0, stderr: "" });
  const rebuilt = await here.run("reconstruct", "j.safetensors", JUMP, "--out", "j.npy");
  const [windows, ...shape] = decodeNpy(readFileSync(here.path("j.npy"))).shape;
  expect(shape).toEqual([288, 1]);
  expect(rebuilt.stdout).toContain(`(${windows}, 288, 1)`);
});
