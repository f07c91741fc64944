import { describe, expect, test } from "vitest";
import { SHAPES } from "../../bench/parts/gemm.mjs";
import { reach } from "../../bench/reach.mjs";

/** The row whose description has `text` in it. */
function rowOf(parts: Record<string, { result: unknown }>, text: string) {
  const rows = reach(parts as Record<string, { result: never }>).filter(({ what }) => what.includes(text));
  expect(rows).toHaveLength(1);
  return rows[0]!;
}

/** A gemm result of the fast build with one share for all shapes, but for some. */
function gemm(share: number, others: Record<number, number> = {}) {
  return { gemm: { result: { fast: SHAPES.map((_, i) => ({ gflops: 1, share: others[i] ?? share })) } } };
}

describe("reach", () => {
  test("what was not measured is neither met nor missed", () => {
    const rows = reach({});
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) expect(row).toMatchObject({ measured: "–", met: null });
    expect(rowOf({ page: { result: { fast: { median: 1 } } } }, "Chromium").met).toBeNull();
  });

  test("a ratio is the other's time over ours", () => {
    const page = { result: { fast: { median: 2 }, "chromium-fast": { median: 2.1 } } };
    expect(rowOf({ page }, "Chromium")).toMatchObject({ goal: "≤ 1.05×", measured: "1.05×", met: true });
    page.result["chromium-fast"].median = 2.2;
    expect(rowOf({ page }, "Chromium")).toMatchObject({ measured: "1.10×", met: false });
  });

  test("shares of a step's limit are its own", () => {
    const narrow = { fast: { median: 2, share: 0.71 }, turbo: { median: 1, share: 0.63 } };
    const rows = reach({ dense: { result: { narrow } } }).filter(({ what }) => /^….*of the limit/.test(what));
    expect(rows.slice(0, 2).map(({ measured, met }) => [measured, met])).toEqual([
      ["71 %", false],
      ["63 %", true],
    ]);
  });

  test("one row is measured in µs, and two threads may not slow it down", () => {
    const cell = (task: string, ms: number) => ({
      task,
      input: "floats",
      single: true,
      times: { median: ms },
    });
    const result = {
      fast: [cell("encodeSync", 0.0039), cell("encode", 0.0061)],
      "fast@2": [cell("encode", 0.0061)],
    };
    const inference = { result };
    expect(rowOf({ inference }, "encodeSync")).toMatchObject({
      goal: "≤ 4.00 µs",
      measured: "3.90 µs",
      met: true,
    });
    const rows = reach({ inference }).filter(({ what }) => what.startsWith("… encode"));
    expect(rows.map(({ met }) => met)).toEqual([false, true]);
  });

  test("a row's time and the memory do not grow with the file", () => {
    const cell = (rows: number, from: string, microseconds: number) => ({
      rows,
      from,
      results: { fast: { microseconds, beyondIdle: 60e6 } },
    });
    const growth = { result: { epochs: [cell(1e4, "memory", 6), cell(1e7, "file", 6.9)] } };
    expect(rowOf({ growth }, "10 million rows against 10 thousand, fast")).toMatchObject({ met: false });
    expect(rowOf({ growth }, "from the file, beyond idle, fast")).toMatchObject({
      measured: "60 MB",
      met: true,
    });
  });

  test("the worst of the large squares counts, and no other shape", () => {
    const index = (size: number) => SHAPES.findIndex(({ kind, m }) => kind === "square" && m === size);
    expect(rowOf(gemm(0.95, { [index(128)]: 0.1, 0: 0.1 }), "worst, fast").met).toBe(true);
    expect(rowOf(gemm(0.95, { [index(2048)]: 0.89 }), "worst, fast")).toMatchObject({ met: false });
    expect(rowOf({ gemm: { result: { fast: [] } } }, "worst, fast").met).toBeNull();
  });

  test("eight rows and one count with their weights packed", () => {
    const index = (rows: number) => SHAPES.findIndex((shape) => "packed" in shape && shape.m === rows);
    expect(rowOf(gemm(0.1, { [index(8)]: 0.6 }), "eight rows × 1024 × 1024, fast").met).toBe(true);
    expect(rowOf(gemm(0.9, { [index(1)]: 0.69 }), "one row × 1024 × 1024, fast").met).toBe(false);
  });

  test("what may not be more: memory and size", () => {
    const memory = (bytes: number, wasm: number[]) => ({
      idle: { peak: 50e6, wasm: [] },
      bytes: { peak: bytes, wasm },
      floats: { peak: 500e6, wasm: [3, 3] },
    });
    const start = (bytes: number, wasm: number[]) => ({
      start: {
        result: { memory: memory(bytes, wasm), size: { "isthmus/core": { shipped: { gzipped: 60_001 } } } },
      },
    });
    expect(rowOf(start(200e6, [5, 5]), "peak memory for").met).toBe(true);
    expect(rowOf(start(200e6 + 1, [5, 5]), "peak memory for").met).toBe(false);
    expect(rowOf(start(1, [5, 5, 5]), "after epoch 1").met).toBe(true);
    expect(rowOf(start(1, [5, 5, 6]), "after epoch 1").met).toBe(false);
    expect(rowOf(start(1, [5, 5]), "isthmus/core").met).toBe(false);
  });
});
