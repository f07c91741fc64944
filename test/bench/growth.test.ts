import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadNpy } from "isthmus/node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { HEADER_BYTES, writeByteRows } from "../../bench/byteRows.mjs";
import { contestantIds } from "../../bench/contestants.mjs";
import { epoch } from "../../bench/isthmus/epoch.mjs";
import { networkOperations, operations } from "../../bench/operations.mjs";
import { readOptions } from "../../bench/options.mjs";
import { epochContestants, epochTable, rowTimeGrowth } from "../../bench/parts/epochs.mjs";
import { peakResident } from "../../bench/peers/residentMemory.mjs";

describe("rows of bytes in a file", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "isthmus-rows-"));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("are a NumPy file, uniform, and the same ones again", async () => {
    const [some, more] = [join(folder, "some.npy"), join(folder, "more.npy")];
    await writeByteRows(some, 123, 784);
    await writeByteRows(more, 6000, 784); // more than a block
    const { data, shape } = await loadNpy(more);
    expect(shape).toEqual([6000, 784]);
    expect((await loadNpy(some)).shape).toEqual([123, 784]);
    const few = (await readFile(some)).subarray(HEADER_BYTES);
    expect(few.equals(data.subarray(0, few.length) as Uint8Array)).toBe(true);
    const mean = (data as Uint8Array).reduce((sum, byte) => sum + byte, 0) / data.length;
    expect(mean).toBeCloseTo(127.5, 0);
  });

  test("an epoch over a file takes as much WebAssembly memory for more rows, one in memory takes more", async () => {
    const wasm: Record<string, number> = {};
    for (const rows of [3000, 12_000]) {
      const path = join(folder, `${rows}.npy`);
      await writeByteRows(path, rows, 784);
      for (const from of ["file", "memory"]) {
        const request = {
          ...{ features: 784, latent: 32, batch: 256 },
          ...{ build: "portable", threads: 1 },
        };
        const { run } = await epoch({ ...request, path, from });
        const answer = await run();
        expect(answer.loss).toBeCloseTo(Math.LN2, 1);
        wasm[`${from} ${rows}`] = answer.wasm;
      }
    }
    expect(wasm["file 12000"]).toBe(wasm["file 3000"]);
    expect(wasm["memory 12000"]! - wasm["memory 3000"]!).toBeGreaterThan(6e6);
  });
});

test("a process knows the most memory that it ever held", () => {
  expect(peakResident()).toBeGreaterThanOrEqual(0.9 * process.memoryUsage.rss());
});

describe("epochs", () => {
  const one = { seconds: 0.1, microseconds: 10, beyondIdle: 30e6, wasm: 6e6, loss: 0.69 };
  const cells = [
    { rows: 1e4, from: "memory", results: { fast: one, numpy: { ...one, wasm: undefined } } },
    { rows: 1e7, from: "file", results: { fast: { ...one, microseconds: 10.5 } } },
  ];

  test("a row's time is compared with that of the smallest epoch", () => {
    expect(rowTimeGrowth(cells, "fast")).toBeCloseTo(1.05, 12);
    expect(rowTimeGrowth(cells, "numpy")).toBeUndefined();
    expect(rowTimeGrowth(undefined, "fast")).toBeUndefined();
  });

  test("the table has a line for each that was measured", () => {
    const contestants = ["fast", "numpy"].map((id) => ({ id, name: id, version: "1", details: "how" }));
    const { columns, rows } = epochTable({ cells, contestants, notes: [], failures: [] });
    expect(rows.map((row) => [row[0], row[3], row[4], ...row.slice(7)])).toEqual([
      ["fast", "memory", "10,000", "100 %", "30", "6"],
      ["fast", "file", "10,000,000", "105 %", "30", "6"],
      ["numpy", "memory", "10,000", "100 %", "30", "–"],
    ]);
    for (const row of rows) expect(row).toHaveLength(columns.length);
  });

  test("who takes part, --only can name", () => {
    const ids = epochContestants().map(({ id }) => id);
    expect(ids).toEqual(["fast", "turbo", "turbo@2", "numpy", "torch"]);
    expect(contestantIds(2)).toEqual(expect.arrayContaining(ids));
  });

  test("--rows is a number of rows", () => {
    expect(readOptions([], ["growth"]).rows).toBe(1e7);
    expect(readOptions(["--rows", "1e5"], ["growth"]).rows).toBe(1e5);
    expect(() => readOptions(["--rows", "many"], ["growth"])).toThrow("--rows: got many");
  });
});

test("operations of a step: no gradient of the samples", () => {
  expect(operations([784, 32], 256)).toBe(5 * 2 * 256 * 784 * 32);
  const dense = (units: number) => ({ kind: "dense", units });
  const network = { inputShape: [784], encoder: [dense(1024)], decoder: [dense(784)] };
  expect(networkOperations(network, 1024)).toBe(5 * 2 * 1024 * 784 * 1024);
  expect(networkOperations({ ...network, encoder: [{ kind: "lstm", units: 3 }] }, 1)).toBeUndefined();
});
