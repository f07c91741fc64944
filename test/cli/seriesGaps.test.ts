import { writeFileSync } from "node:fs";
import { beforeAll, expect, test } from "vitest";
import { SeriesPreprocessor } from "../../src/data/index.js";
import { preprocessorOf } from "../../src/data/preprocessorOf.js";
import { loadModel, loadTable } from "../../src/node.js";
import { events, inFolder } from "./run.js";

const here = inFolder();

/** Minutes with a gap of a day after row 59, and three rows that stand alone after row 119. */
function series(): string {
  const minutes = Array.from(
    { length: 183 },
    (_, i) => i + (i >= 60 ? 1440 : 0) + (i >= 120 ? 1440 : 0) + (i >= 123 ? 1440 : 0),
  );
  const lines = minutes.map((minute, i) => {
    const time = new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString().slice(0, 16);
    return `${time},${(20 + 5 * Math.sin(i / 3)).toFixed(3)}`;
  });
  return `time,temperature\n${lines.join("\n")}\n`;
}

beforeAll(() => {
  writeFileSync(here.path("series.csv"), series());
  writeFileSync(
    here.path("timeless.csv"),
    `a\n${Array.from({ length: 40 }, (_, i) => Math.sin(i)).join("\n")}\n`,
  );
});

const quick = ["--members", "2", "--steps", "20"];

test("windows across gaps are kept, and the command says so and how to change it", async () => {
  const { code, stdout } = await here.run("detect", "series.csv", "--window", "12", ...quick);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^There are 3 gaps; .*\nWindows that cross them are kept; --split-gaps leaves them out\.$/m,
  );
  expect(stdout).toMatch(/^172 windows of 12 rows; threshold/m);
});

test("with --split-gaps no window crosses one, and rows without a window have no score", async () => {
  const { code, stdout } = await here.run(
    ...[
      "detect",
      "series.csv",
      "--window",
      "12",
      "--split-gaps",
      "--out",
      "out.csv",
      "--save",
      "d.safetensors",
    ],
    ...["--report", "r.html", ...quick],
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Windows that cross them are left out \(--split-gaps\)\.\n3 rows between gaps are in no window and have no score\.$/m,
  );
  // 49 of each stretch of 60 rows.
  expect(stdout).toMatch(/^147 windows of 12 rows; threshold/m);
  const { columns } = await loadTable(here.path("out.csv"));
  const [, , score, anomaly, rank] = columns.map(({ values }) => values as string[]);
  expect(score!.slice(119, 124).map((text) => text === "")).toEqual([false, true, true, true, false]);
  expect(anomaly!.slice(120, 123)).toEqual(["0", "0", "0"]);
  expect(rank!.slice(120, 123)).toEqual(["181", "182", "183"]);
  // A saved detector does the same.
  const again = await here.run("detect", "series.csv", "--model", "d.safetensors", "--json");
  expect(events(again.stdout).at(-1)).toMatchObject({ event: "done", rows: 183, windows: 147 });
});

test("rows that a stride leaves in no window are counted, and values said to be means", async () => {
  const args = ["--window", "12", "--stride", "100", "--contamination", "0.5", "--out", "wide.csv"];
  const { code, stdout } = await here.run("detect", "series.csv", ...args, ...quick);
  expect(code).toBe(0);
  // Windows begin at rows 0, 100 and 171.
  expect(stdout).toMatch(/^147 rows between windows are in no window and have no score\.$/m);
  expect(stdout).toMatch(/^Values are means over the oddest window of 12 rows around the row\.$/m);
  const { columns } = await loadTable(here.path("wide.csv"));
  expect((columns[2]!.values as string[]).filter((text) => text === "")).toHaveLength(147);
});

test("models of windows remember it, too", async () => {
  const { code, stdout } = await here.run(
    ...["train", "series.csv", "--window", "12", "--split-gaps", "--epochs", "1", "--out", "m.safetensors"],
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/147 windows of 12 rows/);
  const model = await loadModel(here.path("m.safetensors"));
  const preprocessor = preprocessorOf(model) as SeriesPreprocessor;
  expect(preprocessor.splitAtGaps).toBe(true);
  expect(SeriesPreprocessor.fromJSON(JSON.parse(JSON.stringify(preprocessor))).splitAtGaps).toBe(true);
  await model.dispose();
  const scored = await here.run("anomalies", "m.safetensors", "series.csv", "--out", "scores.csv");
  expect(scored.code).toBe(0);
  const { columns } = await loadTable(here.path("scores.csv"));
  expect((columns[1]!.values as string[])[121]).toBe("");
});

test.each([
  [["detect", "timeless.csv", "--window", "5", "--split-gaps"], /splitAtGaps needs times|--split-gaps needs/],
  [["train", "timeless.csv", "--window", "5", "--split-gaps"], /needs a column of times/],
  [["detect", "series.csv", "--split-gaps"], /--split-gaps is for a series: give --window, too/],
  [
    ["detect", "series.csv", "--window", "90", "--split-gaps"],
    /183 rows between two gaps, too few for a window of size 90/,
  ],
  [
    ["detect", "series.csv", "--model", "d.safetensors", "--split-gaps"],
    /--split-gaps and --model cannot be used together/,
  ],
])("%j is refused", async (args, message) => {
  const { code, stderr } = await here.run(...args);
  expect(code).not.toBe(0);
  expect(stderr).toMatch(message);
});
