import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { Sandbox } from "./sandbox.js";
import { SIZES } from "./values.js";

const LARGEST = (2 - 2 ** -23) * 2 ** 127;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);
  const largest = (values: number[]) => {
    // What follows the values, NaN, does not count.
    const region = box.floats(1, values.length).set(values);
    return box.kernels.largest(values.length, region.at());
  };
  /** Values from −1 to 1, and one other among them. */
  const around = (size: number, place: number, value: number) =>
    Array.from({ length: size }, (_, i) => (i === place ? value : Math.fround(Math.sin(i))));

  test("is found at every place, whatever its sign", () => {
    for (const size of [...SIZES, 100]) {
      for (let place = 0; place < size; place++) {
        for (const value of [2, -2, LARGEST, -LARGEST]) {
          expect(largest(around(size, place, value)), `${value} at ${place} of ${size}`).toBe(
            Math.abs(value),
          );
        }
      }
    }
    box.check("largest");
  });

  test("is infinity or NaN if a value is that, at every place", () => {
    for (const size of [...SIZES, 100]) {
      for (let place = 0; place < size; place++) {
        for (const value of [Infinity, -Infinity, Number.NaN]) {
          const told = `${value} at ${place} of ${size}`;
          expect(largest(around(size, place, value)), told).toBe(Math.abs(value));
        }
      }
    }
    expect(largest([Infinity, Number.NaN, 1])).toBeNaN();
  });

  test("is 0 of zeros, and of nothing", () => {
    expect(largest([-0, 0, -0])).toBe(0);
    expect(box.kernels.largest(0, box.floats(1, 1).at())).toBe(0);
  });
});
