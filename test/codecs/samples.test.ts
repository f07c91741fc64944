// Samples and tables of any format, as their first bytes tell; tables as CSV; nested arrays.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeAnySamples,
  decodeTable,
  encodeArrow,
  encodeCsv,
  encodeNpz,
  encodeParquet,
  encodePng,
  encodeTable,
  matrixTable,
  nestedSamples,
  type Table,
} from "../../src/codecs/index.js";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { Matrix } from "../../src/data/matrix.js";
import { encodeIdx } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`golden/${name}`, import.meta.url)));
const floats = Float32Array.of(1, 2, 3, 4, 5, 6);
const array = { shape: [2, 3], data: floats };
const matrix = new Matrix(floats, 2, 3);
const SAMPLES = { data: floats, rows: 2, columns: 3, shape: [2, 3] };

describe("samples", () => {
  test.each([
    ["NPY", encodeNpy(array), {}],
    ["IDX", encodeIdx(array), {}],
    ["NPZ", encodeNpz({ a: array }), { array: "a" }],
    ["Parquet", encodeTable(matrix, "parquet"), {}],
    ["Arrow", encodeTable(matrix, "arrow"), {}],
    ["an Arrow stream", encodeArrow(matrixTable(matrix), { format: "stream" }), {}],
  ])("of %s, plain and gzipped", async (_, file, more) => {
    expect(await decodeAnySamples(file)).toEqual({ ...SAMPLES, ...more });
    expect(await decodeAnySamples(gzipSync(file))).toEqual({ ...SAMPLES, ...more });
    expect(await decodeAnySamples(file.slice().buffer as ArrayBuffer)).toEqual({ ...SAMPLES, ...more });
  });

  test("of an image are one, with its shape", async () => {
    const file = await encodePng({ width: 2, height: 1, data: Uint8Array.of(1, 2, 3, 4, 5, 6) });
    expect(await decodeAnySamples(file)).toEqual({
      data: Uint8Array.of(1, 2, 3, 4, 5, 6),
      rows: 1,
      columns: 6,
      shape: [1, 1, 2, 3],
    });
    expect((await decodeAnySamples(file, { channels: 1, width: 1 })).shape).toEqual([1, 1, 1, 1]);
    expect((await decodeAnySamples(golden("colour.jpg"))).shape).toEqual([1, 30, 40, 3]);
  });

  test("of several arrays are those with a usual name, else the first, or the one asked for", async () => {
    const other = { shape: [2], data: Uint8Array.of(1, 2) };
    const taken = async (...names: string[]) =>
      (await decodeAnySamples(encodeNpz(Object.fromEntries(names.map((name) => [name, other]))))).array;
    expect(await taken("y", "X")).toBe("X");
    expect(await taken("y_train", "x_train", "x_test")).toBe("x_train");
    expect(await taken("b", "a")).toBe("b");
    const file = golden("deflated.npz");
    expect(await decodeAnySamples(file)).toMatchObject({ array: "X", shape: [4, 3] });
    const { data } = await decodeAnySamples(file, { array: "y" });
    expect(data).toEqual(Float64Array.of(0, 1, 0, 1));
    await expect(decodeAnySamples(file, { array: "names" })).rejects.toThrow(
      /^bytes has an array "names" that has/,
    );
    await expect(decodeAnySamples(file, { array: "Y" })).rejects.toThrow(ArgumentError);
  });

  test("of a table are its numbers, and nothing else", async () => {
    const table: Table = {
      rows: 2,
      columns: [
        { name: "a", values: [1, 2] },
        { name: "b", values: [true, false] },
        { name: "c", values: ["x", "y"] },
        { name: "d", values: [null, 1] },
        { name: "e", values: [new Date(0), new Date(1)] },
      ],
    };
    for (const file of [encodeParquet(table), encodeArrow(table)]) {
      const { data } = await decodeAnySamples(file, { columns: ["b", "a"] });
      expect(data).toEqual(Float64Array.of(1, 1, 0, 2));
      for (const [column, message] of [
        ["c", 'row 0 in column "c" is the text "x", but samples are numbers'],
        ["d", 'row 0 in column "d" is missing'],
        ["e", 'row 0 in column "e" is a date'],
      ] as const) {
        await expect(decodeAnySamples(file, { columns: [column] })).rejects.toThrow(FormatError);
        await expect(decodeAnySamples(file, { columns: [column] })).rejects.toThrow(message);
      }
    }
    const none = encodeParquet({ rows: 0, columns: [{ name: "a", values: [] }] });
    await expect(decodeAnySamples(none)).rejects.toThrow("bytes holds a table of 0 rows and 1 columns");
  });

  test("are refused of other files, which are named", async () => {
    await expect(decodeAnySamples(Buffer.from("a,b\n1,2\n"))).rejects.toThrow("bytes is text, not ");
    await expect(decodeAnySamples(Buffer.from("GIF89a\0\0\0\0"))).rejects.toThrow("bytes is a GIF image");
    await expect(decodeAnySamples(encodeNpy(array), { arrays: "a" } as object)).rejects.toThrow(
      /did you mean "array"/,
    );
    const bomb = gzipSync(encodeTable(new Matrix(new Float32Array(1 << 20), 1 << 20, 1), "arrow"));
    await expect(decodeAnySamples(bomb, { maximumBytes: 1 << 16 })).rejects.toThrow(
      "more than maximumBytes (65536 bytes)",
    );
  });
});

