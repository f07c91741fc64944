import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { CLIP_HIGH, CLIP_LOW, EPSILON, HUBER_DELTA, losses, sigmoid, slope } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES } from "./values.js";

type LossName = keyof typeof losses;

/** Up to 64 additions a lane in float32, and the few that make an element. */
const SUM = 70 * EPSILON;

interface LossCase {
  name: LossName;
  /** `count` predictions and targets of the loss's range. */
  data: (count: number) => { predictions: Float32Array; targets: Float32Array };
  /** Largest error of one element's part in the sum, but for what is relative to the element's loss. */
  error: (y: number, x: number) => number;
  /** A step for central differences whose truncation and rounding both stay below 1e-8 of the gradient's scale. */
  step: (y: number) => number;
  /** Largest error of one element's gradient, before scaling. */
  gradientError: (y: number, gradient: number) => number;
  /** The loss's own numbers. */
  parameters?: readonly number[];
}

/** Values that come up among the others: where exponentials and products are at their limits. */
const LOGITS = [0, 1e-30, -1e-8, 20, -20, 87.3, -87.4, 88.8, -104, 1e4, -1e4];
const TARGETS = [0, 1, 0.5, 1, 0, 0.25, 1e-3];

/** Away from the float where clipping has a kink, which central differences would straddle. */
function beside(p: number): number {
  return Math.fround(p) === CLIP_HIGH ? 0.875 : p;
}

const CASES: LossCase[] = [
  {
    name: "meanSquaredError",
    data: (count) => ({ predictions: distinct(count, 1, 3), targets: distinct(count, 2, 2) }),
    error: () => 0,
    step: () => 1e-5,
    gradientError: (_y, gradient) => 3 * EPSILON * Math.abs(gradient),
  },
  {
    name: "binaryCrossentropy",
    data: (count) => ({
      predictions: distinct(count, 3).map((u, i) =>
        beside([Math.abs(u), u * u * 1e-4, 1 - u * u * 1e-4][i % 3]!),
      ),
      targets: distinct(count, 4).map((u, i) => TARGETS[i % 10] ?? Math.abs(u)),
    }),
    // 1 − p rounds once, which the logarithm of a p near 0 shows in full.
    error: () => 2 * EPSILON,
    step: (p) => Math.max(1e-5 * Math.min(p, 1 - p), 1e-14),
    gradientError: (_p, gradient) => 8 * EPSILON * Math.abs(gradient),
  },
  {
    name: "binaryCrossentropyLogits",
    data: (count) => ({
      predictions: distinct(count, 5, 10).map((u, i) => LOGITS[i % 17] ?? u),
      targets: distinct(count, 6).map((u, i) => TARGETS[i % 10] ?? Math.abs(u)),
    }),
    // The factor 1 + e^−|z| and the product each round; z·x rounds relative to |z|.
    error: (z, x) => 4 * EPSILON + 2 * EPSILON * Math.abs(z * x),
    step: (z) => (Math.abs(z) > 100 ? 1 : 1e-4),
    gradientError: (z) => 6 * EPSILON * sigmoid(z) + 2 * EPSILON,
  },
  {
    name: "meanAbsoluteError",
    // Differences that are 0 or far from it, where there is a kink.
    data: (count) => {
      const targets = distinct(count, 7, 2);
      return { predictions: targets.map((x, i) => x + ([-3, 0, 2, 0.25][i % 4] ?? 0)), targets };
    },
    error: () => 0,
    step: () => 1e-5,
    gradientError: () => 0,
  },
  {
    name: "huber",
    data: (count) => ({ predictions: distinct(count, 8, 3), targets: distinct(count, 9, 2) }),
    error: () => 2 * EPSILON,
    step: () => 1e-5,
    // Differences near δ have a second derivative that jumps.
    gradientError: (_y, gradient) =>
      3 * EPSILON * Math.abs(gradient) + (Math.abs(Math.abs(gradient) - HUBER_DELTA) < 1e-5 ? 1e-5 : 0),
    parameters: [HUBER_DELTA],
  },
];

