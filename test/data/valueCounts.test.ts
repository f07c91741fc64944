import fc from "fast-check";
import { expect, test } from "vitest";
import { ValueCounts } from "../../src/data/valueCounts.js";

function counted(values: readonly number[]): ValueCounts {
  const counts = new ValueCounts();
  for (const value of values) counts.add(value);
  return counts;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [lower, upper] = [sorted[(sorted.length - 1) >> 1]!, sorted[sorted.length >> 1]!];
  return lower === upper ? lower : lower / 2 + upper / 2;
}

const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), {
  minLength: 1,
  maxLength: 300,
});

test("up to 8,192 different values everything is exact", () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const counts = counted(values);
      expect(counts.exact).toBe(true);
      expect(counts.median()).toBe(median(values) + 0);
      expect(counts.count).toBe(values.length);
      expect(counts.least).toBe(Math.min(...values) + 0);
      expect(counts.most).toBe(Math.max(...values) + 0);
      expect(counts.integers).toBe(values.every(Number.isInteger));
      expect(counts.distinct).toBe(new Set(values.map((value) => value + 0)).size);
      expect(counts.entries().reduce((sum, [, count]) => sum + count, 0)).toBe(values.length);
    }),
  );
});

test("−0 counts as 0, alone and beside 0", () => {
  for (const values of [[-0], [-0, 0], [0, -0], [-0, -0, -0]]) {
    const counts = counted(values);
    const found = [counts.median(), counts.least, counts.most, counts.distinct];
    expect(found).toEqual([0, 0, 0, 1]);
    expect(found.some((value) => Object.is(value, -0))).toBe(false);
  }
});

test("of a million numbers the median is near, and no order changes it", () => {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (const scale of [1, 1e-300, 1e300]) {
    const values = Array.from({ length: 200_000 }, () => (random() + random() - 0.7) * scale);
    const counts = counted(values);
    const exact = median(values);
    expect(counts.exact).toBe(false);
    expect(counts.distinct).toBeLessThanOrEqual(8192);
    expect(Math.abs(counts.median() - exact)).toBeLessThan(2e-3 * Math.abs(exact));
    const others = [values.toReversed(), values.toSorted((a, b) => a - b)];
    for (const other of others) expect(counted(other).median()).toBe(counts.median());
  }
});

test("a copy goes on by itself", () => {
  const counts = counted([1, 2, 3]);
  const copy = counts.copy();
  copy.add(100);
  copy.add(101);
  expect([counts.count, counts.median(), counts.most]).toEqual([3, 2, 3]);
  expect([copy.count, copy.median(), copy.most]).toEqual([5, 3, 101]);
});
