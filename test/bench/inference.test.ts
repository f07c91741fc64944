import { describe, expect, test } from "vitest";
import { contestantIds } from "../../bench/contestants.mjs";
import { leastTime } from "../../bench/leastTime.mjs";
import { cellOf, tables } from "../../bench/parts/inference.mjs";
import { farthest } from "../../bench/parts/outputs.mjs";
import { decodeFloats } from "../../bench/peers/networks.mjs";
import { latency, predictions } from "../../bench/peers/predictions.mjs";

describe("predictions", () => {
  const request = { samples: 300, features: 2 };
  /** The sum of each row, and how many rows each call had. */
  function summing() {
    const calls: number[] = [];
    const sums = (values: Float32Array, rows: number) => {
      calls.push(rows);
      return Float32Array.from({ length: rows }, (_, i) => values[2 * i]! + values[2 * i + 1]!);
    };
    const run = predictions(request, { encode: async (...args) => sums(...args) });
    return { calls, run: run as (order: object) => Promise<Record<string, never>> };
  }

  test("all rows go through in calls of the size asked for, the last one as short as it comes", async () => {
    const { calls, run } = summing();
    const { ms } = await run({ task: "encode", batch: 128 });
    expect(calls).toEqual([128, 128, 44]);
    expect(ms).toBeGreaterThanOrEqual(0);
  });

  test("the first outputs are those of the first rows", async () => {
    const { run } = summing();
    const three = decodeFloats((await run({ task: "encode", check: 3 })).outputs!);
    const five = decodeFloats((await run({ task: "encode", check: 5 })).outputs!);
    expect(three).toHaveLength(3);
    expect(five.subarray(0, 3)).toEqual(three);
    expect(new Set(five).size).toBe(5);
  });

  test("the rows a call that suit are one of the sizes tried", async () => {
    const { calls, run } = summing();
    const { batch } = await run({ task: "encode", tune: true });
    expect([256, 300]).toContain(batch);
    expect(calls).toEqual([256, 44, 256, 44, 300, 300]);
  });

  test("an unknown task is refused by name", async () => {
    await expect(summing().run({ task: "decode", batch: 1 })).rejects.toThrow("encode");
  });

  test("a call's latency is waited for if it is a promise", async () => {
    let pending = 0;
    const ms = await latency(
      async () => {
        expect(pending++).toBe(0);
        await new Promise((resolve) => setImmediate(resolve));
        pending--;
      },
      { ms: 2, sample: 0.5 },
    );
    expect(ms).toBeGreaterThan(0);
  });
});

describe("outputs", () => {
  test.each([
    ["the largest difference", [1, 0.5], [1, 0.25], 0.25],
    ["relative to numbers above 1", [100, 0], [101, 0], 1 / 101],
    ["other lengths", [1], [1, 2], Number.POSITIVE_INFINITY],
    ["no numbers", [Number.NaN, 1], [1, 1], Number.POSITIVE_INFINITY],
  ])("%s", (_, outputs, wanted, far) => {
    expect(farthest(outputs, wanted)).toBe(far);
  });
});

describe("the limit", () => {
  const limits = { gflops: 50, gigabytes: 100 };
  test("is the products' time or that of reading, whichever is longer", () => {
    expect(leastTime({ operations: 50e6, bytes: 50e6 }, limits)).toEqual({ ms: 1, by: "products" });
    expect(leastTime({ operations: 50e6, bytes: 200e6 }, limits)).toEqual({ ms: 2, by: "memory" });
    expect(leastTime({ operations: 50e6 }, { gflops: 25 })).toEqual({ ms: 2, by: "products" });
  });
});

describe("what is printed", () => {
  const times = { median: 2, spread: 0.1 };
  const cell = { task: "encode", input: "floats", samples: 60_000, batch: 4096, times };
  const result = {
    fast: [
      { ...cell, limit: 1, share: 0.5 },
      { ...cell, single: true, times: { median: 0.004, spread: 0 }, limit: 0.001, share: 0.25 },
    ],
    "ort-node": [{ ...cell, times: { median: 3, spread: 0.1 } }],
  };
  const contestants = ["fast", "ort-node", "failed"].map((id) => ({
    id,
    name: id,
    version: "1",
    details: "how",
  }));

  test("many rows and one, each with its limit where it is known", () => {
    const [all, one] = tables({ result, contestants, notes: ["a note"], failures: ["a failure"] });
    expect(all!.rows.map((row) => [row[0], ...row.slice(5)])).toEqual([
      ["fast", "4,096", "2.00", "10 %", "1.00", "1.00", "50 %"],
      ["ort-node", "4,096", "3.00", "10 %", "1.50", "–", "–"],
    ]);
    expect(one!.rows).toEqual([["fast", "encode", "4.00", "0 %", "1.00", "1.00", "25 %"]]);
    for (const table of [all!, one!]) {
      for (const row of table.rows) expect(row).toHaveLength(table.columns.length);
    }
    expect(all!.notes).toEqual(expect.arrayContaining(["a note", "a failure"]));
  });

  test("cells are found by what was asked", () => {
    expect(cellOf(result, "fast", { task: "encode", single: true })).toBe(result.fast[1]);
    expect(cellOf(result, "ort-node", { task: "encode", input: "bytes" })).toBeUndefined();
    expect(cellOf(result, "turbo", { task: "encode" })).toBeUndefined();
  });

  test("--only can name all who take part", () => {
    expect(contestantIds(2)).toEqual(
      expect.arrayContaining(["ort-node", "ort-node@2", "ort-web", "ort-web@2"]),
    );
  });
});
