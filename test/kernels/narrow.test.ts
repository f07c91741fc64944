import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { EPSILON } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin } from "./values.js";

const ROWS = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 33, 500];
const WIDTHS = [
  [1, 1],
  [1, 2],
  [2, 1],
  [2, 2],
] as const;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test.each(WIDTHS)("narrowProduct of %i columns from %i", (n, k) => {
    for (const rows of ROWS) {
      for (const transposed of [false, true]) {
        const [a, b, seed] = [distinct(rows * k, 1), distinct(n * k, 2), distinct(n, 3)];
        const [from, weights, start] = [box.floats(rows, k), box.floats(1, n * k), box.floats(1, n)];
        from.set(a);
        weights.set(b);
        start.set(seed);
        const [bRow, bColumn] = transposed ? [4, k * 4] : [n * 4, 4];
        const run = (begin: number, end: number) => {
          const c = box.floats(rows, n);
          const what = `rows ${begin} to ${end} of ${rows}`;
          box.kernels.narrowProduct(
            begin,
            end,
            n,
            k,
            from.at(),
            weights.at(),
            bRow,
            bColumn,
            start.at(),
            c.at(),
          );
          box.check(what);
          c.check(what, [
            [0, begin],
            [end, rows],
          ]);
          return c;
        };
        const wanted = new Float64Array(rows * n);
        wanted.forEach((_, at) => {
          const [row, j] = [Math.floor(at / n), at % n];
          let sum = seed[j]!;
          for (let i = 0; i < k; i++) sum += a[row * k + i]! * b[(i * bRow + j * bColumn) / 4]!;
          wanted[at] = sum;
        });
        const whole = run(0, rows);
        expectWithin(whole.get(), wanted, () => 16 * EPSILON, `${rows} rows`);
        const middle = Math.min(16, rows);
        expectSameBits(run(0, middle).bits(0, middle), whole.bits(0, middle), "the first share");
        expectSameBits(run(middle, rows).bits(middle, rows), whole.bits(middle, rows), "the second share");
        box.clear();
      }
    }
  });

  test.each(WIDTHS)("narrowGradient of %i units and %i inputs", (units, inputs) => {
    for (const rows of ROWS) {
      for (const transposed of [false, true]) {
        const [x, d] = [distinct(rows * inputs, 4), distinct(rows * units, 5)];
        const [from, delta] = [box.floats(rows, inputs), box.floats(rows, units)];
        from.set(x);
        delta.set(d);
        const [weights, bias] = [box.floats(1, units * inputs), box.floats(1, units)];
        const [unitStep, inputStep] = transposed ? [4, units * 4] : [inputs * 4, 4];
        const run = (begin: number, to: number) =>
          box.kernels.narrowGradient(
            ...([begin, 1, units, inputs, rows, from.at(), delta.at(), weights.at()] as const),
            ...([unitStep, inputStep, to] as const),
          );
        run(1, bias.at());
        weights.check("another thread's item", [[0, 1]]);
        run(0, 0);
        bias.check("no bias", [[0, 1]]);
        run(0, bias.at());
        box.check(`${rows} rows`);
        const wanted = new Float64Array(units * inputs);
        const sums = new Float64Array(units);
        for (let row = 0; row < rows; row++) {
          for (let j = 0; j < units; j++) {
            sums[j]! += d[row * units + j]!;
            for (let i = 0; i < inputs; i++) {
              wanted[(j * unitStep + i * inputStep) / 4]! += d[row * units + j]! * x[row * inputs + i]!;
            }
          }
        }
        const bound = () => 4 * (rows + 4) * EPSILON;
        expectWithin(weights.get(), wanted, bound, `dW of ${rows} rows`);
        expectWithin(bias.get(), sums, bound, `db of ${rows} rows`);
        box.clear();
      }
    }
  });

  test("rows past the end do not count, whatever they hold", () => {
    const [x, delta] = [box.floats(8, 1), box.floats(8, 1)];
    x.set([1, 2, 3, Number.NaN, Number.POSITIVE_INFINITY, 1, 1, 1]);
    delta.set([1, 1, 1, Number.POSITIVE_INFINITY, Number.NaN, 1, 1, 1]);
    const weights = box.floats(1, 1);
    box.kernels.narrowGradient(0, 1, 1, 1, 3, x.at(), delta.at(), weights.at(), 4, 4, 0);
    expect(weights.get()[0]).toBe(6);
    box.clear();
  });
});
