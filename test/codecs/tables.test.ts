// Parquet and Arrow: golden files of pyarrow, round trips of arbitrary tables, and what is refused.
import { readdirSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeArrow } from "../../src/codecs/decodeArrow.js";
import { decodeParquet } from "../../src/codecs/decodeParquet.js";
import { encodeArrow } from "../../src/codecs/encodeArrow.js";
import { encodeParquet } from "../../src/codecs/encodeParquet.js";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import type { Table } from "../../src/formats/table.js";
import { damaged, damages, findPython, runPython } from "../formats/helpers.js";

const folder = new URL("golden/", import.meta.url);
const golden = (name: string) => new Uint8Array(readFileSync(new URL(name, folder)));
const files = readdirSync(folder);
const FLAT = /^(snappy|gzip|brotli|zstd|lz4|none|groups)/;

/** What test/codecs/golden/make_golden.py wrote. */
const EXPECTED: Record<string, unknown> = {
  float32: [1.5, null, Number.NaN],
  float64: Float64Array.of(0.1, 2.5, -0),
  float16: Float64Array.of(1.5, -2, 65504),
  int8: Float64Array.of(1, -128, 127),
  uint8: Float64Array.of(0, 1, 255),
  uint16: Float64Array.of(0, 1, 65535),
  int32: [1, -(2 ** 31), null],
  uint32: Float64Array.of(0, 1, 2 ** 32 - 1),
  int64: Float64Array.of(1, -2, 2 ** 53 - 1),
  wide: [2n ** 60n + 1n, null, -1n],
  uint64: [0n, 1n, 2n ** 64n - 1n],
  bool: [true, null, false],
  text: ["a", "", "é漢"],
  large: ["x", null, "y"],
  category: ["red", null, "red"],
  decimal: [0.3, -12.5, null],
  long: Float64Array.of(Number("12345678901234567890.25"), 0.07, 1),
  date: [new Date("2020-02-29"), null, new Date("1969-12-31")],
  milliseconds: [new Date(1577840523004), null, new Date(-1)],
  microseconds: Float64Array.of(0.001, 0.002, 1),
  nanoseconds: [new Date(1.6e12), new Date(0), new Date(1)],
  time: [3723.5, null, 0],
};
const ARROW = {
  ...EXPECTED,
  null: [null, null, null],
  duration: [0.001, null, 2.5],
  view: ["a long text, not inline", null, "b"],
};

const asObject = ({ columns }: Table) =>
  Object.fromEntries(columns.map(({ name, values }) => [name, values]));

test.each(files.filter((name) => name.endsWith(".parquet") && FLAT.test(name)))(
  "reads pyarrow's %s",
  async (name) => {
    const table = await decodeParquet(golden(name));
    expect(table.rows).toBe(3);
    // Timestamps of 96 bits are in nanoseconds, and no others are written beside them.
    const wanted = name === "groups.parquet" ? { ...EXPECTED } : EXPECTED;
    expect(asObject(table)).toEqual(wanted);
  },
);

test("reads pyarrow's delta and split encodings, over many pages", async () => {
  const table = await decodeParquet(golden("encodings.parquet"));
  const n = Array.from({ length: 300 }, (_, i) => i);
  expect(asObject(table)).toEqual({
    delta: Float64Array.from(n, (i) => i * i),
    bytes: n.map((i) => `row ${i}`),
    lengths: n.map((i) => String(i * 7)),
    split: Float64Array.from(n, (i) => i / 8),
    small: Float64Array.from(n, (i) => i - 150),
    flag: n.map((i) => i % 3 === 0),
  });
});

test.each(["lz4.feather", "zstd.feather", "uncompressed.feather", "batches.arrows"])(
  "reads pyarrow's %s",
  async (name) => {
    const table = await decodeArrow(golden(name));
    expect(table.rows).toBe(3);
    expect(asObject(table)).toEqual(ARROW);
  },
);

const CODECS = [
  {
    name: "Parquet",
    encode: encodeParquet,
    decode: decodeParquet,
    nested: "nested.parquet",
    bytes: "bytes.parquet",
  },
  {
    name: "Arrow",
    encode: encodeArrow,
    decode: decodeArrow,
    nested: "nested.feather",
    bytes: "bytes.feather",
  },
] as const;

