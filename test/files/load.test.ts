import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ArgumentError, FormatError, IsthmusError } from "../../src/common/errors.js";
import type { Matrix } from "../../src/data/matrix.js";
import { streamNpy } from "../../src/files/fileStream.js";
import { loadIdx, loadNpy } from "../../src/files/load.js";
import { loadSamples } from "../../src/files/samplesFile.js";
import { encodeIdx } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";

const mnist = fileURLToPath(new URL("../../../shared/data/mnist/", import.meta.url));
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-load-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const bytes = { shape: [5, 2, 3], data: Uint8Array.from({ length: 30 }, (_, i) => (i * 37) % 256) };

test("bytes stay bytes, plain and gzipped, whatever the file is called", async () => {
  const wanted = { data: bytes.data, rows: 5, columns: 6, shape: [5, 2, 3] };
  const idx = encodeIdx(bytes);
  const npy = encodeNpy(bytes);
  expect(await loadIdx(write("a", idx))).toEqual(wanted);
  expect(await loadIdx(write("b.idx", gzipSync(idx)))).toEqual(wanted);
  expect(await loadNpy(write("c.npy", npy))).toEqual(wanted);
  expect(await loadNpy(write("d.npy.gz", gzipSync(npy)))).toEqual(wanted);
  for (const name of ["a", "b.idx", "c.npy", "d.npy.gz"]) {
    expect(await loadSamples(join(folder, name))).toEqual(wanted);
  }
});

test.each([
  ["int16", encodeIdx({ shape: [2, 2], data: Int16Array.of(-300, 1, 2, 300) }), loadIdx],
  ["float32", encodeIdx({ shape: [2, 2], data: Float32Array.of(-300, 1, 2, 300) }), loadIdx],
  ["float64", encodeNpy({ shape: [2, 2], data: Float64Array.of(-300, 1, 2, 300) }), loadNpy],
  ["int64", encodeNpy({ shape: [2, 2], data: BigInt64Array.of(-300n, 1n, 2n, 300n) }), loadNpy],
] as const)("%s becomes floats that have room for it", async (name, file, load) => {
  const { data, rows, columns } = await load(write(name, file));
  const narrow = name === "int16" || name === "float32";
  expect(data).toEqual((narrow ? Float32Array : Float64Array).of(-300, 1, 2, 300));
  expect([rows, columns]).toEqual([2, 2]);
});

test("numbers come in the precision that they have", async () => {
  const cases = [
    [Float64Array.of(1e300, 0.1, -1e-300), Float64Array],
    [Int32Array.of(2 ** 31 - 1, -(2 ** 31), 16_777_217), Float64Array],
    [Uint32Array.of(2 ** 32 - 1, 0, 16_777_217), Float64Array],
    [Uint16Array.of(65_535, 0, 1), Float32Array],
    [Int8Array.of(-128, 127, 0), Float32Array],
  ] as const;
  for (const [index, [values, Floats]] of cases.entries()) {
    const { data } = await loadNpy(write(`precise-${index}`, encodeNpy({ shape: [3], data: values })));
    expect(data).toBeInstanceOf(Floats);
    expect([...data]).toEqual([...values]);
  }
  const integers = BigInt64Array.of(2n ** 53n - 1n, -(2n ** 53n), 0n);
  const { data } = await loadNpy(write("precise-int64", encodeNpy({ shape: [3], data: integers })));
  expect([...data].map(BigInt)).toEqual([...integers]);
});

test("a 64-bit integer that no float has is refused, and not rounded", async () => {
  for (const [integers, named] of [
    [BigInt64Array.of(1n, 2n ** 53n + 1n), "9007199254740993 as element 1"],
    [BigInt64Array.of(-(2n ** 62n) - 1n), "-4611686018427387905 as element 0"],
    [BigUint64Array.of(2n ** 63n, 2n ** 64n - 1n), "18446744073709551615 as element 1"],
  ] as const) {
    const path = write("wide", encodeNpy({ shape: [integers.length], data: integers }));
    await expect(loadNpy(path)).rejects.toThrow(FormatError);
    await expect(loadNpy(path)).rejects.toThrow(`wide holds ${named}, which no 64-bit float has`);
  }
});

