import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { ArgumentError } from "../../src/common/errors.js";
import { type ShapeName, shapes } from "../../src/datasets/shapes.js";

const NAMES: ShapeName[] = ["circle", "moons", "s-curve", "clusters"];

/** scikit-learn's formulas (make_circles, make_moons, the x and z of make_s_curve with less of a bow), in float64. */
const CURVES: { [name: string]: (place: number, label: number) => [number, number] } = {
  circle: (place) => [Math.cos(2 * Math.PI * place), Math.sin(2 * Math.PI * place)],
  moons: (place, label) => {
    const [x, y] = [Math.cos(Math.PI * place), Math.sin(Math.PI * place)];
    return label === 0 ? [x, y] : [1 - x, 1 - y - 0.5];
  },
  "s-curve": (place) => {
    const t = 2.4 * Math.PI * (place - 0.5);
    return [Math.sin(t), Math.sign(t) * (Math.cos(t) - 1)];
  },
};

function scaled(values: readonly number[]): number[] {
  const least = Math.min(...values);
  const range = Math.max(...values) - least;
  return values.map((value) => (value - least) / range);
}

describe("shapes", () => {
  test.each(NAMES)("%s fills the unit square, part by part", (shape) => {
    const { points, labels, positions } = shapes({ shape, samples: 101, seed: 2 });
    expect(points.shape).toEqual([101, 2]);
    for (const axis of [0, 1]) {
      const values = Array.from({ length: 101 }, (_, i) => points.row(i)[axis]!);
      expect([Math.min(...values), Math.max(...values)]).toEqual([0, 1]);
    }
    expect([...labels]).toEqual([...labels].sort());
    const sizes = [...new Set(labels)].map((label) => labels.filter((one) => one === label).length);
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    expect(sizes).toHaveLength({ circle: 1, moons: 2, "s-curve": 1, clusters: 4 }[shape]);
    expect(Math.min(...positions)).toBe(0);
    expect(Math.max(...positions)).toBeCloseTo(
      { circle: 100 / 101, moons: 1, "s-curve": 1, clusters: 0 }[shape],
      6,
    );
  });

  test.each(Object.keys(CURVES))("%s is the curve of its formula, without noise", (shape) => {
    const { points, labels, positions } = shapes({ shape: shape as ShapeName, samples: 90, noise: 0 });
    const clean = [...positions].map((place, i) => CURVES[shape]!(place, labels[i]!));
    for (const axis of [0, 1] as const) {
      scaled(clean.map((point) => point[axis])).forEach((value, i) => {
        expect(points.row(i)[axis]).toBeCloseTo(value, 5);
      });
    }
  });

  test("clusters lie apart: every point is nearest to the middle of its own", () => {
    const { points, labels } = shapes({ shape: "clusters", samples: 400, noise: 0, seed: 3 });
    const middles = [0, 1, 2, 3].map((label) => {
      const own = Array.from(labels.keys()).filter((i) => labels[i] === label);
      return [0, 1].map((axis) => own.reduce((sum, i) => sum + points.row(i)[axis]!, 0) / own.length);
    });
    const nearest = Array.from(labels, (_, i) => {
      const [x, y] = points.row(i);
      const distances = middles.map(([cx, cy]) => Math.hypot(x! - cx!, y! - cy!));
      return distances.indexOf(Math.min(...distances));
    });
    expect(nearest.filter((label, i) => label !== labels[i]).length).toBeLessThan(4);
  });

  test("noise has the given standard deviation", () => {
    const samples = 20_000;
    const noisy = shapes({ shape: "circle", samples, noise: 0.1, seed: 8 }).points;
    // Its own scaling is undone by the middle and the mean radius, which noise hardly changes.
    const columns = [0, 1].map((axis) => Array.from({ length: samples }, (_, i) => noisy.row(i)[axis]!));
    const [x, y] = columns.map((values) => {
      const middle = values.reduce((sum, value) => sum + value, 0) / samples;
      const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / samples;
      // The variance of a circle of radius 1 and the noise together.
      return values.map((value) => ((value - middle) / Math.sqrt(variance)) * Math.sqrt(0.5 + 0.01));
    });
    const radii = x!.map((value, i) => Math.hypot(value, y![i]!));
    const mean = radii.reduce((sum, value) => sum + value, 0) / samples;
    const deviation = Math.sqrt(radii.reduce((sum, value) => sum + (value - mean) ** 2, 0) / samples);
    expect(deviation).toBeCloseTo(0.1, 2);
  });

  test("are a function of the seed, to the bit", () => {
    const hash = createHash("sha256");
    for (const shape of NAMES) {
      const { points } = shapes({ shape, seed: 42 });
      expect(shapes({ shape, seed: 42 }).points.data).toEqual(points.data);
      expect(shapes({ shape, seed: 43 }).points.data).not.toEqual(points.data);
      hash.update(new Uint8Array(points.data.buffer));
    }
    expect(hash.digest("hex")).toBe("34ea52ef7558a859d45534e019c3aeb8c110f7e22d0210d61e700d8ff0c6270b");
  });

  test.each([
    [{ shape: "square" }, /^shape must be one of circle, moons, s-curve, clusters, not "square"$/],
    [{ shape: 3 }, /shape .* not 3$/],
    [{ samples: 7 }, /samples must be an integer from 8 to 268435456, not 7$/],
    [{ noise: -0.1 }, /noise must be a number from 0 to 1000000, not -0\.1/],
    [{ seed: -1 }, /seed must be an integer from 0 .* not -1/],
    [{ sample: 3 }, /^option of shapes "sample" is not known .* did you mean "samples"\?$/],
  ])("refuse %j", (options, message) => {
    const call = () => shapes(options as never);
    expect(call).toThrow(ArgumentError);
    expect(call).toThrow(message);
  });
});