describe("tables", () => {
  test("of named arrays have a column for each of theirs", async () => {
    const file = encodeNpz({
      X: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
      y: { shape: [2], data: BigInt64Array.of(0n, 1n) },
    });
    const columns = [
      { name: "X0", values: Float32Array.of(1, 3) },
      { name: "X1", values: Float32Array.of(2, 4) },
      { name: "y", values: Float64Array.of(0, 1) },
    ];
    expect(await decodeTable(file)).toEqual({ rows: 2, columns });
    expect(await decodeTable(gzipSync(file), { columns: ["y", "X1"] })).toEqual({
      rows: 2,
      columns: [columns[2], columns[1]],
    });
    await expect(decodeTable(file, { columns: ["z"] })).rejects.toThrow('column "z" is not known');
    const uneven = encodeNpz({
      a: { shape: [2], data: floats.subarray(0, 2) },
      b: { shape: [3], data: floats.subarray(3) },
    });
    await expect(decodeTable(uneven)).rejects.toThrow('bytes has 2 rows in its array "a", but 3 in "b"');
    const cube = encodeNpz({ a: { shape: [1, 2, 3], data: floats } });
    await expect(decodeTable(cube)).rejects.toThrow(
      'an array "a" of shape [1, 2, 3], which is no part of a table',
    );
  });

  test("are refused of other files, which are named", async () => {
    await expect(decodeTable(golden("L.png"))).rejects.toThrow(
      "bytes is a PNG image, not a Parquet, Arrow or .npz file",
    );
    await expect(decodeTable(encodeNpy(array))).rejects.toThrow(
      "bytes is a NumPy .npy file, not a Parquet, Arrow or .npz",
    );
  });

  test("of a matrix have names and its precision", () => {
    expect(matrixTable(matrix).columns.map(({ name }) => name)).toEqual(["x0", "x1", "x2"]);
    expect(matrixTable(matrix, { column: "z" }).columns[1]).toEqual({
      name: "z1",
      values: Float32Array.of(2, 5),
    });
    const wide = matrixTable(new Matrix(Float64Array.of(0.1, 0.2), 1, 2), { names: ["a", "b"] });
    expect(wide.columns).toEqual([
      { name: "a", values: Float64Array.of(0.1) },
      { name: "b", values: Float64Array.of(0.2) },
    ]);
    expect(() => matrixTable(matrix, { names: ["a"] })).toThrow(ShapeError);
    expect(() => matrixTable([1, 2] as never)).toThrow(ArgumentError);
    expect(() => encodeTable(matrix, "xlsx" as never)).toThrow('format "xlsx" is not known');
  });
});