test("half floats and booleans are the floats of the same value, streamed as well", async () => {
  const header = (descr: string, shape: string) => {
    const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
    return Buffer.concat([
      Buffer.from("\x93NUMPY\x01\0", "latin1"),
      Uint8Array.of(text.length, 0),
      Buffer.from(text),
    ]);
  };
  const halves = Uint8Array.from([0x3c, 0, 0xc0, 0, 0x2e, 0x66, 0, 1]);
  const half = write("half", Buffer.concat([header(">f2", "(2, 2)"), halves]));
  const flags = write("flags", Buffer.concat([header("|b1", "(2, 3)"), Uint8Array.of(1, 0, 1, 0, 0, 1)]));
  const floats = Float32Array.of(1, -2, 0.0999755859375, 2 ** -24);
  expect(await loadSamples(half)).toEqual({ data: floats, rows: 2, columns: 2, shape: [2, 2] });
  expect((await loadSamples(flags)).data).toEqual(Float32Array.of(1, 0, 1, 0, 0, 1));
  for (const [path, wanted] of [
    [half, floats],
    [flags, Float32Array.of(1, 0, 1, 0, 0, 1)],
  ] as const) {
    const rows: number[] = [];
    for await (const chunk of streamNpy(path, { rows: 1 })) rows.push(...(chunk as Matrix).data);
    expect(Float32Array.from(rows)).toEqual(wanted);
  }
});

test("an array of one dimension has one column", async () => {
  const path = write("labels", encodeIdx({ shape: [4], data: Uint8Array.of(7, 2, 1, 0) }));
  expect(await loadIdx(path)).toMatchObject({ rows: 4, columns: 1, shape: [4] });
});

describe("what is refused names the file", () => {
  const failing = async (path: string, load = loadSamples): Promise<IsthmusError> =>
    load(path).then(
      () => expect.fail("nothing was thrown"),
      (error) => error as IsthmusError,
    );

  test("a file that is not there, a folder, a path that is none", async () => {
    for (const [path, message] of [
      [join(folder, "no.idx"), "File not found: "],
      [folder, " is a folder, not a file"],
      ["", "path must be a non-empty string"],
      [undefined as unknown as string, "path must be a non-empty string"],
    ] as const) {
      const error = await failing(path);
      expect(error).toBeInstanceOf(ArgumentError);
      expect(error.message).toContain(message);
    }
    expect((await failing(join(folder, "no.idx"))).message).toContain(join(folder, "no.idx"));
  });

  test("a path through a file", async () => {
    const path = join(write("file", bytes.data), "below");
    const error = await failing(path);
    expect(error).toBeInstanceOf(IsthmusError);
    expect(error.code).toBe("ERR_FILE");
    expect(error.message).toContain(`${path} cannot be read: ENOTDIR`);
  });

  test.each([
    [
      "cut short",
      encodeIdx(bytes).subarray(0, 20),
      " is not a valid IDX file: its shape [5, 2, 3] needs 30 bytes",
    ],
    [
      "cut short after gzip",
      gzipSync(encodeIdx(bytes)).subarray(0, 25),
      " is damaged gzip data: it is truncated",
    ],
    ["empty", new Uint8Array(0), " is neither an IDX nor a .npy file"],
    ["text", new TextEncoder().encode("sepal,petal\n"), " is text, not an IDX or .npy file"],
    ["npy cut short", encodeNpy(bytes).subarray(0, 140), " is not a valid .npy file"],
    ["npy without rows", encodeNpy({ shape: [0, 3], data: new Float32Array(0) }), "which has no samples"],
    ["npy of no dimension", encodeNpy({ shape: [], data: Float32Array.of(1) }), "which has no samples"],
  ])("%s", async (name, content, message) => {
    const path = write(name, content);
    const error = await failing(path);
    expect(error).toBeInstanceOf(FormatError);
    expect(error.message).toContain(path);
    expect(error.message).toContain(message);
  });

  test("IDX is not .npy, nor the other way round", async () => {
    expect(await failing(write("e", encodeNpy(bytes)), loadIdx)).toBeInstanceOf(FormatError);
    expect(await failing(write("f", encodeIdx(bytes)), loadNpy)).toBeInstanceOf(FormatError);
  });
});

test.skipIf(!existsSync(mnist))("reads MNIST's own files (skipped without ../shared/data)", async () => {
  const images = await loadIdx(`${mnist}t10k-images-idx3-ubyte.gz`);
  expect(images.data).toBeInstanceOf(Uint8Array);
  expect([images.rows, images.columns, images.shape]).toEqual([10_000, 784, [10_000, 28, 28]]);
  const sum = (images.data as Uint8Array).reduce((total, value) => total + value, 0);
  const mean = sum / images.data.length / 255;
  expect(mean).toBeCloseTo(0.1325, 3);
  const labels = await loadIdx(`${mnist}t10k-labels-idx1-ubyte.gz`);
  expect([...labels.data.subarray(0, 8)]).toEqual([7, 2, 1, 0, 4, 1, 4, 9]);
});
