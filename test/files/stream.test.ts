import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ArgumentError, FormatError, IsthmusError } from "../../src/common/errors.js";
import { type AnyMatrix, Matrix } from "../../src/data/matrix.js";
import { encodeIdx } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";
import type { SampleStream } from "../../src/index.js";
import { loadIdx, loadNpy, streamCsv, streamIdx, streamNpy } from "../../src/node.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-stream-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: Uint8Array | string, gzipped = false): string {
  const path = join(folder, `${files++}`);
  writeFileSync(path, gzipped ? gzipSync(content) : content);
  return path;
}

type Chunk = Uint8Array | AnyMatrix;
async function all(stream: AsyncIterable<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}
const flat = (chunks: Chunk[]) =>
  chunks.flatMap((chunk) => [...(chunk instanceof Matrix ? chunk.data : chunk)]);

/** 2,000 rows of 3×7, larger than what a file is read by at once. */
const shape = [2000, 3, 7];
const count = 2000 * 21;
const bytes = Uint8Array.from({ length: count }, (_, i) => (i * 7) % 256);
const floats = values(2000, 21);
const doubles = Float64Array.from(floats, (value) => value * 1e-300);
const integers = Int16Array.from({ length: count }, (_, i) => i - 20_000);

test("chunks smaller, as large and larger than what is read at once are whole, each with memory of its own", async () => {
  // 10 MB; a file is read by at most 4 MiB at a time.
  const [rows, columns] = [40, 1 << 18];
  const data = Uint8Array.from({ length: rows * columns }, (_, i) => (i * 31 + (i >> 8)) % 256);
  const path = file(encodeNpy({ shape: [rows, columns], data }));
  for (const size of [1, 3, 16, 17, 40]) {
    let begin = 0;
    for await (const chunk of streamNpy(path, { rows: size }) as AsyncIterable<Uint8Array>) {
      const end = Math.min(begin + size * columns, data.length);
      expect(Buffer.compare(chunk, data.subarray(begin, end)), `rows from ${begin / columns} on`).toBe(0);
      // What is written into a chunk is in no other one.
      chunk.fill(0);
      begin = end;
    }
    expect(begin).toBe(data.length);
  }
});

describe.each([false, true])("gzipped: %s", (gzipped) => {
  test.each([
    ["bytes", bytes],
    ["floats", floats],
    ["doubles", doubles],
    ["16-bit integers", integers],
  ])("IDX and .npy of %s give the rows that loading them gives", async (_, data) => {
    const idx = file(encodeIdx({ shape, data }), gzipped);
    const npy = file(encodeNpy({ shape, data }), gzipped);
    for (const [stream, load] of [
      [(rows: number) => streamIdx(idx, { rows }), () => loadIdx(idx)],
      [(rows: number) => streamNpy(npy, { rows }), () => loadNpy(npy)],
    ] as const) {
      const loaded = await load();
      for (const rows of [1, 300, 2000, 5000]) {
        const chunks = await all(stream(rows));
        expect(chunks).toHaveLength(Math.ceil(2000 / rows));
        expect(flat(chunks)).toEqual([...loaded.data]);
        for (const chunk of chunks) {
          if (chunk instanceof Matrix) {
            expect(chunk.columns).toBe(21);
            expect(chunk.data.constructor).toBe(loaded.data.constructor);
          } else expect((chunk as Uint8Array).length % 21).toBe(0);
        }
      }
    }
  });

  test("lines of numbers", async () => {
    const rows = Array.from({ length: 3000 }, (_, i) => [i, 1 - i / 8, i * 1e-3]);
    const text = rows.map((row) => row.join(",")).join("\r\n");
    const chunks = await all(streamCsv(file(text, gzipped), { rows: 1000 }));
    expect(chunks.map((chunk) => (chunk as Matrix).shape)).toEqual([
      [1000, 3],
      [1000, 3],
      [1000, 3],
    ]);
    expect(flat(chunks)).toEqual(rows.flat());
    const named = await all(
      streamCsv(file(`a;b\n 1 ; +2.5e-1\n.5;3.\n\n`, gzipped), { header: true, separator: ";" }),
    );
    expect(flat(named)).toEqual([1, 0.25, 0.5, 3]);
  });

  test("files that are cut short, or too long", async () => {
    const idx = encodeIdx({ shape, data: bytes });
    const npy = encodeNpy({ shape, data: floats });
    for (const [make, stream, length] of [
      [idx, streamIdx, 16],
      [npy, streamNpy, 128],
    ] as const) {
      for (const cut of [0, 3, 11, length - 1, length, length + 100, make.length - 1]) {
        const error = await failure(() => all(stream(file(make.subarray(0, cut), gzipped))));
        expect(error, `cut at ${cut}`).toBeInstanceOf(FormatError);
        expect((error as Error).message).toContain(folder);
      }
      const long = new Uint8Array(make.length + 1);
      long.set(make);
      const error = await failure(() => all(stream(file(long, gzipped))));
      expect((error as Error).message).toMatch(/needs \d+ bytes of data, but (more|\d+) follow the header$/);
    }
  });
});

