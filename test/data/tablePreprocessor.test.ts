import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  FormatError,
  NonFiniteError,
  ShapeError,
  StateError,
} from "../../src/common/errors.js";
import {
  Matrix,
  readTable,
  readTableChunks,
  type Table,
  TablePreprocessor,
  type TablePreprocessorOptions,
  tableFromRecords,
} from "../../src/data/index.js";

/** A table of one column `x`, and of running values beside it so that something is always left. */
function column(values: readonly unknown[], name = "x"): Table {
  const other = values.map((_, i) => (i * 7) % 5);
  return {
    rows: values.length,
    columns: [
      { name, values: values as never },
      { name: "other", values: other },
    ],
  };
}

/** The features that a column alone becomes. */
function features(
  values: readonly unknown[],
  options: TablePreprocessorOptions = {},
  name = "x",
): { names: readonly string[]; rows: number[][]; action: string } {
  const table = column(values, name);
  const preprocessor = TablePreprocessor.fit(table, { drop: ["other"], ...options });
  const matrix = preprocessor.transform(table);
  const rows = Array.from({ length: matrix.rows }, (_, i) => [...matrix.row(i)]);
  return { names: preprocessor.featureNames, rows, action: preprocessor.decisions[0]!.action };
}

/** What becomes of a column, and why. */
function decision(values: readonly unknown[], options: TablePreprocessorOptions = {}, name = "x") {
  return TablePreprocessor.fit(column(values, name), options).decisions[0]!;
}

describe("numbers", () => {
  test("of texts and of numbers stay float64", () => {
    expect(features(["0.1", " 2 ", "1e-3"]).rows).toEqual([[0.1], [2], [0.001]]);
    expect(features([0.1, 2n, "16777217"]).rows).toEqual([[0.1], [2], [16777217]]);
    const typed = { rows: 2, columns: [{ name: "x", values: Float64Array.of(1, 2) }] };
    expect([...TablePreprocessor.fit(typed).transform(typed).data]).toEqual([1, 2]);
  });

  test("missing ones become the median, and a feature tells where they were if they are many", () => {
    expect(features(["1", "", "2", "NA", "9"])).toMatchObject({
      names: ["x", "x missing"],
      rows: [
        [1, 0],
        [2, 1],
        [2, 0],
        [2, 1],
        [9, 0],
      ],
    });
    const few = features([...Array.from({ length: 99 }, (_, i) => i), null]);
    expect(few.names).toEqual(["x"]);
    expect(few.rows[99]).toEqual([49]);
    expect(few.action).toBe("1 missing by the median, 49");
  });

  test.each([
    "",
    " ",
    "NA",
    "n/a",
    "NaN",
    "null",
    "None",
    "?",
    "-",
    null,
    undefined,
    Number.NaN,
    new Date(Number.NaN),
  ])("%j is missing", (cell) => {
    expect(decision([1, 2.5, cell, 4]).missing).toBe(1);
  });

  test("further texts are missing on request, as texts and as numbers", () => {
    expect(features([1, "-200", -200, "-200.0", 3], { missing: ["-200"] }).rows.map(([x]) => x)).toEqual([
      1, 2, 2, 2, 3,
    ]);
    expect(features(["a", "b", "a", "b", "unknown"], { missing: ["unknown"] }).names).toEqual([
      "x = a",
      "x = b",
      "x missing",
    ]);
    expect(features([1, "inf", 3], { missing: ["inf"] }).rows.map(([x]) => x)).toEqual([1, 2, 3]);
  });

  test("with a decimal comma where they can be read in no other way, or on request", () => {
    expect(features(["1,5", "2", "1.234,5"])).toMatchObject({
      rows: [[1.5], [2], [1234.5]],
      action: "decimal comma (option decimal)",
    });
    expect(features(["1,234", "2,000", "5"]).rows).toEqual([[1234], [2000], [5]]);
    expect(features(["1,234", "2,000", "5"], { decimal: "," }).rows).toEqual([[1.234], [2], [5]]);
    expect(features(["1.234", "2.000", "5"]).rows).toEqual([[1.234], [2], [5]]);
    expect(features(["1.234", "2.000", "5"], { decimal: "," }).rows).toEqual([[1234], [2000], [5]]);
    expect(decision(["1,5", "2,5", "1,5"], { decimal: "." }).type).toBe("category");
    // Another column tells.
    const table = tableFromRecords([
      { a: "1,5", b: "1.234" },
      { a: "2,5", b: "2.000" },
    ]);
    expect([...TablePreprocessor.fit(table).transform(table).data]).toEqual([1.5, 1234, 2.5, 2000]);
  });

  test("prices, shares and accounts", () => {
    expect(features(["$1,200.50", "(3.00)", "12 %", "1 000"]).rows).toEqual([[1200.5], [-3], [12], [1000]]);
  });

  test("that are not finite are refused", () => {
    for (const cell of ["inf", "-Infinity", "1e999", Number.POSITIVE_INFINITY]) {
      expect(() => decision([1, cell, 3])).toThrow(NonFiniteError);
    }
    expect(decision(["yes", "no", "1e999", "yes"]).type).toBe("category");
    expect(() => decision([1, "1e999", 3])).toThrow(
      'row 1: column "x" has "1e999", but all numbers must be finite',
    );
  });
});

