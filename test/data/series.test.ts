import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import {
  Matrix,
  pointFlags,
  pointScores,
  readTable,
  sortByTime,
  tableFromRecords,
  type WindowPlaces,
  windows,
} from "../../src/data/index.js";

const minute = (i: number) => new Date(Date.UTC(2024, 0, 1, 0, i)).toISOString();

describe("sortByTime", () => {
  test("sorts rows that are not in order, those of the same time as they stand, and says so", async () => {
    const table = await readTable(
      "v,time\na,2024-01-01 00:10\nb,2024-01-01 00:00\nc,2024-01-01 00:10\nd,2024-01-01 00:05\n",
    );
    const { table: sorted, order } = sortByTime(table);
    expect(sorted.columns[0]!.values).toEqual(["b", "d", "a", "c"]);
    expect(sorted.lines).toEqual([3, 5, 2, 4]);
    expect([...order.rows]).toEqual([1, 3, 0, 2]);
    expect(order).toMatchObject({
      timeColumn: "time",
      wasSorted: false,
      step: 300_000,
      gaps: { count: 0, first: undefined },
      duplicates: { count: 1, first: 3 },
    });
    expect(order.notes).toEqual([
      'Rows are ordered by "time" (year first).',
      "They were not in order and have been sorted.",
      "1 row has the time of the row before, first at 2024-01-01 00:10:00.",
    ]);
  });

  test("reports gaps", () => {
    const times = [0, 1, 2, 3, 10, 11, 12, 20].map((i) => ({ time: minute(i), value: i }));
    const table = tableFromRecords(times);
    const { table: same, order } = sortByTime(table);
    expect(same).toBe(table);
    expect(order.gaps).toEqual({ count: 2, first: 4 });
    expect(order.notes[1]).toBe(
      "There are 2 gaps; the first is between 2024-01-01 00:03:00 and 2024-01-01 00:10:00, where about 6 rows are missing (usual step: 1 min).",
    );
  });

  test("takes the column that it is told, of any numbers", () => {
    const table = tableFromRecords([
      { t: 3, day: "2024-01-01" },
      { t: 1, day: "2024-01-02" },
    ]);
    expect([...sortByTime(table).order.rows]).toEqual([0, 1]);
    expect([...sortByTime(table, { timeColumn: "t" }).order.rows]).toEqual([1, 0]);
  });

  test("refuses rows without a time and tables without times", async () => {
    const call = async (text: string, options = {}) => sortByTime(await readTable(text), options);
    await expect(call("time,v\n2024-01-01,1\n,2\n")).rejects.toThrow('line 3: column "time" has no time');
    await expect(call("a,v\nx,1\ny,2\n")).rejects.toThrow(
      "the table has no column of times; pass timeColumn",
    );
    await expect(call("time,v\n2024-01-01,1\nsoon,2\n", { timeColumn: "time" })).rejects.toThrow(
      'line 3: column "time" has "soon", which is no time',
    );
    await expect(call("time,v\n2024-01-01,1\n", { timeColumn: "tme" })).rejects.toThrow(
      'did you mean "time"?',
    );
    expect(() => sortByTime({ rows: 0, columns: [] })).toThrow(ShapeError);
  });
});

