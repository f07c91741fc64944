import { expect, test } from "vitest";
import { cosPi, exp, log, power, sinPi } from "../../src/math/elementary.js";

/** Evenly spaced numbers from `from` to `to`, both included. */
function* range(from: number, to: number, count: number): Generator<number> {
  for (let i = 0; i < count; i++) yield from + ((to - from) * i) / (count - 1);
}

test("sinPi and cosPi agree with the engine's sine and cosine", () => {
  let worst = 0;
  for (const x of range(-2.5, 2.5, 20_001)) {
    worst = Math.max(worst, Math.abs(sinPi(x) - Math.sin(Math.PI * x)));
    worst = Math.max(worst, Math.abs(cosPi(x) - Math.cos(Math.PI * x)));
  }
  expect(worst).toBeLessThan(2e-15);
});

test("sinPi and cosPi are exact at quarters, however far out", () => {
  for (const base of [-1e9, -4, 0, 2, 1e12]) {
    expect([sinPi(base), sinPi(base + 0.5), sinPi(base + 1), sinPi(base + 1.5)].map(Math.abs)).toEqual([
      0, 1, 0, 1,
    ]);
    expect(sinPi(base + 0.5)).toBe(1);
    expect(sinPi(base + 1.5)).toBe(-1);
    expect(cosPi(base)).toBe(1);
    expect(cosPi(base + 1)).toBe(-1);
    expect(cosPi(base + 0.5)).toBeCloseTo(0, 15);
  }
  expect(sinPi(1e9 + 0.25)).toBeCloseTo(Math.SQRT1_2, 15);
});

test("log agrees with the engine's logarithm over all normal numbers", () => {
  let worst = 0;
  for (let exponent = -1022; exponent < 1024; exponent += 3) {
    for (const mantissa of range(1, 1.999, 37)) {
      const x = mantissa * 2 ** exponent;
      const wanted = Math.log(x);
      worst = Math.max(worst, Math.abs(log(x) - wanted) / Math.max(1e-300, Math.abs(wanted)));
    }
  }
  expect(worst).toBeLessThan(1e-15);
  expect(log(1)).toBe(0);
});

test("log keeps its relative accuracy near 1", () => {
  for (const step of [1e-3, 1e-6, 1e-9, 1e-12, -1e-3, -1e-6, -1e-9, -1e-12]) {
    const x = 1 + step;
    expect(Math.abs(log(x) / Math.log1p(x - 1) - 1)).toBeLessThan(1e-15);
  }
});

test("exp agrees with the engine's exponential over its range", () => {
  let worst = 0;
  for (const x of range(-708, 709, 40_001)) worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
  for (const x of range(-1, 1, 40_001)) worst = Math.max(worst, Math.abs(exp(x) / Math.exp(x) - 1));
  expect(worst).toBeLessThan(1e-15);
  expect([exp(0), exp(-709), exp(710)]).toEqual([1, 0, Infinity]);
});

test("power is exact for powers of two, and close for all others", () => {
  expect([power(0.5, 0), power(0.5, 3), power(2, 40), power(10, 15)]).toEqual([1, 0.125, 2 ** 40, 1e15]);
  for (const base of [0.5, 0.96, 0.999, 1, 3]) {
    for (const x of [0.25, 0.5, 1.75, 17.3, 100, 250.5]) {
      expect(Math.abs(power(base, x) / base ** x - 1), `${base} ** ${x}`).toBeLessThan(3e-13);
    }
  }
});