describe("categories", () => {
  test("become a feature each, the most frequent first", () => {
    expect(features(["b", "a", "b", "a", "b", "c", "c"])).toMatchObject({
      names: ["x = b", "x = a", "x = c"],
      rows: [
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [0, 1, 0],
        [1, 0, 0],
        [0, 0, 1],
        [0, 0, 1],
      ],
    });
  });

  test("rare ones share a feature, which later ones get as well", () => {
    const table = column(["a", "a", "b", "b", "c", "d"]);
    const preprocessor = TablePreprocessor.fit(table, { drop: ["other"] });
    expect(preprocessor.featureNames).toEqual(["x = a", "x = b", "x = (other)"]);
    const later = preprocessor.transform({ rows: 3, columns: [{ name: "x", values: ["c", "new", null] }] });
    expect([...later.data]).toEqual([0, 0, 1, 0, 0, 1, 0, 0, 0]);
  });

  test("without rare ones, one that is unknown has no feature", () => {
    const preprocessor = TablePreprocessor.fit(column(["a", "a", "b", "b"]), { drop: ["other"] });
    const later = preprocessor.transform({ rows: 1, columns: [{ name: "x", values: ["new"] }] });
    expect([...later.data]).toEqual([0, 0]);
    expect(preprocessor.columns[0]!.describe([0, 0])).toBe("unknown");
  });

  test("are limited in number and in frequency", () => {
    const values = Array.from({ length: 1000 }, (_, i) => `c${i % 40}`);
    expect(features(values).names).toHaveLength(33);
    expect(features(values, { maximumCategories: 3 }).names).toEqual([
      "x = c0",
      "x = c1",
      "x = c10",
      "x = (other)",
    ]);
    const rare = Array.from({ length: 1000 }, (_, i) => (i < 4 ? "rare" : i < 8 ? "odd" : i % 2 ? "a" : "b"));
    expect(features(rare).names).toEqual(["x = a", "x = b", "x = (other)"]);
    expect(features(rare, { minimumFrequency: 0 }).names).toEqual(["x = a", "x = b", "x = odd", "x = rare"]);
  });

  test("numbers among texts count as what they are, and zeros in front of codes stay", () => {
    expect(features(["1.0", "1", 1, "a", "a"]).names).toEqual(["x = 1", "x = a"]);
    const codes = features(["01067", "80331", "01067", "80331"]);
    expect(codes.names).toEqual(["x = 01067", "x = 80331"]);
    expect(codes.rows[0]).toEqual([1, 0]);
  });

  test("of numbers, on request", () => {
    expect(features([3, 1, 3, 1, 2, 2, 3], { types: { x: "category" } }).names).toEqual([
      "x = 3",
      "x = 1",
      "x = 2",
    ]);
  });
});

