import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { EPSILON } from "../support/reference.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

const ROWS = 5;
const [L1, L2] = [0.375, 0.0625];
const BAD = [Number.NaN, Infinity, -Infinity];

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("penalize adds the penalty's gradient and sums it by row", () => {
    for (const columns of [...SIZES, 300]) {
      const count = ROWS * columns;
      const w = distinct(count, 1, 3).map((x, i) => (i % 7 === 3 ? 0 : x));
      const g = distinct(count, 2);
      const weights = box.floats(ROWS, columns).set(w);
      const gradient = box.floats(ROWS, columns).set(g);
      const sums = box.doubles(ROWS);
      inShares(ROWS, [1, 4], (begin, end) => {
        box.kernels.penalize(begin, end, columns, weights.at(), gradient.at(), sums.at(), L1, L2);
      });
      box.check(`penalize of ${columns}`);
      const wanted = Float64Array.from(g, (x, i) => x + L1 * Math.sign(w[i]!) + 2 * L2 * w[i]!);
      expectWithin(gradient.get(), wanted, () => 4 * EPSILON, `gradient of ${columns}`);
      const penalties = Float64Array.from({ length: ROWS }, (_, row) => {
        const part = w.subarray(row * columns, (row + 1) * columns);
        return part.reduce((sum, x) => sum + L1 * Math.abs(x) + L2 * x * x, 0);
      });
      expectWithin(sums.get(), penalties, (row) => 8 * EPSILON * penalties[row]!, `sums of ${columns}`);
      expectSameBits(weights.bits(), new Uint8Array(w.buffer), "weights");
      box.clear();
    }
  });

  test("clipValues brings values into its range, and leaves NaN to be seen", () => {
    for (const columns of SIZES) {
      const g = distinct(ROWS * columns, 3, 2).map((x, i) => BAD[i % 11] ?? x);
      const gradient = box.floats(ROWS, columns).set(g);
      box.kernels.clipValues(1, 4, columns, gradient.at(), 0.5);
      box.check(`clipValues of ${columns}`);
      const wanted = g.map((x, i) => {
        const inside = i >= columns && i < 4 * columns;
        return inside && !Number.isNaN(x) ? Math.max(-0.5, Math.min(0.5, x)) : x;
      });
      expect([...gradient.get()]).toEqual([...wanted]);
      box.clear();
    }
  });

  test("sumSquares and clipNorm scale down to the norm, whatever the shares", () => {
    for (const columns of [...SIZES, 300]) {
      const g = distinct(ROWS * columns, 4, 1e20);
      const norm = Math.hypot(...g);
      const limit = Math.fround(norm / 3);
      const bits = [[], [1], [1, 2, 4]].map((borders) => {
        const gradient = box.floats(ROWS, columns).set(g);
        const sums = box.doubles(ROWS);
        inShares(ROWS, borders, (begin, end) => {
          box.kernels.sumSquares(begin, end, columns, gradient.at(), sums.at());
        });
        inShares(ROWS, borders, (begin, end) => {
          box.kernels.clipNorm(begin, end, columns, gradient.at(), sums.at(), ROWS, limit);
        });
        box.check(`clipNorm of ${columns}`);
        // Squares of 1e20 would not be finite in float32.
        expect(Math.hypot(...gradient.get()) / limit).toBeCloseTo(1, 6);
        const wanted = Float64Array.from(g, (x) => (x * limit) / norm);
        expectWithin(gradient.get(), wanted, (i) => 3 * EPSILON * Math.abs(wanted[i]!), "gradient");
        return gradient.bits();
      });
      for (const other of bits) expectSameBits(other, bits[0]!, "shares");
      box.clear();
    }
  });

  test("clipNorm leaves a gradient alone whose norm is within the limit", () => {
    const g = distinct(13, 5);
    const gradient = box.floats(1, 13).set(g);
    const sums = box.doubles(1);
    box.kernels.sumSquares(0, 1, 13, gradient.at(), sums.at());
    const limit = Math.fround(Math.sqrt(sums.get()[0]!) * 1.001);
    box.kernels.clipNorm(0, 1, 13, gradient.at(), sums.at(), 1, limit);
    expectSameBits(gradient.bits(), new Uint8Array(g.buffer), "gradient");
    box.kernels.clipNorm(0, 1, 13, gradient.at(), box.doubles(1).set([0]).at(), 1, 1e-30);
    expectSameBits(gradient.bits(), new Uint8Array(g.buffer), "a norm of 0");
  });

  test.each(BAD)("a norm of %s leaves nothing finite", (bad) => {
    const gradient = box.floats(1, 5).set([1, bad, 2, 3, 4]);
    const sums = box.doubles(1);
    box.kernels.sumSquares(0, 1, 5, gradient.at(), sums.at());
    box.kernels.clipNorm(0, 1, 5, gradient.at(), sums.at(), 1, 1);
    expect([...gradient.get()]).toEqual(new Array(5).fill(Number.NaN));
  });
});
