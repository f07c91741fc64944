import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { decodeImage } from "../../src/codecs/decodeImage.js";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { Matrix } from "../../src/data/matrix.js";
import { loadImages } from "../../src/files/imageFolder.js";
import { loadNpz, loadSamples } from "../../src/files/samplesFile.js";
import { saveNpz, savePng, saveTable } from "../../src/files/save.js";
import { loadTable } from "../../src/files/tableFile.js";

const golden = (name: string) => fileURLToPath(new URL(`../codecs/golden/${name}`, import.meta.url));
let folder = "";
const at = (name: string) => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-any-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const matrix = new Matrix(Float32Array.of(1, 2, 3, 4, 5, 6), 2, 3);

test.each([".parquet", ".arrow", ".feather", ".PARQUET"])(
  "a matrix saved to %s comes back",
  async (ending) => {
    await saveTable(at(`m${ending}`), matrix, { column: "z" });
    expect(await loadSamples(at(`m${ending}`))).toEqual({
      data: matrix.data,
      rows: 2,
      columns: 3,
      shape: [2, 3],
    });
    expect((await loadTable(at(`m${ending}`))).columns.map(({ name }) => name)).toEqual(["z0", "z1", "z2"]);
  },
);

test("a table is saved as CSV by its ending, and another ending is refused before anything is written", async () => {
  await saveTable(at("t.csv"), { rows: 1, columns: [{ name: "a", values: ["x"] }] });
  expect(readFileSync(at("t.csv"), "utf8")).toBe("a\nx\n");
  await expect(saveTable(at("t.xlsx"), matrix)).rejects.toThrow(ArgumentError);
  await expect(saveTable(at("t.xlsx"), matrix)).rejects.toThrow(
    't.xlsx" must end in .csv, .parquet, .arrow or .feather',
  );
});

test("arrays are saved by their names, and read whatever the file is called", async () => {
  await saveNpz(at("a.data"), { x: matrix, y: { shape: [2], data: Uint8Array.of(1, 0) } });
  expect([...(await loadNpz(at("a.data"))).keys()]).toEqual(["x", "y"]);
  expect(await loadSamples(at("a.data"))).toMatchObject({ array: "x", rows: 2, columns: 3 });
  writeFileSync(at("a.gz"), gzipSync(readFileSync(at("a.data"))));
  expect(await loadSamples(at("a.gz"), { array: "y" })).toMatchObject({
    array: "y",
    data: Uint8Array.of(1, 0),
  });
});

test("what is wrong with a file names it", async () => {
  writeFileSync(at("cut.parquet"), readFileSync(golden("snappy-1.0.parquet")).subarray(0, 3000));
  for (const load of [loadSamples, loadTable]) {
    await expect(load(at("cut.parquet"))).rejects.toThrow(FormatError);
    await expect(load(at("cut.parquet"))).rejects.toThrow(`${at("cut.parquet")} is not a valid Parquet file`);
    await expect(load(at("none"))).rejects.toThrow(`File not found: ${at("none")}`);
  }
  await expect(loadSamples(golden("make_golden.py"))).rejects.toThrow("make_golden.py is text, not ");
  await expect(loadTable(golden("L.png"))).rejects.toThrow("L.png is a PNG image, not a Parquet");
  // Text is a table, too; options of text are for text alone.
  writeFileSync(at("two.csv"), "a;b\n1;2\n");
  expect(await loadTable(at("two.csv"), { columns: ["b"] })).toMatchObject({
    rows: 1,
    columns: [{ name: "b" }],
  });
  await expect(loadTable(at("two.csv"), { columns: ["c"] })).rejects.toThrow(
    'column "c" is not known (known: "a", "b")',
  );
  await expect(loadTable(golden("snappy-1.0.parquet"), { header: true })).rejects.toThrow(
    "header is an option for tables of text, which this file is not",
  );
  await expect(loadSamples(golden("nested.parquet"))).rejects.toThrow(
    'nested.parquet has a column "list" of nested values',
  );
  await expect(loadNpz(golden("L.png"))).rejects.toThrow("L.png is a PNG image, not an .npz file");
});

describe("images", () => {
  const image = { width: 2, height: 2, channels: 1 as const, data: Uint8Array.of(1, 2, 3, 4) };

  test("of a folder come by name, others are passed over", async () => {
    mkdirSync(at("set/inner.png"), { recursive: true });
    for (const [name, value] of [
      ["b.png", 2],
      ["10.PNG", 1],
      ["9.png", 3],
    ] as const) {
      await savePng(at(`set/${name}`), { ...image, data: new Uint8Array(4).fill(value) });
    }
    writeFileSync(at("set/notes.txt"), "text");
    writeFileSync(at("set/._b.png"), "text");
    expect(await loadImages(at("set"))).toEqual({
      data: Uint8Array.of(1, 1, 1, 1, 3, 3, 3, 3, 2, 2, 2, 2),
      rows: 3,
      columns: 4,
      shape: [3, 2, 2, 1],
      names: ["10.PNG", "9.png", "b.png"],
      sizes: [
        [2, 2],
        [2, 2],
        [2, 2],
      ],
    });
  });

  test("of other sizes are resized when asked, else refused by name", async () => {
    mkdirSync(at("sizes"));
    cpSync(golden("colour.jpg"), at("sizes/a.jpg"));
    cpSync(golden("turned6.jpg"), at("sizes/b.jpeg"));
    cpSync(golden("grey.jpg"), at("sizes/c.jpg"));
    await expect(loadImages(at("sizes"))).rejects.toThrow(ShapeError);
    await expect(loadImages(at("sizes"))).rejects.toThrow(
      `${at("sizes/b.jpeg")} has 30 × 40 pixels, but ${at("sizes/a.jpg")} has 40 × 30; give width and height`,
    );
    const small = await loadImages(at("sizes"), { width: 8, height: 8 });
    expect(small.shape).toEqual([3, 8, 8, 3]);
    const first = await decodeImage(readFileSync(golden("colour.jpg")), { width: 8, height: 8 });
    expect(small.data.subarray(0, 192)).toEqual(first.data);
    expect((await loadImages(at("sizes"), { width: 8, height: 8, channels: 1 })).shape).toEqual([3, 8, 8, 1]);
  });

  test("alone are one sample", async () => {
    expect(await loadImages(golden("L.png"))).toMatchObject({
      rows: 1,
      shape: [1, 11, 13, 1],
      names: [golden("L.png")],
    });
    expect((await loadSamples(golden("RGB.png"), { width: 4, height: 4 })).shape).toEqual([1, 4, 4, 3]);
  });

  test("that are damaged, missing or too many are named", async () => {
    mkdirSync(at("bad"));
    await expect(loadImages(at("bad"))).rejects.toThrow(
      `${at("bad")} is a folder without PNG or JPEG images`,
    );
    cpSync(golden("L.png"), at("bad/a.png"));
    writeFileSync(at("bad/b.png"), "<html>");
    await expect(loadImages(at("bad"))).rejects.toThrow(`${at("bad/b.png")} is an HTML page`);
    await expect(loadImages(at("nowhere"))).rejects.toThrow(`File not found: ${at("nowhere")}`);
    await expect(loadImages(at("set"), { maximumBytes: 8 })).rejects.toThrow(FormatError);
    await expect(loadImages(at("set"), { size: 8 } as object)).rejects.toThrow(ArgumentError);
  });
});