test("words for true and false become 1 and 0", () => {
  for (const [yes, no] of [
    ["true", "false"],
    ["Yes", "no"],
    ["Y", "N"],
    ["on", "off"],
    [true, false],
  ]) {
    expect(features([yes, no, yes, yes])).toMatchObject({ names: ["x"], rows: [[1], [0], [1], [1]] });
  }
  expect(features([1, 0, null, 1], { types: { x: "boolean" } }).rows).toEqual([
    [1, 0],
    [0, 0],
    [1, 1],
    [1, 0],
  ]);
  expect(() => features(["yes", "perhaps"], { types: { x: "boolean" } })).toThrow(
    'row 1: column "x" has "perhaps", which is no word for true or false',
  );
});

describe("dates", () => {
  const hours = (count: number) =>
    Array.from({ length: count }, (_, i) => new Date(Date.UTC(2024, 0, 1, i)).toISOString());

  test("become phases of the cycles that the data cover twice", () => {
    expect(decision(hours(48)).features).toBe(0);
    expect(decision(hours(49)).action).toBe("year first; phase of the day");
    expect(decision(hours(24 * 14 + 1)).action).toBe("year first; phase of the day, phase of the week");
    const tens = Array.from(
      { length: 60 },
      (_, i) => `2024-01-${String(1 + (i % 28)).padStart(2, "0")} 10:30`,
    );
    expect(decision(tens).action).toBe("year first; phase of the week");
    const days = Array.from({ length: 731 }, (_, i) =>
      new Date(Date.UTC(2022, 0, 1 + i)).toISOString().slice(0, 10),
    );
    expect(decision(days).action).toBe("year first; phase of the week, phase of the year");
  });

  test("in UTC, which is said where the texts are in another zone", () => {
    const zoned = (zone: string) => decision(hours(49).map((text) => text.replace("Z", zone)));
    expect(zoned("+02:00").action).toBe("year first; in UTC; phase of the day");
    expect(zoned("-0330").action).toBe("year first; in UTC; phase of the day");
    for (const zone of ["", "Z", "+00:00", "-00"])
      expect(zoned(zone).action).toBe("year first; phase of the day");
  });

  test("the phase of the day and of the week", () => {
    const { names, rows } = features(hours(24 * 15));
    expect(names).toEqual([
      "x: sine of the day",
      "x: cosine of the day",
      "x: sine of the week",
      "x: cosine of the week",
    ]);
    // The first of January 2024 was a Monday.
    rows.forEach((row, hour) => {
      const [day, week] = [(2 * Math.PI * hour) / 24, (2 * Math.PI * hour) / 168];
      const expected = [Math.sin(day), Math.cos(day), Math.sin(week), Math.cos(week)];
      for (const [i, value] of row.entries()) expect(value).toBeCloseTo(expected[i]!, 12);
    });
  });

  test("the time itself, on request and where there is nothing else", () => {
    const days = ["2024-01-01", "2024-01-02", "2024-01-04"];
    expect(decision(days)).toMatchObject({
      type: "date",
      features: 0,
      action: "too short for a cycle, left out (option dates)",
    });
    const first = Date.UTC(2024, 0, 1) / 86_400_000;
    expect(features(days, { dates: "time" }).rows).toEqual([[first], [first + 1], [first + 3]]);
    expect(features(days, { types: { x: "date" } }).rows).toEqual([[first], [first + 1], [first + 3]]);
    expect(features(hours(50), { dates: "both" }).names).toEqual([
      "x: sine of the day",
      "x: cosine of the day",
      "x: days",
    ]);
  });

  test("in the order that fits all of them; else month first, and said so", () => {
    const range = (values: string[], options = {}) => decision(values, options).range;
    expect(range(["1/2/2024", "13/2/2024"])).toBe("2024-02-01 to 2024-02-13");
    expect(range(["1/2/2024", "1/13/2024"])).toBe("2024-01-02 to 2024-01-13");
    expect(range(["1/2/2024", "1/3/2024"], { dates: "time" })).toBe("2024-01-02 to 2024-01-03");
    expect(decision(["1/2/2024", "1/3/2024"], { dates: "time" }).action).toContain(
      "month first, a guess (option dayFirst)",
    );
    expect(range(["1/2/2024", "1/3/2024"], { dates: "time", dayFirst: true })).toBe(
      "2024-02-01 to 2024-03-01",
    );
    expect(decision(["1/13/2024", "13/1/2024"]).type).not.toBe("date");
    expect(() => decision(["1/13/2024", "", "13/1/2024"], { types: { x: "date" } })).toThrow(
      'row 2: column "x" has "13/1/2024", which is no date, or not of the kind that those before it are',
    );
  });

  test("as seconds and milliseconds since 1970, where the name says that it is a time", () => {
    const seconds = [1_700_000_000, 1_700_086_400.5, 1_700_172_801];
    const range = "2023-11-14 22:13:20 to 2023-11-16 22:13:21";
    expect(decision(seconds, {}, "timestamp")).toMatchObject({ type: "date", range });
    expect(
      decision(
        seconds.map((time) => String(time * 1000)),
        {},
        "event_time",
      ),
    ).toMatchObject({ type: "date", range });
    expect(decision(seconds, {}, "amount").type).toBe("number");
    expect(decision(seconds, { types: { timestamp: "number" } }, "timestamp").type).toBe("number");
  });

  test("missing ones are in the middle of the circle", () => {
    const { rows, names } = features([...hours(50), "", "", "", ""]);
    expect(names.at(-1)).toBe("x missing");
    expect(rows[50]).toEqual([0, 0, 1]);
  });
});

