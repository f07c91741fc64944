import { expect } from "vitest";

/** Sizes from one element to past two vectors and past every tile. */
export const SIZES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 24, 31, 33] as const;

/** The size number `index` of SIZES, going round, so that one sweep can carry another along. */
export function cycled(index: number): number {
  return SIZES[index % SIZES.length]!;
}

/** `count` different floats in (−scale, scale), without a pattern: the finalizer of MurmurHash3 of the position. */
export function distinct(count: number, seed: number, scale = 1): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => {
    let h = Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca77);
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    return (((h ^ (h >>> 16)) + 0.5) / 2 ** 31) * scale;
  });
}

const double = new Float64Array(1);
const doubleWords = new Uint32Array(double.buffer);

/** The distance between floats of the size of `x`; that of the smallest normal float for anything less. */
export function ulp(x: number): number {
  double[0] = x;
  const exponent = Math.max(((doubleWords[1]! >>> 20) & 0x7ff) - 1023, -126) - 23;
  doubleWords[0] = 0;
  doubleWords[1] = (exponent + 1023) << 20;
  return double[0]!;
}

/** Expects |actual − expected| ≤ bound, element by element, NaN only where NaN is expected. */
export function expectWithin(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  bound: (index: number) => number,
  what: string,
): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    const [a, e] = [actual[i]!, expected[i]!];
    if (Object.is(a, e) || (Number.isNaN(a) && Number.isNaN(e))) continue;
    if (!(Math.abs(a - e) <= bound(i))) {
      expect.fail(`${what}: element ${i} is ${a}, not ${e} ± ${bound(i)}`);
    }
  }
}

/** Expects the same bits, telling the first element that differs. */
export function expectSameBits(actual: Uint8Array, expected: Uint8Array, what: string): void {
  expect(actual.length, what).toBe(expected.length);
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) {
      expect.fail(`${what}: byte ${i} (element ${i >> 2} of 32 bits) is ${actual[i]}, not ${expected[i]}`);
    }
  }
}
