import { expect, test } from "vitest";
import { readTable, SeriesPreprocessor, TablePreprocessor, windows } from "../../src/data/index.js";
import { joinWindows } from "../../src/data/joinWindows.js";
import { Matrix } from "../../src/data/matrix.js";

/** Minutes of one hour, each line given once. */
const line = (i: number) =>
  `2024-03-01 10:${String(i).padStart(2, "0")};${i % 7};${i % 2 ? "on" : "off"};${100 - i}`;
const header = "when;level;pump;left\n";
const lines = Array.from({ length: 40 }, (_, i) => line(i));
const series = () => readTable(header + lines.join("\n"));

test("windows have standardized features of rows in the order of time", async () => {
  const table = await readTable(header + lines.toReversed().join("\n"));
  const preprocessor = SeriesPreprocessor.fit(table, { size: 5, stride: 3 });
  expect(preprocessor).toMatchObject({ size: 5, stride: 3, timeColumn: "when", columns: 3 });
  expect(preprocessor.summary()).toMatch(/^when +date .*orders the rows$/m);
  const found = preprocessor.transform(table);
  expect(found.notes.join(" ")).toMatch(/ordered by "when".*have been sorted/);
  expect([...found.starts]).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 35]);
  expect(found.samples.shape).toEqual([13, 15]);
  // An independent standardization of the column "left": 100, 99, …, 61.
  const mean = 80.5;
  const deviation = Math.sqrt(
    Array.from({ length: 40 }, (_, i) => (100 - i - mean) ** 2).reduce((a, b) => a + b) / 40,
  );
  const place = found.columnNames!.indexOf("left");
  expect(found.samples.row(1)[place]).toBeCloseTo((97 - mean) / deviation, 12);
  expect(found.samples.row(1)[3 + place]).toBeCloseTo((96 - mean) / deviation, 12);
});

test("what it inverts is the series again, in its own units and words", async () => {
  const table = await series();
  const preprocessor = SeriesPreprocessor.fit(table, { size: 6 });
  const found = preprocessor.transform(table);
  const again = preprocessor.inverse(found.samples, found);
  expect(again.columns.map(({ name }) => name)).toEqual(["level", "pump", "left"]);
  const [level, pump, left] = again.columns.map(({ values }) => Array.from(values));
  lines.forEach((_, i) => {
    expect(level![i]).toBeCloseTo(i % 7, 10);
    expect(left![i]).toBeCloseTo(100 - i, 10);
    expect(pump![i]).toBe(i % 2 === 1);
  });
});

test("its JSON restores it, and it is applied to other series", async () => {
  const table = await series();
  const preprocessor = SeriesPreprocessor.fit(table, { size: 4, stride: 2, timeColumn: "when" });
  const again = SeriesPreprocessor.fromJSON(JSON.parse(JSON.stringify(preprocessor)));
  expect(again.toJSON()).toEqual(preprocessor.toJSON());
  expect(again.transform(table).samples).toEqual(preprocessor.transform(table).samples);
  const short = await readTable(header + lines.slice(0, 3).join("\n"));
  expect(() => again.transform(short)).toThrow(/3 rows.*too few for a window of size 4/);
  const untimed = await readTable("level;pump\n1;on\n2;off\n");
  expect(() => again.transform(untimed)).toThrow(
    /"when", which the table does not have \(it has: "level", "pump"\)/,
  );
  for (const wrong of [
    null,
    {},
    { ...preprocessor.toJSON(), version: 2 },
    { ...preprocessor.toJSON(), scale: [0] },
  ]) {
    expect(() => SeriesPreprocessor.fromJSON(wrong)).toThrow(/preprocessor/);
  }
});

test("rows without times come in their order; options are checked", async () => {
  const table = await readTable("value\n3\n1\n2\n5\n");
  const preprocessor = SeriesPreprocessor.fit(table, { size: 2 });
  expect(preprocessor.timeColumn).toBeUndefined();
  expect(preprocessor.transform(table).order).toBeUndefined();
  expect(() => SeriesPreprocessor.fit(table, { size: 9 })).toThrow(/4 rows, too few for a window of size 9/);
  expect(() => SeriesPreprocessor.fit(table, { size: 0 })).toThrow(/size must be a positive integer/);
  expect(() => SeriesPreprocessor.fit(table, { size: 2, strides: 2 } as never)).toThrow(
    /"strides" is not known/,
  );
  expect(() => SeriesPreprocessor.fit(table, { size: 2, timeColumn: "when" })).toThrow(/"when"/);
});

test("joined windows are the mean of all windows that have a row", () => {
  const places = windows(new Matrix(Float64Array.of(0, 0, 0, 0, 0), 5, 1), { size: 3, stride: 2 });
  const joined = joinWindows(new Matrix(Float64Array.of(1, 2, 3, 5, 6, 7), 2, 3), places);
  expect([...joined.data]).toEqual([1, 2, 4, 6, 7]);
  expect(() => joinWindows(new Matrix(new Float32Array(4), 2, 2), places)).toThrow(/2 windows of 3 rows/);
  expect(() => joinWindows([1] as never, places)).toThrow(/must be a Matrix/);
});

test("a column that is needed and not there is named", async () => {
  const preprocessor = TablePreprocessor.fit(await readTable("a,b\n1,x\n2,y\n3,x\n4,y\n"));
  const other = await readTable("a,c\n1,x\n");
  expect(() => preprocessor.transform(other)).toThrow(
    /column "b", which the table does not have \(it has: "a", "c"\)/,
  );
});