describe("columns that are left out", () => {
  test.each<[string, readonly unknown[], string, string]>([
    ["constant", [5, 5, "5.0"], "x", "always 5, left out"],
    ["constant", ["a", "a", "a"], "x", 'always "a", left out'],
    ["empty", [null, "", "NA"], "x", "has no values, left out"],
    ["identifier", ["k1", "k2", "k3"], "x", "all different, left out"],
    ["identifier", [1, 2, 3, 4], "index", "a running number, left out"],
    ["identifier", ["3", "1", "2"], "PassengerId", "a running number, left out"],
    ["identifier", ["0001", "0002", "0003"], "x", "a running number, left out"],
    ["identifier", [0, 1, 2, 3], "time", "a running number, left out"],
    ["identifier", [104, 7, 33], "customer_id", "all different, left out"],
    ["text", Array.from({ length: 200 }, (_, i) => `text ${i % 150}`), "x", "150 different texts, left out"],
    [
      "text",
      Array.from({ length: 10_000 }, (_, i) => `text ${i % 5000}`),
      "x",
      "more than 4096 different texts, left out",
    ],
  ])("%s: %j of the name %s", (type, values, name, action) => {
    expect(decision(values, {}, name)).toMatchObject({ type, action, features: 0 });
  });

  test("numbers that only look like names of rows stay", () => {
    expect(decision([1, 2, 3, 4], {}, "x").type).toBe("number");
    expect(decision([1, 2, 2, 4], {}, "customer_id").type).toBe("number");
    expect(decision([1, 2, 3, 4], {}, "paid").type).toBe("number");
  });

  test("on request, and all but those that are chosen", () => {
    const table = tableFromRecords([
      { a: 1, b: 2, c: 3 },
      { a: 2, b: 4, c: 5 },
    ]);
    const names = (options: TablePreprocessorOptions) => TablePreprocessor.fit(table, options).featureNames;
    expect(names({ drop: ["b"] })).toEqual(["a", "c"]);
    expect(names({ columns: ["c", "a"] })).toEqual(["a", "c"]);
    expect(names({ types: { a: "drop" } })).toEqual(["b", "c"]);
    expect(names({ idColumn: "a", labelColumn: "b" })).toEqual(["c"]);
  });
});

