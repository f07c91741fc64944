import { describe, expect, test } from "vitest";
import {
  ACTIVATION_LINEAR,
  ACTIVATION_RELU,
  ACTIVATION_SIGMOID,
  ACTIVATION_TANH,
} from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { activations, derivatives, EPSILON } from "../support/reference.js";
import { Sandbox } from "./sandbox.js";
import { distinct, expectSameBits, expectWithin, SIZES, ulp } from "./values.js";

const ACTIVATIONS = [
  { name: "linear", kind: ACTIVATION_LINEAR, ulps: 0 },
  { name: "relu", kind: ACTIVATION_RELU, ulps: 0 },
  { name: "sigmoid", kind: ACTIVATION_SIGMOID, ulps: 2.4 },
  { name: "tanh", kind: ACTIVATION_TANH, ulps: 1.4 },
] as const;

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
        // Outputs are of the activation's range, and 0 is among them where that is the kink.
        const outputs = distinct(rows * columns, columns, 3).map((z, i) =>
          i % 5 === 0 && name === "relu" ? 0 : activations[name](z),
        );
        const gradients = distinct(rows * columns, columns + 1);
        const y = box.floats(rows, columns).set(outputs);
        const dy = box.floats(rows, columns).set(gradients);
        box.kernels.activationBackward(begin, end, kind, columns, y.at(), dy.at());
        box.check(what);
        const wanted = Float64Array.from(gradients, (g, i) => {
          const inside = i >= begin * columns && i < end * columns;
          return inside ? g * derivatives[name](outputs[i]!) : g;
        });
        // Roundings of y², of the difference and of the product, relative to the parts and not to the difference.
        const bound = (i: number) => (ulps === 0 ? 0 : 3 * EPSILON * Math.abs(gradients[i]!) * 2);
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
      const limits = { linear: [-Infinity, Infinity], relu: [0, Infinity], sigmoid: [0, 1], tanh: [-1, 1] }[
        name
      ];
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
  });
});
