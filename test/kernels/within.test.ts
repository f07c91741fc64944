import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { Sandbox } from "./sandbox.js";
import { SIZES } from "./values.js";

const LARGEST = (2 - 2 ** -23) * 2 ** 127;
/** Limits, values that are within, and values that are not. */
const RANGES = [
  {
    low: 0,
    high: 1,
    within: [0, -0, 1, 0.5, 2 ** -149],
    outside: [1 + 2 ** -23, -(2 ** -149), NaN, Infinity],
  },
  { low: -LARGEST, high: LARGEST, within: [LARGEST, -LARGEST, 0], outside: [NaN, Infinity, -Infinity] },
];

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);
  const isWithin = (values: number[], low: number, high: number) => {
    // What follows the values, NaN, does not count.
    const region = box.floats(1, values.length).set(values);
    return box.kernels.areWithin(values.length, region.at(), low, high) !== 0;
  };

  test("values within the limits are, the limits among them", () => {
    for (const { low, high, within } of RANGES) {
      for (const size of [...SIZES, 100]) {
        const values = Array.from({ length: size }, (_, i) => within[i % within.length]!);
        expect(isWithin(values, low, high), `${size} values`).toBe(true);
      }
    }
    box.check("areWithin");
  });

  test("a single value outside is found at every place", () => {
    for (const { low, high, within, outside } of RANGES) {
      for (const size of [...SIZES, 100]) {
        for (let place = 0; place < size; place++) {
          const values = Array.from({ length: size }, () => within[0]!);
          values[place] = outside[place % outside.length]!;
          expect(isWithin(values, low, high), `${values[place]} at ${place} of ${size}`).toBe(false);
        }
      }
    }
    box.check("areWithin");
  });

  test("no values are within any limits", () => {
    const region = box.floats(1, 1);
    expect(box.kernels.areWithin(0, region.at(), 0, 1)).not.toBe(0);
  });
});