describe("labels", () => {
  const table = (label: unknown[], name = "label") => ({ ...column(label, name) });

  test.each<[readonly unknown[], readonly number[]]>([
    [
      ["0", "1", "0"],
      [0, 1, 0],
    ],
    [
      [0, 1, 1],
      [0, 1, 1],
    ],
    [
      [true, false, true],
      [1, 0, 1],
    ],
    [
      ["normal", "Anomaly", "normal"],
      [0, 1, 0],
    ],
    [
      ["inlier", "outlier", "inlier"],
      [0, 1, 0],
    ],
    [
      ["no", "yes", "no"],
      [0, 1, 0],
    ],
  ])("%j are found by their name", (values, labels) => {
    const given = table([...values]);
    const preprocessor = TablePreprocessor.fit(given);
    expect(preprocessor.labelColumn).toBe("label");
    expect(preprocessor.featureNames).toEqual(["other"]);
    expect([...preprocessor.labels(given)]).toEqual(labels);
  });

  test("are features where null says so, and where their values are no labels", () => {
    expect(TablePreprocessor.fit(table([0, 1, 0]), { labelColumn: null }).featureNames).toEqual([
      "label",
      "other",
    ]);
    expect(TablePreprocessor.fit(table([0, 1, 2])).featureNames).toEqual(["label", "other"]);
    expect(() => TablePreprocessor.fit(table([0, 1, 2])).labels(table([0, 1, 2]))).toThrow(StateError);
  });

  test("of other values need to be told", () => {
    const given = table(["b", "g", "x"], "class");
    const preprocessor = TablePreprocessor.fit(given, { labelColumn: "class" });
    expect(() => preprocessor.labels(given)).toThrow('"b", "g", "x"; pass anomalyLabel');
    const told = TablePreprocessor.fit(given, { labelColumn: "class", anomalyLabel: ["b", "x"] });
    expect([...told.labels(given)]).toEqual([1, 0, 1]);
    expect([
      ...TablePreprocessor.fit(table([-1, 1, 1]), { labelColumn: "label", anomalyLabel: -1 }).labels(
        table([-1, 1, 1]),
      ),
    ]).toEqual([1, 0, 0]);
  });

  test("must not be missing, nor be the only column", () => {
    const preprocessor = TablePreprocessor.fit(table([0, 1, 0]));
    expect(() => preprocessor.labels(table([0, null, 1]))).toThrow(
      'row 1: the label column "label" has no value',
    );
    expect(() => preprocessor.labels(column([1, 2]))).toThrow(
      'labelColumn names the column "label", which the table does not have',
    );
  });
});

describe("bad input", () => {
  test("names the line and the column of a cell of the wrong type", async () => {
    const table = await readTable('a,b\n1,2\n"3","x\ny"\n4,oops\n');
    expect(() => TablePreprocessor.fit(table, { types: { b: "number" } })).toThrow(
      'line 3: column "b" has "x\\ny", which is no number; name it in the option missing if it stands for a missing value',
    );
    const preprocessor = TablePreprocessor.fit(await readTable("a,b\n1,2\n3,4\n"));
    expect(() => preprocessor.transform(table)).toThrow(FormatError);
    const later = readTableChunks("a,b\n1,2\n3,4\n5,oops\n", { rows: 1 });
    const read = async () => {
      for await (const _ of preprocessor.transformStream(later));
    };
    await expect(read()).rejects.toThrow('line 4: column "b" has "oops", which is no number');
  });

  test.each<[TablePreprocessorOptions, string]>([
    [
      { labelColumn: "lable" },
      'labelColumn names the column "lable", which the table does not have (it has: "label", "value"); did you mean "label"?',
    ],
    [{ drop: ["values"] }, 'did you mean "value"?'],
    [{ columns: ["nothing"] }, 'columns names the column "nothing"'],
    [{ types: { nothing: "number" } }, 'types names the column "nothing"'],
    [{ idColumn: "nothing" }, 'idColumn names the column "nothing"'],
    [{ types: { value: "float" as never } }, 'the type of column "value" "float" is not known'],
    [{ decimal: ";" as never }, 'decimal ";" is not known'],
    [{ maximumCategories: 0 }, "maximumCategories must be a positive integer, not 0"],
    [{ minimumFrequency: 2 }, "minimumFrequency must be a share from 0 to 1, not 2"],
    [{ missing: "NA" as never }, 'missing must be an array of texts, such as ["-200", "unknown"], not "NA"'],
    [{ label: "x" } as never, 'option of TablePreprocessor.fit "label" is not known'],
  ])("%j is refused", (options, message) => {
    const table = tableFromRecords([
      { label: 0, value: 1 },
      { label: 1, value: 2 },
    ]);
    expect(() => TablePreprocessor.fit(table, options)).toThrow(ArgumentError);
    expect(() => TablePreprocessor.fit(table, options)).toThrow(message);
  });

  test("nothing to learn from is said with the reasons", () => {
    expect(() => TablePreprocessor.fit(tableFromRecords([{ a: 1, b: "x" }]))).toThrow(
      'the table has no column to learn from (there is only one row): "a": always 1, left out; "b": always "x", left out',
    );
    expect(() => TablePreprocessor.fit(tableFromRecords([{ a: null }, { a: "?" }]))).toThrow(
      '"a": has no values, left out',
    );
    expect(() => TablePreprocessor.fit(tableFromRecords([]))).toThrow(ShapeError);
    expect(() => TablePreprocessor.fit([])).toThrow("the table has no rows");
  });

  test("what is no table is refused", () => {
    const ragged = { rows: 2, columns: [{ name: "x", values: [1, 2, 3] }] };
    expect(() => TablePreprocessor.fit(ragged)).toThrow('column "x" has 3 values, but the table has 2 rows');
    const twice = {
      rows: 1,
      columns: [
        { name: "x", values: [1] },
        { name: "x", values: [1] },
      ],
    };
    expect(() => TablePreprocessor.fit(twice)).toThrow('table has two columns of the name "x"');
    expect(() => TablePreprocessor.fit(column([1, { a: 1 }, 3]))).toThrow('row 1 of column "x" is an object');
    expect(() => TablePreprocessor.fit(5 as never)).toThrow("chunks must be an iterable of tables, not 5");
    expect(() => TablePreprocessor.fit([5] as never)).toThrow(
      "table must be a table, as readTable and tableFromRecords give it, not 5",
    );
  });

  test("a column that is gone later is named; one that was left out may be gone", () => {
    const preprocessor = TablePreprocessor.fit(
      tableFromRecords([
        { a: 1, b: 7, c: 3 },
        { a: 2, b: 7, c: 4 },
      ]),
    );
    expect(preprocessor.transform(tableFromRecords([{ c: 1, a: 2, d: 5 }])).data).toEqual(
      Float64Array.of(2, 1),
    );
    expect(() => preprocessor.transform(tableFromRecords([{ A: 1, c: 3 }]))).toThrow(
      'the preprocessor names the column "a"',
    );
  });
});

