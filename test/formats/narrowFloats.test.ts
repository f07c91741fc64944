// Floats in half their bytes: every half and bfloat there is, the middle between any two, and what lies beside it.
import { expect, test } from "vitest";
import { widenHalves } from "../../src/formats/float16.js";
import { toBfloats, toHalves, widenBfloats } from "../../src/formats/narrowFloats.js";
import { findPython, runPython } from "./helpers.js";

const TYPES = [
  { name: "halves", narrow: toHalves, widen: widenHalves, infinity: 0x7c00 },
  { name: "bfloats", narrow: toBfloats, widen: widenBfloats, infinity: 0x7f80 },
] as const;

function widened(
  widen: (narrow: Uint16Array, floats: Uint32Array) => void,
  narrow: Uint16Array,
): Float32Array {
  const floats = new Float32Array(narrow.length);
  widen(narrow, new Uint32Array(floats.buffer));
  return floats;
}

/** The next float up. */
function after(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0]!++;
  return new Float32Array(bits.buffer)[0]!;
}

function before(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer);
  bits[0]!--;
  return new Float32Array(bits.buffer)[0]!;
}

test.each(TYPES)(
  "$name: every one of both signs stays what it is, and loses nothing",
  ({ narrow, widen, infinity }) => {
    const all = Uint16Array.from({ length: infinity + 1 }, (_, bits) => bits);
    for (const sign of [0, 0x8000]) {
      const given = all.map((bits) => bits | sign);
      const { values, difference } = narrow(widened(widen, given));
      expect(values).toEqual(given);
      expect(difference).toBe(0);
    }
  },
);

test.each(TYPES)(
  "$name: halfway goes to the even one, beside it to the nearer one",
  ({ narrow, widen, infinity }) => {
    const small = Uint16Array.from({ length: infinity }, (_, bits) => bits);
    const floats = [...widened(widen, small)];
    // Beyond the largest lies where the next power of two would be.
    const next = [...floats.slice(1), 2 * floats.at(-1)! - floats.at(-2)!];
    const middles = floats.map((low, i) => Math.fround((low + next[i]!) / 2));
    const round = (values: readonly number[]) => narrow(Float32Array.from(values)).values;
    expect(round(middles)).toEqual(small.map((bits) => bits + (bits & 1)));
    expect(round(middles.map(before))).toEqual(small);
    expect(round(middles.map(after))).toEqual(small.map((bits) => bits + 1));
  },
);

test.each(TYPES)("$name: NaN stays NaN, whatever its payload", ({ narrow, widen }) => {
  const nans = new Float32Array(
    Uint32Array.of(0x7f800001, 0xff800001, 0x7fc00000, 0x7fffffff, 0xffffe000).buffer,
  );
  const back = widened(widen, narrow(nans).values);
  expect([...back].every(Number.isNaN)).toBe(true);
  const signs = [...narrow(nans).values].map((bits) => bits >>> 15);
  expect(signs).toEqual([0, 1, 0, 0, 1]);
});

test("the largest difference is told, and is infinite beyond the largest half", () => {
  const third = Math.fround(1 / 3);
  expect(toHalves(Float32Array.of(1, third, -0.5)).difference).toBe(Math.abs(third - 0.333251953125));
  expect(toBfloats(Float32Array.of(1, third)).difference).toBe(Math.abs(third - 0.333984375));
  expect(toHalves(Float32Array.of(65519)).difference).toBe(15);
  expect(toHalves(Float32Array.of(65520)).difference).toBe(Number.POSITIVE_INFINITY);
  expect(toHalves(new Float32Array(0)).difference).toBe(0);
});

test("NumPy rounds floats of any size to the same halves", (context) => {
  const python = findPython("numpy");
  if (python === undefined) return context.skip("there is no python3 with numpy");
  const words = Uint32Array.from({ length: 1 << 16 }, (_, i) => Math.imul(i, 0x9e3779b1) >>> 0);
  const floats = new Float32Array(words.buffer).filter((value) => !Number.isNaN(value));
  const script =
    "import sys, numpy as np; np.seterr(all='ignore'); " +
    "sys.stdout.buffer.write(np.frombuffer(sys.stdin.buffer.read(), np.float32).astype(np.float16).tobytes())";
  const bytes = runPython(python, script, new Uint8Array(floats.buffer));
  expect(toHalves(floats).values).toEqual(new Uint16Array(Uint8Array.from(bytes).buffer));
});
