import { expect, test } from "vitest";
import { ArgumentError, NonFiniteError, ShapeError, spearman } from "../../src/index.js";
import { failure } from "../support/models.js";

test("rising is 1 and falling is -1, whatever the values", () => {
  expect(spearman([1, 2, 3, 4], [1, 10, 100, 1e6])).toBe(1);
  expect(spearman(Float32Array.of(1, 2, 3), [7, 0, -1e-9])).toBe(-1);
});

test("worked examples, with and without ties", () => {
  // The ten pairs of the English Wikipedia's article on the coefficient: ρ = −29/165.
  const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
  const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
  expect(spearman(iq, hours)).toBeCloseTo(-29 / 165, 14);
  // Ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4: Σ = 4.5 of √(4.5·5).
  expect(spearman([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(4.5 / Math.sqrt(4.5 * 5), 14);
  expect(spearman([1, 1, 2, 2], [1, 2, 1, 2])).toBe(0);
});

test("without an order there is no correlation", () => {
  expect(spearman([1, 1, 1], [1, 2, 3])).toBeNaN();
  expect(spearman([1, 2, 3], [0, 0, 0])).toBeNaN();
});

test.each<[string, unknown, unknown, new (message: string) => Error, RegExp]>([
  ["nothing", undefined, [1, 2], ArgumentError, /a must be an array of numbers, not undefined/],
  ["a word", [1, 2], "12", ArgumentError, /b must be an array of numbers, not "12"/],
  ["words", [1, 2], ["1", 2], ArgumentError, /element 0 of b must be a number, not "1"/],
  ["NaN", [1, Number.NaN], [1, 2], NonFiniteError, /element 1 of a is NaN/],
  ["other lengths", [1, 2, 3], [1, 2], ShapeError, /a has 3 values, but b has 2/],
  ["one value", [1], [1], ShapeError, /a has 1 value/],
  ["big integers", new BigInt64Array(2), [1, 2], ArgumentError, /element 0 of a must be a number, not 0/],
])("%s is refused", async (_, a, b, type, message) => {
  const error = await failure(() => spearman(a as number[], b as number[]));
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
});