const COLUMNS = [...SIZES, 255, 256, 257, 300, 784, 1025];
const SHARES = [
  [0, 5],
  [1, 4],
  [2, 2],
] as const;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  describe.each(CASES)("$name", ({ name, data, error, step, gradientError, parameters = [] }) => {
    test.each([false, true])("value and gradient, in place: %s", (inPlace) => {
      const rows = 5;
      for (const columns of COLUMNS) {
        const { predictions, targets } = data(rows * columns);
        const scale = Math.fround(1 / (rows * columns));
        const loss = losses[name];
        for (const [begin, end] of SHARES) {
          const what = `${name}, rows ${begin} to ${end} of ${rows} × ${columns}`;
          const y = box.floats(rows, columns).set(predictions);
          const x = box.floats(rows, columns).set(targets);
          const gradient = inPlace ? y : box.floats(rows, columns);
          const before = gradient.bits();
          const values = box.doubles(rows);
          const where = [y.at(), x.at(), gradient.at(), values.at()] as const;
          box.kernels[name](begin, end, columns, ...where, scale, ...parameters);
          box.check(what);
          values.check(what, [
            [0, begin],
            [end, rows],
          ]);
          const [first, last] = [begin * columns, end * columns];
          expectSameBits(gradient.bits().subarray(0, first * 4), before.subarray(0, first * 4), what);
          expectSameBits(gradient.bits().subarray(last * 4), before.subarray(last * 4), what);
          const elements = Array.from({ length: last - first }, (_, i) => first + i);
          const slopes = elements.map((i) => {
            return slope((p) => loss(p, targets[i]!), predictions[i]!, step(predictions[i]!));
          });
          expectWithin(
            gradient.get(begin, end),
            slopes.map((s) => s * scale),
            (i) =>
              scale *
              (gradientError(predictions[first + i]!, slopes[i]!) + 1e-8 * (1 + Math.abs(slopes[i]!))),
            `${what}: gradient`,
          );
          const means = new Float64Array(end - begin);
          const bounds = new Float64Array(end - begin);
          for (const i of elements) {
            const row = Math.floor((i - first) / columns);
            const value = loss(predictions[i]!, targets[i]!);
            means[row]! += value / columns;
            bounds[row]! += (SUM * value + error(predictions[i]!, targets[i]!)) / columns;
          }
          expectWithin(values.get(begin, end), means, (row) => bounds[row]!, what);
          box.clear();
        }
      }
    });

    test("one NaN makes the loss of its row NaN, and of no other row", () => {
      for (const columns of [1, 3, 8, 13, 260]) {
        const { predictions, targets } = data(3 * columns);
        for (const bad of new Set([0, columns - 1, columns >> 1])) {
          const spoiled = Float32Array.from(predictions);
          spoiled[columns + bad] = Number.NaN;
          const y = box.floats(3, columns).set(spoiled);
          const x = box.floats(3, columns).set(targets);
          const [gradient, values] = [box.floats(3, columns), box.doubles(3)];
          box.kernels[name](0, 3, columns, y.at(), x.at(), gradient.at(), values.at(), 1, ...parameters);
          expect([...values.get()].map(Number.isNaN)).toEqual([false, true, false]);
          expect(gradient.get()[columns + bad]).toSatisfy(
            (g: number) => Number.isNaN(g) || name.startsWith("binary"),
          );
          box.clear();
        }
      }
    });
  });

  /** The loss of one element and its gradient, alone in a row. */
  function single(
    name: LossName,
    y: number,
    x: number,
    parameters: readonly number[] = [],
  ): { value: number; gradient: number } {
    const [prediction, target] = [box.floats(1, 1).set([y]), box.floats(1, 1).set([x])];
    const [gradient, values] = [box.floats(1, 1), box.doubles(1)];
    box.kernels[name](0, 1, 1, prediction.at(), target.at(), gradient.at(), values.at(), 1, ...parameters);
    const result = { value: values.get()[0]!, gradient: gradient.get()[0]! };
    box.clear();
    return result;
  }

  test("binaryCrossentropy clips, and gives no gradient where it did", () => {
    for (const y of [0, -1, 5e-8, -Infinity]) {
      const { value, gradient } = single("binaryCrossentropy", y, 1);
      expect(value).toBeCloseTo(-Math.log(CLIP_LOW), 5);
      expect(gradient).toBe(0);
      expect(single("binaryCrossentropy", y, 0).value).toBeLessThan(3e-7);
    }
    for (const y of [1, 2, 1 - 2 ** -24, Infinity]) {
      const { value, gradient } = single("binaryCrossentropy", y, 0);
      expect(value).toBeCloseTo(-Math.log(1 - CLIP_HIGH), 5);
      expect(gradient).toBe(0);
    }
    expect(single("binaryCrossentropy", CLIP_LOW, 1).gradient / (-1 / CLIP_LOW)).toBeCloseTo(1, 6);
    expect(single("binaryCrossentropy", CLIP_HIGH, 0).gradient * (1 - CLIP_HIGH)).toBeCloseTo(1, 6);
  });

  test("binaryCrossentropyLogits neither overflows nor loses large logits", () => {
    for (const z of [100, 1e4, 3e38]) {
      expect(single("binaryCrossentropyLogits", z, 1)).toEqual({ value: 0, gradient: 0 });
      expect(single("binaryCrossentropyLogits", z, 0)).toEqual({ value: Math.fround(z), gradient: 1 });
      expect(single("binaryCrossentropyLogits", -z, 1)).toEqual({ value: Math.fround(z), gradient: -1 });
      const { value, gradient } = single("binaryCrossentropyLogits", -z, 0);
      expect(value).toBe(0);
      expect(gradient).toBeLessThan(1.2e-38);
    }
    const { value, gradient } = single("binaryCrossentropyLogits", 0, 0.5);
    expect(value).toBeCloseTo(Math.LN2, 7);
    expect(gradient).toBe(0);
  });

  test("meanAbsoluteError has no slope where prediction and target are equal", () => {
    for (const y of [0, -0, 3, -1e30])
      expect(single("meanAbsoluteError", y, y)).toEqual({ value: 0, gradient: 0 });
    expect(single("meanAbsoluteError", 1e-30, 0)).toEqual({ value: Math.fround(1e-30), gradient: 1 });
    expect(single("meanAbsoluteError", -1e30, 0)).toEqual({ value: Math.fround(1e30), gradient: -1 });
  });

  test("huber turns from quadratic to linear at delta", () => {
    expect(single("huber", 2, 0, [2])).toEqual({ value: 2, gradient: 2 });
    expect(single("huber", 1, 0, [2])).toEqual({ value: 0.5, gradient: 1 });
    expect(single("huber", -6, 0, [2])).toEqual({ value: 10, gradient: -2 });
    expect(single("huber", 0, 0, [2])).toEqual({ value: 0, gradient: 0 });
  });

  test("infinities leave a loss that is not finite", () => {
    for (const [y, x] of [
      [Infinity, 0],
      [-Infinity, 1],
    ] as const) {
      expect(single("meanSquaredError", y, x)).toEqual({ value: Infinity, gradient: y });
      expect(single("meanAbsoluteError", y, x)).toEqual({ value: Infinity, gradient: Math.sign(y) });
      expect(single("huber", y, x, [0.5])).toEqual({ value: Infinity, gradient: Math.sign(y) / 2 });
      expect(single("binaryCrossentropyLogits", y, x).value).not.toSatisfy(Number.isFinite);
    }
  });
});