describe("CSV", () => {
  const text = (table: Table) => Buffer.from(encodeCsv(table)).toString();

  test("has cells as others read them", () => {
    expect(
      text({
        rows: 3,
        columns: [
          { name: "n, 1", values: Float32Array.of(0.1, Number.NaN, -0) },
          { name: "t", values: ["a", 'say "hi"\n', " b"] },
          { name: "d", values: [new Date(0), null, new Date(Number.NaN)] },
          { name: "b", values: [true, undefined, false] },
          { name: "i", values: [2n ** 64n, 1e21, Number.POSITIVE_INFINITY] },
        ],
      }),
    ).toBe(
      '"n, 1",t,d,b,i\n0.1,a,1970-01-01T00:00:00.000Z,true,18446744073709551616\n,"say ""hi""\n",,,1e+21\n-0," b",,false,Infinity\n',
    );
  });

  test("of one column keeps its missing values as lines", () => {
    expect(text({ rows: 2, columns: [{ name: "a", values: [null, 1] }] })).toBe('a\n""\n1\n');
  });

  test("has every number to the last bit, however many rows", () => {
    fc.assert(
      fc.property(fc.float64Array({ minLength: 1, maxLength: 200, noNaN: true }), (values) => {
        const lines = text({
          rows: values.length,
          columns: [
            { name: "a", values },
            { name: "b", values },
          ],
        }).split("\n");
        expect(lines).toHaveLength(values.length + 2);
        values.forEach((value, i) => {
          expect(lines[i + 1]!.split(",").map(Number)).toEqual([value, value]);
        });
      }),
    );
    const many = new Float64Array(70_000).map((_, i) => i);
    expect(text({ rows: many.length, columns: [{ name: "a", values: many }] }).split("\n")[69_999]).toBe(
      "69998",
    );
  });

  test("is refused for what is no cell", () => {
    const table = { rows: 1, columns: [{ name: "a", values: [{}] }] } as unknown as Table;
    expect(() => encodeTable(table, "csv")).toThrow(
      'row 0 of column "a" must be a text, number, boolean or Date',
    );
    expect(
      Buffer.from(encodeTable({ rows: 2, columns: [{ name: "a", values: [1, "x"] }] }, "csv")).toString(),
    ).toBe("a\n1\nx\n");
  });
});

describe("nested arrays", () => {
  test("keep their shape", () => {
    expect(
      nestedSamples([
        [
          [1, 2],
          [3, 4],
        ],
        [
          [5, 6],
          [7, 8],
        ],
        [
          [9, 10],
          [11, 12],
        ],
      ]),
    ).toEqual({
      data: Float64Array.from({ length: 12 }, (_, i) => i + 1),
      rows: 3,
      columns: 4,
      shape: [3, 2, 2],
    });
    expect(nestedSamples([[Uint8Array.of(1, 2)], [new Uint8ClampedArray([3, 400])]])).toEqual({
      data: Uint8Array.of(1, 2, 3, 255),
      rows: 2,
      columns: 2,
      shape: [2, 1, 2],
    });
    expect(nestedSamples([1, 2])).toMatchObject({ rows: 2, columns: 1, shape: [2] });
    expect(nestedSamples([Float32Array.of(0.5), [1]]).data).toEqual(Float64Array.of(0.5, 1));
  });

  test.each([
    [[[1, 2], [3]], ShapeError, "samples[1] has 1 elements, but the first array of its level has 2"],
    [
      [
        [[1], [2]],
        [[3], [4, 5]],
      ],
      ShapeError,
      "samples[1][1] has 2 elements",
    ],
    [[], ShapeError, "samples has an empty array"],
    [[[1, 2], 3], ArgumentError, "samples[1] must be an array of numbers or of arrays, not 3"],
    [[[1, "x"]], ArgumentError, 'not "x" at 0, 1'],
    ["text", ArgumentError, 'samples must be an array of numbers or of arrays, not "text"'],
  ])("%j are refused", (arrays, kind, message) => {
    expect(() => nestedSamples(arrays as never)).toThrow(kind);
    expect(() => nestedSamples(arrays as never)).toThrow(message);
  });
});