describe("windows", () => {
  const series = new Matrix(
    Float64Array.from({ length: 14 }, (_, i) => i),
    7,
    2,
  );

  test("of a matrix, one after the other", () => {
    const { samples, starts, columns, rows, size } = windows(series, { size: 3 });
    expect(samples.shape).toEqual([5, 6]);
    expect([...samples.row(0)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...samples.row(4)]).toEqual([8, 9, 10, 11, 12, 13]);
    expect([...starts]).toEqual([0, 1, 2, 3, 4]);
    expect([columns, rows, size]).toEqual([2, 7, 3]);
  });

  test("with a stride, the last one ends at the last row", () => {
    const starts = (size: number, stride: number) => [...windows(series, { size, stride }).starts];
    expect(starts(3, 2)).toEqual([0, 2, 4]);
    expect(starts(3, 3)).toEqual([0, 3, 4]);
    expect(starts(2, 4)).toEqual([0, 4, 5]);
    expect(starts(7, 5)).toEqual([0]);
  });

  test("of a table, by time and of all its other columns", async () => {
    const table = await readTable(
      "a;time;b\n3;2024-01-01 00:02;1,5\n1;2024-01-01 00:00;2\n2;2024-01-01 00:01;2,5\n",
    );
    const { samples, columnNames, order } = windows(table, { size: 2 });
    expect(columnNames).toEqual(["a", "b"]);
    expect([...samples.data]).toEqual([1, 2, 2, 2.5, 2, 2.5, 3, 1.5]);
    expect([...order!.rows]).toEqual([1, 2, 0]);
  });

  test("not across gaps, on request", () => {
    const table = tableFromRecords([0, 1, 2, 3, 10, 20, 21, 22].map((i) => ({ time: minute(i), value: i })));
    expect([...windows(table, { size: 2 }).starts]).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...windows(table, { size: 2, splitAtGaps: true }).starts]).toEqual([0, 1, 2, 5, 6]);
    expect(() => windows(table, { size: 5, splitAtGaps: true })).toThrow("8 rows between two gaps, too few");
  });

  test("not across gaps of a matrix whose times are given", () => {
    const table = tableFromRecords([0, 1, 2, 3, 10, 20, 21, 22].map((i) => ({ time: minute(i), value: i })));
    const { order } = sortByTime(table);
    const matrix = new Matrix(
      Float64Array.from({ length: 8 }, (_, i) => i),
      8,
      1,
    );
    expect([...windows(matrix, { size: 2, splitAtGaps: true, order }).starts]).toEqual([0, 1, 2, 5, 6]);
    expect(windows(matrix, { size: 2, order }).order).toBe(order);
    expect(() => windows(matrix, { size: 2, splitAtGaps: true })).toThrow("splitAtGaps needs times");
    const short = new Matrix(new Float64Array(3), 3, 1);
    expect(() => windows(short, { size: 2, order })).toThrow("a time for each of the 3 rows, not 8");
  });

  test("bad input is refused", async () => {
    expect(() => windows(series, { size: 8 })).toThrow(
      "the series has 7 rows, too few for a window of size 8",
    );
    expect(() => windows(series, { size: 0 })).toThrow("size must be a positive integer, not 0");
    expect(() => windows(series, {} as never)).toThrow("size must be a positive integer, not undefined");
    expect(() => windows(series, { size: 2, stride: 0.5 })).toThrow("stride must be a positive integer");
    expect(() => windows([1, 2] as never, { size: 2 })).toThrow(ArgumentError);
    const texts = await readTable("time,v\n2024-01-01,1\n2024-01-02,x\n");
    expect(() => windows(texts, { size: 1 })).toThrow('line 3: column "v" has "x", which is no number');
    const missing = await readTable("time,v\n2024-01-01,1\n2024-01-02,\n");
    expect(() => windows(missing, { size: 1 })).toThrow(FormatError);
    expect(() => windows(missing, { size: 1 })).toThrow("TablePreprocessor makes a matrix of it");
  });
});

describe("scores of points", () => {
  const places = windows(new Matrix(new Float64Array(5), 5, 1), { size: 2 });

  test("by all windows that contain a point", () => {
    const scores = Float32Array.of(1, 4, 2, 8);
    expect([...pointScores(scores, places)]).toEqual([1, 2.5, 3, 5, 8]);
    expect([...pointScores(scores, places, { combine: "max" })]).toEqual([1, 4, 4, 8, 8]);
    expect([...pointScores(scores, places, { combine: "min" })]).toEqual([1, 1, 2, 2, 8]);
    expect([...pointFlags([1, 1, 0, 1], places)]).toEqual([1, 1, 0, 0, 1]);
  });

  test("are those that the definition gives", () => {
    const cases = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      size: fc.integer({ min: 1, max: 10 }),
      stride: fc.integer({ min: 1, max: 12 }),
      seed: fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 40, maxLength: 40 }),
    });
    fc.assert(
      fc.property(cases, ({ rows, size, stride, seed }) => {
        fc.pre(size <= rows);
        const cut = windows(new Matrix(new Float64Array(rows), rows, 1), { size, stride });
        const scores = [...cut.starts].map((_, i) => seed[i]!);
        const means = pointScores(scores, cut);
        const most = pointScores(scores, cut, { combine: "max" });
        const least = pointScores(scores, cut, { combine: "min" });
        for (let row = 0; row < rows; row++) {
          const over = scores.filter((_, i) => cut.starts[i]! <= row && row < cut.starts[i]! + size);
          if (stride <= size) expect(over.length).toBeGreaterThan(0);
          if (over.length === 0) expect(means[row]).toBeNaN();
          else {
            expect(means[row]).toBeCloseTo(over.reduce((a, b) => a + b) / over.length, 10);
            // Adding 0 turns −0 into 0: which of the two comes first does not matter.
            expect(most[row]! + 0).toBe(Math.max(...over) + 0);
            expect(least[row]! + 0).toBe(Math.min(...over) + 0);
          }
        }
      }),
    );
  });

  test("bad input is refused", () => {
    expect(() => pointScores([1, 2], places)).toThrow(
      "there are 2 scores for 4 windows; each window needs one",
    );
    expect(() => pointScores("abcd" as never, places)).toThrow(ArgumentError);
    expect(() => pointScores([1, 2, 3, "4"] as never, places)).toThrow('scores[3] must be a number, not "4"');
    expect(() => pointScores([1, 2, 3, 4], places, { combine: "sum" as never })).toThrow(
      'combine "sum" is not known',
    );
    expect(() => pointFlags([1], places as WindowPlaces)).toThrow("there are 1 flags for 4 windows");
  });
});
