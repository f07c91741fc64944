// Sizes that a header states and the file does not have, and files that unpack to more than they should.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ArgumentError, FormatError, IsthmusError } from "../../src/common/errors.js";
import type { AnyMatrix } from "../../src/data/matrix.js";
import { encodeIdx } from "../../src/formats/idx.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { decodeSamples } from "../../src/formats/readSamples.js";
import { Autoencoder, dense } from "../../src/index.js";
import { loadIdx, loadNpy, loadSamples, streamCsv, streamIdx, streamNpy } from "../../src/node.js";
import { failure } from "../support/models.js";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "isthmus-limits-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(bytes: Uint8Array | string): string {
  const path = join(folder, `${files++}`);
  writeFileSync(path, bytes);
  return path;
}

/** A `.npy` file that ends after its header. */
function npyHeader(shape: string, descr = "<f4"): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117);
  return Uint8Array.from(Buffer.from(`\x93NUMPY\x01\x00\x76\x00${header}\n`, "latin1"));
}

function idxHeader(...shape: number[]): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((dimension, axis) => {
    new DataView(header.buffer).setUint32(4 + 4 * axis, dimension);
  });
  return header;
}

async function all(stream: AsyncIterable<Uint8Array | AnyMatrix>): Promise<(Uint8Array | AnyMatrix)[]> {
  const chunks: (Uint8Array | AnyMatrix)[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

const unlimited = { maximumBytes: Number.POSITIVE_INFINITY };

describe.each([
  [".npy, a row of 2^32", npyHeader("(1, 4294967296)")],
  [".npy, a row of 8e9", npyHeader("(1, 8000000000)")],
  [".npy, a row of 8e9 bytes", npyHeader("(1, 8000000000)", "|u1")],
  [".npy, 8e9 rows", npyHeader("(8000000000, 1)")],
  [".npy, 2^53 - 1 bytes", npyHeader("(1, 9007199254740991)", "|u1")],
  [".npy, more than 2^53", npyHeader("(9007199254740991, 9007199254740991)")],
  ["IDX, a row of 2^32 - 1", idxHeader(1, 0xffffffff)],
  ["IDX, 2^32 - 1 rows", idxHeader(0xffffffff)],
  ["IDX, more than 2^53", idxHeader(0xffffffff, 0xffffffff)],
])("a header alone: %s", (_, header) => {
  test.each([
    ["plain", header],
    ["gzipped", new Uint8Array(gzipSync(header))],
  ])("%s is refused before any memory is taken", async (_, bytes) => {
    const path = file(bytes);
    const before = process.memoryUsage().arrayBuffers;
    for (const read of [
      () => decodeSamples(bytes, unlimited),
      () => loadSamples(path, unlimited),
      () => loadIdx(path, unlimited),
      () => loadNpy(path, unlimited),
      () => all(streamIdx(path, unlimited)),
      () => all(streamNpy(path, unlimited)),
      () => all(streamCsv(path, unlimited)),
    ]) {
      const error = await failure(read);
      expect(error).toBeInstanceOf(FormatError);
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 24);
  });
});

test("the message tells what is missing", async () => {
  const npy = file(npyHeader("(1, 4294967296)"));
  expect(((await failure(() => loadSamples(npy))) as Error).message).toBe(
    `${npy} is not a valid .npy file: its shape [1, 4294967296] needs 17179869184 bytes of data, but only 0 follow the header`,
  );
  const gz = file(gzipSync(npyHeader("(1, 4294967296)")));
  expect(((await failure(() => all(streamNpy(gz)))) as Error).message).toBe(
    `${gz} is not a valid .npy file: its shape [1, 4294967296] needs 17179869184 bytes of data, more than its compressed bytes can expand to`,
  );
});

const zeros = new Uint8Array(3_000_000);
const bombs = {
  npy: gzipSync(encodeNpy({ shape: [3000, 1000], data: zeros })),
  idx: gzipSync(encodeIdx({ shape: [3000, 1000], data: zeros })),
};

describe("maximumBytes", () => {
  const whole = { npy: 3_000_128, idx: 3_000_012 };
  test.each(["npy", "idx"] as const)(
    "of a gzipped %s counts what is unpacked, header and all",
    async (format) => {
      const path = file(bombs[format]);
      const load = format === "npy" ? loadNpy : loadIdx;
      for (const read of [
        (maximumBytes: number) => decodeSamples(bombs[format], { maximumBytes }),
        (maximumBytes: number) => loadSamples(path, { maximumBytes }),
        (maximumBytes: number) => load(path, { maximumBytes }),
      ]) {
        expect((await read(whole[format])).data).toHaveLength(3_000_000);
        const error = await failure(() => read(whole[format] - 1));
        expect(error).toBeInstanceOf(FormatError);
        expect((error as Error).message).toContain(
          `decompresses to more than maximumBytes (${whole[format] - 1} bytes)`,
        );
      }
    },
  );

  test("does not bound a plain file, which is as large as it is", async () => {
    const path = file(encodeNpy({ shape: [3000, 1000], data: zeros }));
    expect((await loadNpy(path, { maximumBytes: 1 })).rows).toBe(3000);
  });

  test("of a stream is that of a chunk", async () => {
    for (const [path, stream] of [
      [file(bombs.npy), streamNpy],
      [file(bombs.idx), streamIdx],
      [file(encodeIdx({ shape: [3000, 1000], data: zeros })), streamIdx],
    ] as const) {
      expect(await all(stream(path, { rows: 100, maximumBytes: 100_000 }))).toHaveLength(30);
      const error = await failure(() => all(stream(path, { rows: 101, maximumBytes: 100_000 })));
      expect(error).toBeInstanceOf(FormatError);
      expect((error as Error).message).toMatch(/101 rows takes 101000 bytes, more than maximumBytes/);
      const row = await failure(() => all(stream(path, { rows: 1, maximumBytes: 999 })));
      expect((row as Error).message).toMatch(/a row takes 1000 bytes, more than maximumBytes \(999 bytes\)$/);
    }
    const csv = file("1,2,3\n".repeat(100));
    expect(await all(streamCsv(csv, { rows: 10, maximumBytes: 240 }))).toHaveLength(10);
    expect(await failure(() => all(streamCsv(csv, { rows: 11, maximumBytes: 240 })))).toBeInstanceOf(
      FormatError,
    );
  });

  test.each([0.5, -1, "1", Number.NaN])("%s is refused", async (value) => {
    const options = { maximumBytes: value as number };
    for (const read of [
      () => decodeSamples(bombs.npy, options),
      () => loadSamples("x", options),
      () => loadIdx("x", options),
      () => loadNpy("x", options),
      async () => streamIdx("x", options),
      async () => streamNpy("x", options),
      async () => streamCsv("x", options),
    ]) {
      expect(await failure(read), String(read)).toBeInstanceOf(ArgumentError);
    }
  });
});

test("samples of a gzipped file take their own memory once, and pieces", async () => {
  const size = 1 << 27;
  const bytes = gzipSync(encodeNpy({ shape: [size >> 2], data: new Float32Array(size >> 2) }), { level: 1 });
  const path = file(bytes);
  const before = process.resourceUsage().maxRSS * 1024;
  const { data } = await loadSamples(path);
  expect(data.byteLength).toBe(size);
  expect(data.buffer.byteLength).toBe(size);
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(1.9 * size);
});

test("a stream of a file that is far larger than its chunks keeps no more than those", async () => {
  const size = 1 << 28;
  const path = file(
    gzipSync(encodeIdx({ shape: [size >> 10, 1024], data: new Uint8Array(size) }), { level: 1 }),
  );
  const before = process.resourceUsage().maxRSS * 1024;
  let rows = 0;
  for await (const chunk of streamIdx(path, { rows: 64 })) rows += (chunk as Uint8Array).length / 1024;
  expect(rows).toBe(size >> 10);
  expect(process.resourceUsage().maxRSS * 1024 - before).toBeLessThan(0.6 * size);
});

describe("numbers beyond float32 keep their value, and training refuses them with their place", () => {
  const doubles = Float64Array.from({ length: 6000 }, (_, i) => i / 6000);
  doubles[3 * 1500 + 1] = -1e300;
  test.each([
    ["npy", encodeNpy({ shape: [2000, 3], data: doubles }), streamNpy],
    ["idx", encodeIdx({ shape: [2000, 3], data: doubles }), streamIdx],
  ])("float64 of %s", async (_, bytes, stream) => {
    const path = file(bytes);
    const { data } = await loadSamples(path);
    expect(data).toEqual(doubles);
    const model = await Autoencoder.create({ inputSize: 3, encoder: [dense(2)], decoder: [dense(3)] });
    for (const [samples, name] of [
      [data, "samples"],
      [stream(path), "samples"],
    ] as const) {
      const error = await failure(() => model.fit(samples, { epochs: 1 }));
      expect(error, name).toBeInstanceOf(IsthmusError);
      expect((error as Error).message).toMatch(/row \d+, column 1\b.*-1e\+300/);
    }
    await model.dispose();
  });
});
