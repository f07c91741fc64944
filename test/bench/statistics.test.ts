import { describe, expect, test } from "vitest";
import { median, quantile, repetitions, summarize } from "../../bench/statistics.mjs";

describe("quantile", () => {
  test("agrees with NumPy's default on samples of even and odd length", () => {
    // numpy.quantile([7, 1, 12, 3], [0, 0.1, 0.25, 0.5, 0.9, 1]), and the same with 5 added
    const four = [0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile([7, 1, 12, 3], p));
    [1, 1.6, 2.5, 5, 10.5, 12].forEach((wanted, i) => {
      expect(four[i]).toBeCloseTo(wanted, 12);
    });
    const five = [0.1, 0.25, 0.5, 0.9].map((p) => quantile([7, 1, 12, 3, 5], p));
    [1.8, 3, 5, 10].forEach((wanted, i) => {
      expect(five[i]).toBeCloseTo(wanted, 12);
    });
  });

  test("takes one value for all, refuses none, and leaves its argument alone", () => {
    expect(quantile([4], 0.25)).toBe(4);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    const values = [10, 9, 2];
    expect(median(values)).toBe(9);
    expect(values).toEqual([10, 9, 2]);
  });
});

test("summarize is not moved by one outlier, but for the mean", () => {
  const calm = summarize([1, 2, 3, 4, 5]);
  expect(calm).toEqual({ count: 5, median: 3, mean: 3, tenth: 1.4, low: 2, high: 4, spread: 2 / 3 });
  expect(summarize([1, 2, 3, 4, 1005])).toEqual({ ...calm, mean: 203 });
});

test("repetitions fill the budget within their limits", () => {
  expect(repetitions(1000, 3, 5, 200)).toBe(200);
  expect(repetitions(1000, 30, 5, 200)).toBe(33);
  expect(repetitions(1000, 900, 5, 200)).toBe(5);
});
