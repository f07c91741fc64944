import { describe, expect, test } from "vitest";
import { ACTIVATION_NAMES, ACTIVATIONS as KINDS, needsInput } from "../../src/layers/activations.js";
import { BUILDS } from "../support/kernels.js";
import { activations, EPSILON, slopes } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES, ulp } from "./values.js";

/**
 * Largest errors over all floats, of f(z) in units in the last place, of f′(z) in halves of 2⁻²³. Of f(z) what is below
 * 2⁻¹¹⁹ may be lost: silu and gelu multiply what sigmoid and the tail of the normal distribution flush to 0.
 */
const SWEPT = {
  linear: { forward: 0, backward: 0 },
  relu: { forward: 0, backward: 0 },
  sigmoid: { forward: 2.4, backward: 2 },
  tanh: { forward: 1.4, backward: 2 },
  leakyRelu: { forward: 0.65, backward: 0.06 },
  elu: { forward: 0.95, backward: 0.9 },
  selu: { forward: 1.75, backward: 2.5 },
  softplus: { forward: 1.85, backward: 1.4 },
  silu: { forward: 3.1, backward: 3.2 },
  gelu: { forward: 6.5, backward: 4 },
  mish: { forward: 3.9, backward: 4 },
} as const;
const ACTIVATIONS = ACTIVATION_NAMES.map((name) => ({ name, kind: KINDS[name], ulps: SWEPT[name].forward }));

/** Bit patterns from one sample to the next: a prime, so that no exponent, sign or low bit is left out. */
const STRIDE = 4003;
const CHUNK = 1 << 15;
const FLUSHED = 2 ** -119;
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Activations whose outputs and slopes are exact, or nearly. */
const PIECEWISE = ["linear", "relu"];