test("10,000 columns", () => {
  const columns = Array.from({ length: 10_000 }, (_, j) => ({
    name: `c${j}`,
    values: Float64Array.from({ length: 5 }, (_, i) => (i * j) % 7),
  }));
  const table = { rows: 5, columns };
  const matrix = TablePreprocessor.fit(table).transform(table);
  // Those of multiples of 7 are constant.
  expect(matrix.columns).toBe(10_000 - Math.ceil(10_000 / 7));
});

describe("back from features", () => {
  const table = tableFromRecords(
    Array.from({ length: 40 }, (_, i) => ({
      n: i % 8 ? i / 3 : null,
      c: ["DE", "FR", null][i % 3]!,
      b: i % 2 === 0,
      t: new Date(Date.UTC(2024, 0, 1, 13 * i)),
    })),
  );

  test("inverse gives the table where features tell it", () => {
    const preprocessor = TablePreprocessor.fit(table, { dates: "both" });
    const back = preprocessor.inverse(preprocessor.transform(table));
    expect(back.rows).toBe(40);
    expect(back.columns).toEqual(table.columns);
  });

  test("inverse takes the nearest of what is not exact, also in float32", () => {
    const preprocessor = TablePreprocessor.fit(table, { columns: ["n", "c", "b"] });
    expect(preprocessor.featureNames).toEqual(["n", "n missing", "c = DE", "c = FR", "c missing", "b"]);
    const back = preprocessor.inverse(
      new Matrix(Float32Array.of(1.5, 0.2, 0.3, 0.6, 0.1, 0.4, 3, 0.9, 0, 0, 1, 2), 2, 6),
    );
    expect(back.columns.map(({ values }) => [...(values as unknown[])])).toEqual([
      [1.5, null],
      ["FR", null],
      [false, true],
    ]);
    expect(() => preprocessor.inverse(new Matrix(new Float32Array(5), 1, 5))).toThrow(
      "features has 5 columns, but the preprocessor makes 6",
    );
    expect(() => preprocessor.inverse([1] as never)).toThrow(ArgumentError);
  });

  test("columns say what their features mean", () => {
    const preprocessor = TablePreprocessor.fit(table);
    const matrix = preprocessor.transform(table);
    const words = preprocessor.columns.map(({ name, features, describe }) => [
      name,
      describe(features.map((i) => matrix.row(2)[i]!)),
    ]);
    expect(words).toEqual([
      ["n", "0.666667"],
      ["c", "missing"],
      ["b", "true"],
      ["t", "Tue 2:00"],
    ]);
  });
});