describe.each(CODECS)("$name", ({ name, encode, decode, nested, bytes }) => {
  test("takes the columns that are asked for, in their order", async () => {
    const file = golden(name === "Parquet" ? "snappy-1.0.parquet" : "lz4.feather");
    const { columns } = await decode(file, { columns: ["text", "int8"] });
    expect(columns.map((column) => column.name)).toEqual(["text", "int8"]);
    await expect(decode(file, { columns: ["tex"] })).rejects.toThrow(
      /column "tex" is not known.*did you mean "text"/,
    );
    await expect(decode(file, { columns: [] })).rejects.toThrow(ArgumentError);
    await expect(decode(file, { columns: ["text", "text"] })).rejects.toThrow('columns has "text" twice');
    await expect(decode(file, { colums: ["text"] } as object)).rejects.toThrow(/did you mean "columns"/);
  });

  test("names a column that is nested or has bytes", async () => {
    await expect(decode(golden(nested))).rejects.toThrow(
      /^bytes has a column "list" of nested values \(lists/,
    );
    await expect(decode(golden(bytes))).rejects.toThrow(/^bytes has a column "bytes" of bytes/);
    expect(asObject(await decode(golden(bytes), { columns: ["x"] }))).toEqual({ x: Float64Array.of(1, 2) });
    if (name === "Parquet") {
      expect(asObject(await decode(golden(nested), { columns: ["x"] }))).toEqual({
        x: Float64Array.of(1, 2),
      });
    }
  });

  test("keeps every kind of column", async () => {
    const date = new Date(1e12 + 1);
    const table = {
      rows: 2,
      columns: [
        { name: "f32", values: Float32Array.of(0.1, -0) },
        { name: "f64", values: Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY) },
        { name: "mixed", values: [1, 2n ** 60n] },
        { name: "clamped", values: Uint8ClampedArray.of(0, 255) },
        { name: "u64", values: BigUint64Array.of(0n, 2n ** 64n - 1n) },
        { name: "i16", values: Int16Array.of(-(2 ** 15), 2 ** 15 - 1) },
        { name: "dates", values: [date, undefined] },
        { name: "none", values: [null, null] },
        { name: "", values: ["\0", "🙂"] },
        { name: "invalid", values: [new Date(Number.NaN), date] },
      ],
    };
    expect(asObject(await decode(encode(table)))).toEqual({
      f32: Float32Array.of(0.1, -0),
      f64: Float64Array.of(Number.NaN, Number.NEGATIVE_INFINITY),
      mixed: [1n, 2n ** 60n],
      clamped: Float64Array.of(0, 255),
      u64: [0n, 2n ** 64n - 1n],
      i16: Float64Array.of(-(2 ** 15), 2 ** 15 - 1),
      dates: [date, null],
      none: [null, null],
      "": ["\0", "🙂"],
      invalid: [null, date],
    });
    expect(encode(table)).toEqual(encode(table));
  });

  test("refuses to write what has no kind, and says which column", () => {
    const of = (...values: unknown[]) =>
      ({ rows: values.length, columns: [{ name: "a b", values }] }) as unknown as Table;
    for (const [table, message] of [
      [of(1, "x"), 'column "a b" has values of two kinds: float64 in row 0, string in row 1'],
      [of(null, {}), 'row 1 of column "a b" must be a text, number, boolean or Date, not an object'],
      [of(2n ** 64n), 'row 0 of column "a b" is 18446744073709551616, beyond 64 bits'],
      [
        of(0.5, 2n ** 60n + 1n),
        'column "a b" has fractions and 1152921504606846977, which no 64-bit float has',
      ],
      [{ rows: 1, columns: [{ name: "a", values: "x" }] }, 'column "a" must have an array of values'],
      [{ rows: 0, columns: [1] }, "column 0 of table has the name undefined"],
      [{ rows: 0, columns: ["a", "a"].map((n) => ({ name: n, values: [] })) }, 'table has two columns "a"'],
      [[1, 2], "table must be an object with rows and columns, not an array of 2"],
    ] as [Table, string][]) {
      expect(() => encode(table)).toThrow(ArgumentError);
      expect(() => encode(table)).toThrow(message);
    }
    expect(() => encode({ rows: 2, columns: [{ name: "a", values: [1] }] })).toThrow(ShapeError);
  });

  test("gives back any table", async () => {
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(tables, async (table) => {
        rows += table.rows;
        const read = await decode(encode(table));
        expect(read.rows).toBe(table.rows);
        for (const [i, { name, values }] of table.columns.entries()) {
          expect(read.columns[i]!.name).toBe(name);
          const cells = Array.from(values, (cell) => cell ?? null);
          // 64-bit integers come as numbers where all are exact; Parquet has no kind for nothing but missing values.
          const whole = cells.every((cell) => typeof cell !== "bigint" || Number.isSafeInteger(Number(cell)));
          expect(Array.from(read.columns[i]!.values)).toEqual(
            cells.map((cell) => (typeof cell === "bigint" && whole ? Number(cell) : cell)),
          );
        }
      }),
      { numRuns: 150 },
    );
    expect(rows).toBeGreaterThan(300);
  });

  test("reads or refuses any damaged file", async () => {
    const whole = [
      golden(name === "Parquet" ? "snappy-1.0.parquet" : "lz4.feather"),
      golden(name === "Parquet" ? "none-2.0.parquet" : "batches.arrows"),
      encode({
        rows: 3,
        columns: [
          { name: "a", values: ["x", null, "y"] },
          { name: "b", values: [1, 2, 3] },
        ],
      }),
    ];
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), damages, async (file, list) => {
        const table = await decode(damaged(file, list), { maximumBytes: 1 << 24 }).catch((error: unknown) => {
          expect(error).toBeInstanceOf(FormatError);
          expect((error as Error).message).toMatch(/^bytes /);
          return undefined;
        });
        if (table === undefined) refused++;
        else for (const { values } of table.columns) expect(values.length).toBe(table.rows);
      }),
      { numRuns: 400 },
    );
    expect(refused).toBeGreaterThan(40);
  });

  test("limits what a file unpacks to", async () => {
    const file = encode({ rows: 10_000, columns: [{ name: "a", values: new Float64Array(10_000) }] });
    await expect(decode(file, { maximumBytes: 50_000 })).rejects.toThrow(
      "bytes decompresses to more than maximumBytes (50000 bytes)",
    );
    expect((await decode(file, { maximumBytes: 200_000 })).rows).toBe(10_000);
  });

  test("names foreign files, and those that are cut short", async () => {
    const file = encode({ rows: 1, columns: [{ name: "a", values: [1] }] });
    await expect(decode(golden("L.png"))).rejects.toThrow(
      `bytes is a PNG image, not a${name === "Arrow" ? "n" : ""} ${name} file`,
    );
    await expect(decode(new Uint8Array(8))).rejects.toThrow(FormatError);
    for (const end of [1, 7, 9, 20, file.length - 1]) {
      await expect(decode(file.subarray(0, end))).rejects.toThrow(FormatError);
    }
  });

  const python = findPython("pyarrow");
  test("is read by pyarrow as it was meant", async (context) => {
    if (python === undefined) return context.skip("there is no python3 with pyarrow");
    const table: Table = {
      rows: 3,
      columns: [
        { name: "f", values: Float32Array.of(1.5, 2, -0) },
        { name: "n", values: [1, null, 2.5] },
        { name: "i", values: BigInt64Array.of(-(2n ** 63n), 0n, 2n ** 63n - 1n) },
        { name: "u8", values: Uint8Array.of(0, 1, 255) },
        { name: "t", values: ["a", null, "é"] },
        { name: "b", values: [true, false, null] },
        { name: "d", values: [new Date(0), null, new Date(1)] },
      ],
    };
    const script = `
import sys, io, json, pyarrow.parquet, pyarrow.feather
data = io.BytesIO(sys.stdin.buffer.read())
t = ${name === "Parquet" ? "pyarrow.parquet.read_table(data)" : "pyarrow.feather.read_table(data)"}
t.validate(full=True)
print(json.dumps([dict(name=f.name, type=str(f.type), values=[None if v is None else str(v) for v in c.to_pylist()]) for f, c in zip(t.schema, t.columns)]))`;
    expect(JSON.parse(runPython(python, script, encode(table)).toString())).toEqual([
      { name: "f", type: "float", values: ["1.5", "2.0", "-0.0"] },
      { name: "n", type: "double", values: ["1.0", null, "2.5"] },
      { name: "i", type: "int64", values: [String(-(2n ** 63n)), "0", String(2n ** 63n - 1n)] },
      { name: "u8", type: "uint8", values: ["0", "1", "255"] },
      { name: "t", type: "string", values: ["a", null, "é"] },
      { name: "b", type: "bool", values: ["True", "False", null] },
      {
        name: "d",
        type: "timestamp[ms, tz=UTC]",
        values: ["1970-01-01 00:00:00+00:00", null, "1970-01-01 00:00:00.001000+00:00"],
      },
    ]);
  });
});

/** Cells of one kind, some of them missing. */
const cellsOf = (cell: fc.Arbitrary<unknown>, rows: number) =>
  fc.array(fc.option(cell, { freq: 4 }), { minLength: rows, maxLength: rows });

const KINDS: readonly fc.Arbitrary<unknown>[] = [
  fc.double(),
  fc.string({ unit: "grapheme" }),
  fc.constantFrom("red", "green", "blue"),
  fc.boolean(),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.date({ noInvalidDate: true, min: new Date(-1e14), max: new Date(1e14) }),
];

const tables: fc.Arbitrary<Table> = fc
  .tuple(fc.nat(40), fc.uniqueArray(fc.string({ maxLength: 8 }), { maxLength: 5 }))
  .chain(([rows, names]) =>
    fc
      .tuple(...names.map(() => fc.constantFrom(...KINDS).chain((kind) => cellsOf(kind, rows))))
      .map((columns) => ({
        rows: names.length === 0 ? 0 : rows,
        columns: names.map((name, i) => ({ name, values: columns[i] as number[] })),
      })),
  );
