import { describe, expect, test } from "vitest";
import { BUILDS } from "../support/kernels.js";
import { sigmoid } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, SIZES, ulp } from "./values.js";

/** Largest errors allowed, in units in the last place of the result, over all floats with a normal result. */
const FUNCTIONS = [
  // Measured over every 37th bit pattern: 0.972 (simd), 1.001 (relaxed, at −5.836580).
  { name: "vectorExp", f: Math.exp, bound: 1.05 },
  // 0.794 in both builds, at 1.401170.
  { name: "vectorLog", f: Math.log, bound: 0.85 },
  // 1.301 in both, at 0.627091.
  { name: "vectorTanh", f: Math.tanh, bound: 1.35 },
  // 2.310 in both, at −5.544554.
  { name: "vectorSigmoid", f: sigmoid, bound: 2.4 },
] as const;

/** Bit patterns from one sample to the next: a prime, so that no exponent, sign or low bit is left out. */
const STRIDE = 1009;
const CHUNK = 1 << 16;
const TINIEST = 2 ** -126;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Where a branch or a range ends; the floats around each are tried one by one. */
const BORDERS = [
  -87.33654022216797,
  88.72283172607422,
  88,
  -88,
  -104,
  0.625,
  -0.625,
  9.010913,
  10,
  -10,
  1,
  -1,
  0,
  16.6,
  -16.6,
  Math.SQRT1_2,
  Math.SQRT2,
  TINIEST,
  -TINIEST,
  LARGEST,
];

/** Whether `y` is what the kernels promise for f(x) = `wanted`, which has no normal float near it. */
function isSpecial(y: number, wanted: number): boolean {
  const rounded = Math.fround(wanted);
  if (Number.isNaN(rounded)) return Number.isNaN(y);
  return y === rounded || (Math.abs(wanted) < TINIEST && y === 0);
}

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test.each(FUNCTIONS)("$name is within $bound ulp over all floats", ({ name, f, bound }) => {
    const x = box.floats(CHUNK, 1);
    const y = box.floats(CHUNK, 1);
    const patterns = new Uint32Array(CHUNK);
    const inputs = new Float32Array(patterns.buffer);
    let worst = 0;
    let at = 0;
    const examine = (count: number) => {
      x.set(inputs);
      box.kernels[name](count, x.at(), y.at());
      const outputs = y.get(0, count);
      for (let i = 0; i < count; i++) {
        const wanted = f(inputs[i]!);
        const tiny = Math.abs(wanted) < TINIEST;
        if (!tiny && Math.abs(wanted) <= LARGEST) {
          const error = Math.abs(outputs[i]! - wanted) / ulp(wanted);
          if (error <= worst) continue;
          worst = error;
          at = inputs[i]!;
        } else if (!isSpecial(outputs[i]!, wanted)) {
          // tanh of a subnormal is that subnormal: exact, or off by one of their steps.
          const step = tiny && Math.abs(outputs[i]! - wanted) <= 2 ** -149;
          if (!step) expect.fail(`${name}(${inputs[i]}) is ${outputs[i]}, not ${wanted}`);
        }
      }
    };
    for (let pattern = 0; pattern < 2 ** 32; ) {
      let count = 0;
      for (; count < CHUNK && pattern < 2 ** 32; count++, pattern += STRIDE) patterns[count] = pattern;
      examine(count);
    }
    for (const border of BORDERS) {
      inputs[0] = border;
      const middle = patterns[0]!;
      for (let i = 0; i < 2048; i++) patterns[i] = middle + i - 1024;
      examine(2048);
    }
    box.check(name);
    expect(worst, `worst at ${at}`).toBeLessThanOrEqual(bound);
    // A bound far above what is measured would let an error pass.
    expect(worst).toBeGreaterThan(bound * 0.8);
  });

  const limits = {
    vectorExp: [1, 1, 0, Infinity],
    vectorLog: [-Infinity, -Infinity, Number.NaN, Infinity],
    vectorTanh: [0, -0, -1, 1],
    vectorSigmoid: [0.5, 0.5, 0, 1],
  };
  test.each(FUNCTIONS)("$name of ±0, ±infinity and NaN", ({ name }) => {
    const special = [0, -0, -Infinity, Infinity, Number.NaN];
    const [x, y] = [box.floats(5, 1).set(special), box.floats(5, 1)];
    box.kernels[name](5, x.at(), y.at());
    expect([...y.get()]).toEqual([...limits[name], Number.NaN]);
    // NaN of either sign and any payload.
    const nans = Uint32Array.of(0x7fc00000, 0xffc00000, 0x7fc12345, 0xffffffff, 0x7fffffff);
    x.set(new Float32Array(nans.buffer));
    box.kernels[name](5, x.at(), y.at());
    expect([...y.get()]).toEqual(new Array(5).fill(Number.NaN));
  });

  /** f(x) for one x. */
  function one(name: (typeof FUNCTIONS)[number]["name"], value: number): number {
    const [x, y] = [box.floats(1, 1).set([value]), box.floats(1, 1)];
    box.kernels[name](1, x.at(), y.at());
    return y.get()[0]!;
  }

  test("exp at the ends of its range", () => {
    expect(one("vectorExp", 88.72283172607422) / Math.exp(88.72283172607422)).toBeCloseTo(1, 6);
    expect(one("vectorExp", 88.72283935546875)).toBe(Infinity);
    expect(one("vectorExp", -87.33654022216797)).toBeGreaterThanOrEqual(TINIEST);
    expect(one("vectorExp", -87.33654785156249)).toBe(0);
    expect(one("vectorExp", LARGEST)).toBe(Infinity);
    expect(one("vectorExp", -LARGEST)).toBe(0);
  });

  test("exact where it can be", () => {
    expect(one("vectorLog", 1)).toBe(0);
    expect(one("vectorLog", 2 ** -149)).toBe(Math.fround(Math.log(2 ** -149)));
    expect(one("vectorTanh", 2 ** -149)).toBe(2 ** -149);
    expect(one("vectorTanh", -20)).toBe(-1);
    expect(one("vectorSigmoid", 20)).toBe(1);
    expect(one("vectorSigmoid", -88)).toBe(0);
  });

  test("results do not depend on the lane or on the length", () => {
    const values = distinct(40, 7, 6).map(Math.abs);
    for (const { name } of FUNCTIONS) {
      const alone = Float32Array.from(values, (value) => one(name, value));
      box.clear();
      for (const count of SIZES) {
        const [x, y] = [box.floats(count, 1).set(values), box.floats(count, 1)];
        box.kernels[name](count, x.at(), y.at());
        box.check(`${name} of ${count}`);
        expectSameBits(y.bits(), new Uint8Array(alone.slice(0, count).buffer), `${name} of ${count}`);
        box.clear();
      }
    }
  });
});
