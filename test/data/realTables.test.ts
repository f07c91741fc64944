// Tables of the ADBench collection and series of the Numenta benchmark, as they are published.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readTable, TablePreprocessor, windows } from "../../src/data/index.js";

const folder = new URL("../../../shared/data/", import.meta.url);
const present = existsSync(new URL("tables/", folder)) && existsSync(new URL("series/", folder));
const names = present ? readdirSync(new URL("tables/", folder)) : ["(none)"];

test.skipIf(!present).each(names)(
  "%s: every number, and the labels (skipped without ../shared/data)",
  async (name) => {
    const bytes = readFileSync(new URL(`tables/${name}`, folder));
    const table = await readTable(bytes);
    const preprocessor = TablePreprocessor.fit(table);
    const matrix = preprocessor.transform(table);
    const [head, ...lines] = bytes.toString().trim().split("\n");
    const expected = lines.map((line) => line.trim().split(",").map(Number));
    const width = expected[0]!.length - 1;
    expect(matrix.rows).toBe(expected.length);
    expect([...preprocessor.labels(table)]).toEqual(expected.map((row) => row[width]));
    // All of their columns vary, and none is taken for anything but numbers.
    expect(preprocessor.featureNames).toEqual(head!.trim().split(",").slice(0, -1));
    expect([...matrix.data]).toEqual(expected.flatMap((row) => row.slice(0, -1)));
  },
);

test.skipIf(!present)(
  "the series: five minutes apart, without gaps (skipped without ../shared/data)",
  async () => {
    for (const name of ["art_daily_jumpsup.csv", "art_daily_small_noise.csv"]) {
      const table = await readTable(readFileSync(new URL(`series/${name}`, folder)));
      const { samples, order, columnNames } = windows(table, { size: 288 });
      expect(samples.shape).toEqual([4032 - 287, 288]);
      expect(columnNames).toEqual(["value"]);
      expect(order).toMatchObject({ timeColumn: "timestamp", wasSorted: true, step: 300_000 });
      expect([order!.gaps.count, order!.duplicates.count]).toEqual([0, 0]);
      expect(order!.times[0]).toBe(Date.UTC(2014, 3, 1));
      const features = TablePreprocessor.fit(table).featureNames;
      expect(features).toEqual(["timestamp: sine of the day", "timestamp: cosine of the day", "value"]);
    }
  },
);
