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
    expect(rowOf({ step: { result: { fast: { median: 1 } } } }, "plain JavaScript").met).toBeNull();
  });

  test("a ratio is the other's time over ours", () => {
    const step = { result: { fast: { median: 2 }, plain: { median: 60 }, jax: { median: 12.9 } } };
    expect(rowOf({ step }, "plain")).toMatchObject({ goal: "≥ 30.0×", measured: "30.0×", met: true });
    expect(rowOf({ step }, "jax")).toMatchObject({ measured: "6.45×", met: false });
  });

  test("the worst of the large squares counts, and no other shape", () => {
    const index = (size: number) => SHAPES.findIndex(({ kind, m }) => kind === "square" && m === size);
    expect(rowOf(gemm(0.95, { [index(128)]: 0.1, 0: 0.1 }), "worst, fast").met).toBe(true);
    expect(rowOf(gemm(0.95, { [index(2048)]: 0.89 }), "worst, fast")).toMatchObject({ met: false });
    expect(rowOf({ gemm: { result: { fast: [] } } }, "worst, fast").met).toBeNull();
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
    expect(rowOf(start(200e6, [5, 5]), "peak memory").met).toBe(true);
    expect(rowOf(start(200e6 + 1, [5, 5]), "peak memory").met).toBe(false);
    expect(rowOf(start(1, [5, 5, 5]), "after epoch 1").met).toBe(true);
    expect(rowOf(start(1, [5, 5, 6]), "after epoch 1").met).toBe(false);
    expect(rowOf(start(1, [5, 5]), "isthmus/core").met).toBe(false);
  });
});
