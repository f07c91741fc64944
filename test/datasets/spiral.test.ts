import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../../src/common/errors.js";
import { spiral } from "../../src/datasets/spiral.js";

function column(data: Float32Array, index: number): number[] {
  return Array.from({ length: data.length / 2 }, (_, i) => data[2 * i + index]!);
}

/** Coordinates of the curve before noise and scaling. */
function curve(samples: number, turns: number): { t: number[]; x: number[]; y: number[] } {
  const t = Array.from({ length: samples }, (_, i) => (2 * Math.PI * turns * i) / (samples - 1));
  return { t, x: t.map((v) => v * Math.cos(v)), y: t.map((v) => v * Math.sin(v)) };
}

function scaled(values: readonly number[]): number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (value - least) / range);
}

describe("spiral", () => {
  test("has 500 points of two coordinates by default, each axis filling [0, 1]", () => {
    const { points, positions } = spiral();
    expect(points.shape).toEqual([500, 2]);
    expect(positions).toHaveLength(500);
    for (const axis of [0, 1]) {
      const values = column(points.data, axis);
      expect(Math.min(...values)).toBe(0);
      expect(Math.max(...values)).toBe(1);
    }
  });

  test.each([1, 2.5, 0.3])("without noise is t·cos t, t·sin t for %f turns", (turns) => {
    const { points, positions } = spiral({ samples: 301, noise: 0, turns });
    const { t, x, y } = curve(301, turns);
    t.forEach((angle, i) => {
      expect(positions[i]).toBeCloseTo(angle, 5);
    });
    scaled(x).forEach((value, i) => {
      expect(points.row(i)[0]).toBeCloseTo(value, 6);
    });
    scaled(y).forEach((value, i) => {
      expect(points.row(i)[1]).toBeCloseTo(value, 6);
    });
  });

  test("adds noise of the given standard deviation", () => {
    const samples = 20_000;
    const noise = 0.5;
    const { points } = spiral({ samples, noise, seed: 8 });
    // Least squares undo the scaling, whose limits depend on the noise: raw = a·scaled + b.
    const { x, y } = curve(samples, 1);
    for (const [axis, clean] of [x, y].entries()) {
      const got = column(points.data, axis);
      const mean = (v: readonly number[]) => v.reduce((sum, value) => sum + value, 0) / v.length;
      const [meanGot, meanClean] = [mean(got), mean(clean)];
      const covariance = mean(got.map((value, i) => (value - meanGot) * (clean[i]! - meanClean)));
      const slope = covariance / mean(clean.map((value) => (value - meanClean) ** 2));
      const rest = got.map((value, i) => (value - meanGot - slope * (clean[i]! - meanClean)) / slope);
      expect(Math.sqrt(mean(rest.map((value) => value ** 2)))).toBeCloseTo(noise, 1.5);
    }
  });

  test("is a function of the seed, to the bit", () => {
    const { points, positions } = spiral({ seed: 42 });
    expect(spiral({ seed: 42 }).points.data).toEqual(points.data);
    expect(spiral({ seed: 43 }).points.data).not.toEqual(points.data);
    const hash = createHash("sha256").update(bytes(points.data)).update(bytes(positions)).digest("hex");
    expect(hash).toBe("e8c589b61b220532cab50e85b7be9b27b8d50e3a10bf8bc9fa21430eb09e655b");
  });

  test("scales a constant axis to 0", () => {
    const { points } = spiral({ samples: 2, noise: 0 });
    expect([...points.data]).toEqual([0, 0, 1, 0]);
  });

  test.each([
    [{ samples: 1 }, /samples must be an integer from 2 to 268435456, not 1$/],
    [{ samples: 2.5 }, /samples .* not 2\.5/],
    [{ samples: "9" }, /samples .* not "9"/],
    [{ samples: 2 ** 40 }, /samples .* not 1099511627776/],
    [{ noise: -0.1 }, /noise must be a number from 0 to 1000000, not -0\.1/],
    [{ noise: Number.NaN }, /noise .* not NaN/],
    [{ noise: Number.POSITIVE_INFINITY }, /noise .* not Infinity/],
    [{ turns: 0 }, /turns .* not 0/],
    [{ turns: -1 }, /turns .* not -1/],
    [{ turns: null }, /turns .* not null/],
    [{ seed: -1 }, /seed must be an integer from 0 .* not -1/],
    [{ seed: 2 ** 53 }, /seed .* not 9007199254740992/],
    [{ seed: [1] }, /seed .* not an array/],
    [{ sample: 3 }, /^option of spiral "sample" is not known .* did you mean "samples"\?$/],
    [7, /^the options of spiral must be an object, not 7$/],
    [null, /^the options of spiral must be an object, not null$/],
  ])("refuses %j", (options, message) => {
    const call = () => spiral(options as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});

function bytes(values: Float32Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