/** Rows × columns, and the share of rows that is worked on. */
const SHARES = SIZES.flatMap((columns) =>
  [
    [1, 0, 1],
    [5, 0, 5],
    [5, 1, 4],
    [5, 2, 2],
    [7, 6, 7],
  ].map(([rows, begin, end]) => ({ columns, rows: rows!, begin: begin!, end: end! })),
);

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  describe.each(ACTIVATIONS)("$name", ({ name, kind, ulps }) => {
    test.each([false, true])("forward, in place: %s", (inPlace) => {
      for (const { columns, rows, begin, end } of SHARES) {
        const what = `${name} forward, rows ${begin} to ${end} of ${rows} × ${columns}`;
        const values = distinct(rows * columns, columns, 12);
        const z = box.floats(rows, columns).set(values);
        const y = inPlace ? z : box.floats(rows, columns);
        const before = y.bits();
        box.kernels.activationForward(begin, end, kind, columns, z.at(), y.at());
        box.check(what);
        const wanted = Float64Array.from(
          values.subarray(begin * columns, end * columns),
          activations[name] as (z: number) => number,
        );
        expectWithin(y.get(begin, end), wanted, (i) => ulps * ulp(wanted[i]!), what);
        const [first, last] = [begin * columns * 4, end * columns * 4];
        expectSameBits(y.bits().subarray(0, first), before.subarray(0, first), `${what}: rows before`);
        expectSameBits(y.bits().subarray(last), before.subarray(last), `${what}: rows after`);
        if (!inPlace) expectSameBits(z.bits(), new Uint8Array(values.buffer), `${what}: z`);
        box.clear();
      }
    });

    test("backward", () => {
      for (const { columns, rows, begin, end } of SHARES) {
        const what = `${name} backward, rows ${begin} to ${end} of ${rows} × ${columns}`;
        // 0 is among them, where some have a kink.
        const inputs = distinct(rows * columns, columns, 3).map((z, i) => (i % 5 === 0 ? 0 : z));
        const outputs = needsInput(name) ? inputs : inputs.map(activations[name]);
        const gradients = distinct(rows * columns, columns + 1);
        const y = box.floats(rows, columns).set(outputs);
        const dy = box.floats(rows, columns).set(gradients);
        box.kernels.activationBackward(begin, end, kind, columns, y.at(), dy.at());
        box.check(what);
        const wanted = Float64Array.from(gradients, (g, i) => {
          const inside = i >= begin * columns && i < end * columns;
          return inside ? g * slopes[name](inputs[i]!) : g;
        });
        // y's own rounding, those of its square, of the difference and of the product, relative to the parts and not
        // to the difference; silu and gelu have the error of their exponentials in the slope.
        const roundings = needsInput(name) ? 12 : 6;
        const bound = (i: number) =>
          PIECEWISE.includes(name) ? 0 : 2 * roundings * EPSILON * Math.abs(gradients[i]!);
        expectWithin(dy.get(0, begin), wanted.subarray(0, begin * columns), () => 0, `${what}: rows before`);
        expectWithin(
          dy.get(begin, end),
          wanted.subarray(begin * columns, end * columns),
          (i) => bound(i + begin * columns),
          what,
        );
        expectWithin(dy.get(end), wanted.subarray(end * columns), () => 0, `${what}: rows after`);
        expectSameBits(y.bits(), new Uint8Array(outputs.buffer), `${what}: output`);
        box.clear();
      }
    });

    test("forward keeps NaN and takes infinities to the limits", () => {
      const limits = {
        linear: [-Infinity, Infinity],
        relu: [0, Infinity],
        sigmoid: [0, 1],
        tanh: [-1, 1],
        leakyRelu: [-Infinity, Infinity],
        elu: [-1, Infinity],
        selu: [Math.fround(-1.7580993408473766), Infinity],
        softplus: [0, Infinity],
        silu: [-0, Infinity],
        gelu: [0, Infinity],
        mish: [-0, Infinity],
      }[name];
      const special = [Number.NaN, -Infinity, Infinity];
      // Through the pairs of vectors, then through the tail.
      for (const columns of [24, 7]) {
        const values = Float32Array.from({ length: columns }, (_, i) => special[i % 3]!);
        const z = box.floats(1, columns).set(values);
        const y = box.floats(1, columns);
        box.kernels.activationForward(0, 1, kind, columns, z.at(), y.at());
        expect([...y.get()]).toEqual([...values].map((_, i) => [Number.NaN, ...limits][i % 3]));
      }
    });

    test("backward keeps a gradient that is NaN or infinite visible", () => {
      const y = box.floats(1, 9).set(new Float32Array(9).fill(0.5));
      const bad = [Number.NaN, Infinity, -Infinity];
      const dy = box.floats(1, 9).set(Float32Array.from({ length: 9 }, (_, i) => bad[i % 3]!));
      box.kernels.activationBackward(0, 1, kind, 9, y.at(), dy.at());
      expect([...dy.get()]).toEqual(Array.from({ length: 9 }, (_, i) => bad[i % 3]!));
    });

    test("forward and backward are within their bounds over all floats", () => {
      const { forward, backward } = SWEPT[name];
      const [z, y, dy] = [box.floats(CHUNK), box.floats(CHUNK), box.floats(CHUNK)];
      const patterns = new Uint32Array(CHUNK);
      const inputs = new Float32Array(patterns.buffer);
      const worst = { forward: 0, backward: 0 };
      for (let pattern = 0; pattern < 2 ** 32; pattern += CHUNK * STRIDE) {
        for (let i = 0; i < CHUNK; i++) patterns[i] = pattern + i * STRIDE;
        z.set(inputs);
        dy.set(new Float32Array(CHUNK).fill(1));
        box.kernels.activationForward(0, CHUNK, kind, 1, z.at(), y.at());
        box.kernels.activationBackward(0, CHUNK, kind, 1, (needsInput(name) ? z : y).at(), dy.at());
        const [outputs, derivatives] = [y.get(), dy.get()];
        for (let i = 0; i < CHUNK; i++) {
          const x = inputs[i]!;
          if (!Number.isFinite(x)) continue;
          const wanted = activations[name](x);
          const excess = Math.max(0, Math.abs(outputs[i]! - wanted) - FLUSHED);
          if (Math.abs(wanted) < LARGEST) worst.forward = Math.max(worst.forward, excess / ulp(wanted));
          const slope = Math.abs(derivatives[i]! - slopes[name](x)) / EPSILON;
          worst.backward = Math.max(worst.backward, slope);
        }
      }
      box.check(name);
      expect(worst.forward).toBeLessThanOrEqual(forward);
      expect(worst.backward).toBeLessThanOrEqual(backward);
      // A bound far above what is measured would let an error pass.
      expect(worst.forward).toBeGreaterThanOrEqual(forward * 0.7);
      expect(worst.backward).toBeGreaterThanOrEqual(backward * 0.6);
    });

    test("backward far from 0 has the limits of the slope", () => {
      const limits = {
        linear: [1, 1],
        relu: [0, 1],
        sigmoid: [0, 0],
        tanh: [0, 0],
        leakyRelu: [Math.fround(0.2), 1],
        elu: [0, 1],
        selu: [0, Math.fround(1.0507009873554805)],
        softplus: [0, 1],
        silu: [0, 1],
        gelu: [0, 1],
        mish: [0, 1],
      }[name];
      for (const far of [150, 3e38, Infinity]) {
        const z = Float32Array.of(-far, far);
        const y = box.floats(1, 2).set(z);
        if (!needsInput(name)) box.kernels.activationForward(0, 1, kind, 2, y.at(), y.at());
        const dy = box.floats(1, 2).set([1, 1]);
        box.kernels.activationBackward(0, 1, kind, 2, y.at(), dy.at());
        expectWithin(dy.get(), limits, () => 1e-30, `${name} at ±${far}`);
      }
    });

    test("backward shows a NaN of z that is kept", () => {
      if (!needsInput(name)) return;
      const z = box.floats(1, 5).set(new Float32Array(5).fill(Number.NaN));
      const dy = box.floats(1, 5).set([1, 2, 3, 4, 5]);
      box.kernels.activationBackward(0, 1, kind, 5, z.at(), dy.at());
      expect([...dy.get()]).toEqual(new Array(5).fill(Number.NaN));
    });
  });
});