test("JSON brings everything back", async () => {
  const table = await readTable(
    `id,when,city,n,ok,label\n${Array.from({ length: 60 }, (_, i) => `${i},2024-01-${(i % 28) + 1},${"abc"[i % 3]},${i % 9 || ""},${i % 2 ? "yes" : "no"},${i % 2}`).join("\n")}`,
  );
  const preprocessor = TablePreprocessor.fit(table, { missing: ["7"], idColumn: "id", anomalyLabel: 1 });
  const json = JSON.stringify(preprocessor);
  const again = TablePreprocessor.fromJSON(JSON.parse(json));
  expect(JSON.stringify(again)).toBe(json);
  expect(again.transform(table)).toEqual(preprocessor.transform(table));
  expect(again.labels(table)).toEqual(preprocessor.labels(table));
  expect(again.summary()).toBe(preprocessor.summary());
  expect([again.idColumn, again.labelColumn]).toEqual(["id", "label"]);
  for (const bad of [
    null,
    [],
    {},
    { ...JSON.parse(json), version: 2 },
    { ...JSON.parse(json), columns: [{}] },
    { ...JSON.parse(json), columns: [] },
  ]) {
    expect(() => TablePreprocessor.fromJSON(bad)).toThrow(FormatError);
  }
});

describe("integers beyond 2^53", () => {
  const from = (first: bigint) => Array.from({ length: 50 }, (_, i) => first + BigInt(i));

  test("identify rows by all of their digits", () => {
    const long = from(900719925474099300n);
    for (const values of [long, long.map(String)])
      expect(decision(values, {}, "order_id").action).toBe("all different, left out");
    // A column where one comes twice is no identifier. As floats, all are the same.
    expect(decision([...long, long[3]], {}, "order_id").action).toBe(
      "always 900720000000000000 as a 64-bit float, left out",
    );
  });

  test("are features with a word about what floats make of them", () => {
    const said = "integers beyond 2^53, rounded to 64-bit floats";
    expect(decision(from(2n ** 53n)).action).toBe(said);
    expect(decision(from(2n ** 53n).map(String)).action).toBe(said);
    expect(decision([2n ** 60n, 2n ** 61n, 2n ** 60n]).action).toBe("as it is");
    expect(decision([1e300, 1e22, 1e22]).action).toBe("as it is");
    expect(decision(["1152921504606846976", "1e30", "1e30"]).action).toBe("as it is");
  });
});

test("numbers that identify rows are left out of tables of any length", () => {
  // 7919 is prime to 100,003, so that all are different and in no order.
  const ids = Array.from({ length: 9000 }, (_, i) => String(((i * 7919) % 100_003) + 5));
  expect(decision(ids, {}, "customer_id").action).toBe("all different, left out");
  expect(decision([...ids, ids[0]], {}, "customer_id").type).toBe("number");
  expect(decision(ids, {}, "load").type).toBe("number");
});

test("a range has as many digits as tell its ends apart", () => {
  expect(decision(["1234567.25", "1234567.5", "1234567.5"]).range).toBe("1234567.25 to 1234567.5");
  expect(decision(["1.23456789", "7.5", "7.5"]).range).toBe("1.23457 to 7.5");
});

test("the summary is a table of text", async () => {
  const table = await readTable("id,city,n\n1,a,1.5\n2,b,\n3,a,2.5\n4,b,3\n");
  expect(TablePreprocessor.fit(table).summary()).toBe(
    [
      "column  type        features  missing  range        what was done",
      "id      identifier  -         -        -            a running number, left out",
      'city    category    2         -        2: "a", "b"  as it is',
      "n       number      2         1        1.5 to 3     1 missing by the median, 2.5, flagged",
    ].join("\n"),
  );
});