test.each<[string, string, object, RegExp]>([
  ["names", "a,b\n1,2", {}, /^line 1 of .* has "a" in column 1, which is not a number; pass header: true/],
  ["quotes", '1,2\n"3",4', {}, /^line 2 of .* has quotes, but only plain numbers are allowed$/],
  ["a field less", "1,2\n3", {}, /^line 2 of .* has 1 fields, but the lines before it have 2$/],
  ["an empty field", "1,2\n3,", {}, /^line 2 of .* has "" in column 2, which is not a number$/],
  ["an empty line", "1,2\n\n3,4", {}, /^line 2 of .* is empty$/],
  ["hexadecimal", "1,2\n3,0x10", {}, /has "0x10" in column 2/],
  ["no numbers", "1,nan", {}, /has "nan" in column 2/],
  [
    "what float64 has no room for",
    "1,2\n3,1e400",
    {},
    /^line 2 of .* has "1e400" in column 2, which is beyond/,
  ],
  [
    "a word under names",
    "a\nb",
    { header: true },
    /^line 2 of .* has "b" in column 1, which is not a number$/,
  ],
])("lines with %s are refused", async (_, text, options, message) => {
  const error = await failure(() => all(streamCsv(file(text), options)));
  expect(error).toBeInstanceOf(FormatError);
  expect((error as Error).message).toMatch(message);
});

test("what cannot be a stream is refused", async () => {
  expect(() => streamIdx("", {})).toThrow(ArgumentError);
  expect(() => streamIdx("x", { rows: 0 })).toThrow(/^rows must be a positive integer, not 0$/);
  expect(() => streamNpy("x", { row: 1 } as never)).toThrow(/did you mean "rows"\?$/);
  for (const separator of ["", "ab", "1", '"', " "])
    expect(() => streamCsv("x", { separator })).toThrow(/^separator/);
  const missing = await failure(() => all(streamIdx(join(folder, "missing"))));
  expect((missing as Error).message).toMatch(/^File not found: /);
  expect(await failure(() => all(streamNpy(folder)))).toBeInstanceOf(IsthmusError);
  const fortran =
    "\x93NUMPY\x01\x00v\x00" +
    "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 2), }".padEnd(117) +
    "\n";
  const error = await failure(() =>
    all(streamNpy(file(Buffer.from(`${fortran}${"\0".repeat(16)}`, "latin1")))),
  );
  expect((error as Error).message).toMatch(
    /Fortran order, whose rows cannot be read one by one; use loadNpy$/,
  );
  const corrupt = gzipSync(encodeIdx({ shape, data: bytes }));
  corrupt.fill(0xff, 200, 300);
  expect(await failure(() => all(streamIdx(file(corrupt))))).toBeInstanceOf(FormatError);
});

test("a model trains on a file for several epochs as on the same rows in memory", async () => {
  const data = values(500, 6);
  const path = file(encodeNpy({ shape: [500, 6], data }), true);
  const csv = file(
    Array.from({ length: 500 }, (_, row) => data.subarray(row * 6, row * 6 + 6).join(",")).join("\n"),
  );
  const options = { epochs: 3, batchSize: 48, shuffle: false };
  const twin = await smallModel();
  await twin.fit(data, options);
  const streams: SampleStream[] = [streamNpy(path, { rows: 70 }), streamCsv(csv, { rows: 33 })];
  for (const stream of streams) {
    const model = await smallModel();
    await model.fit(stream, options);
    expect(weightBits(model)).toBe(weightBits(twin));
  }
});
