// NPZ: files of NumPy, round trips, and what is refused.
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { decodeNpz, encodeNpz } from "../../src/codecs/npz.js";
import { ArgumentError, FormatError } from "../../src/common/errors.js";
import { encodeNpy } from "../../src/formats/npy.js";
import {
  bitsOf,
  damaged,
  damages,
  decodedOrRefused,
  findPython,
  isConsistent,
  runPython,
  shapedArrays,
} from "../formats/helpers.js";

const golden = (name: string) => new Uint8Array(readFileSync(new URL(`golden/${name}`, import.meta.url)));
const READABLE = ["X", "y", "flags", "half", "big"];

test.each(["stored.npz", "deflated.npz"])("reads NumPy's %s", (name) => {
  const arrays = decodeNpz(golden(name), { arrays: READABLE });
  expect([...arrays.keys()]).toEqual(READABLE);
  expect(arrays.get("X")).toEqual({ shape: [4, 3], data: Float32Array.from({ length: 12 }, (_, i) => i) });
  expect(arrays.get("y")).toEqual({ shape: [4], data: BigInt64Array.of(0n, 1n, 0n, 1n) });
  expect(arrays.get("flags")).toEqual({ shape: [4], data: Int8Array.of(1, 0, 1, 1) });
  expect(arrays.get("half")).toEqual({ shape: [4], data: Float32Array.of(0.5, 1, 2, 4) });
  expect(arrays.get("big")).toEqual({ shape: [4], data: Int32Array.of(0, 1, 2, 3) });
});

test("names the array that cannot be read, and those that there are", () => {
  expect(() => decodeNpz(golden("stored.npz"))).toThrow(FormatError);
  expect(() => decodeNpz(golden("stored.npz"))).toThrow(
    'bytes has an array "names" that has elements of NumPy type "<U1"',
  );
  expect(() => decodeNpz(golden("stored.npz"), { arrays: ["x"] })).toThrow(ArgumentError);
  expect(() => decodeNpz(golden("stored.npz"), { arrays: ["x"] })).toThrow(
    'array "x" is not known (known: "X", "y",',
  );
  expect(() => decodeNpz(golden("stored.npz"), { arrays: "X" as never })).toThrow(
    "arrays must be an array of names",
  );
});

const ARRAYS = [Float32Array, Float64Array, Uint8Array, Int16Array, BigInt64Array, BigUint64Array] as const;

test("gives back any arrays to the same bits, compressed or not", () => {
  const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 12, unit: "grapheme" }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(names, fc.infiniteStream(shapedArrays(ARRAYS)), fc.boolean(), (list, stream, compress) => {
      const arrays = new Map(list.map((name) => [name, stream.next().value!]));
      const file = encodeNpz(arrays, { compress });
      expect(encodeNpz(arrays, { compress })).toEqual(file);
      const read = decodeNpz(file);
      expect([...read.keys()].sort()).toEqual([...arrays.keys()].sort());
      for (const [name, { shape, data }] of arrays) {
        expect(read.get(name)!.shape).toEqual(shape);
        expect(bitsOf(read.get(name)!.data)).toBe(bitsOf(data));
      }
    }),
    { numRuns: 80 },
  );
});

test("reads or refuses any damaged file", () => {
  const file = encodeNpz({
    a: { shape: [50], data: new Float64Array(50).fill(1) },
    b: { shape: [2], data: Uint8Array.of(1, 2) },
  });
  let refused = 0;
  fc.assert(
    fc.property(damages, (list) => {
      const arrays = decodedOrRefused(() => decodeNpz(damaged(file, list), { maximumBytes: 1 << 20 }));
      if (arrays === undefined) refused++;
      else for (const array of arrays.values()) expect(isConsistent(array)).toBe(true);
    }),
    { numRuns: 500 },
  );
  expect(refused).toBeGreaterThan(200);
});

describe("refuses", () => {
  const one = { shape: [3], data: Float32Array.of(1, 2, 3) };

  test("what would unpack to more than is allowed", () => {
    const bomb = encodeNpz({ zeros: { shape: [1 << 20], data: new Float64Array(1 << 20) } });
    expect(bomb.length).toBeLessThan(20_000);
    expect(() => decodeNpz(bomb, { maximumBytes: 1 << 20 })).toThrow(
      "bytes decompresses to more than maximumBytes",
    );
    const two = encodeNpz({
      a: { shape: [1000], data: new Float32Array(1000) },
      b: { shape: [1000], data: new Float32Array(1000) },
    });
    expect(() => decodeNpz(two, { maximumBytes: 6000 })).toThrow(
      "bytes decompresses to more than maximumBytes (6000",
    );
    expect(decodeNpz(two, { maximumBytes: 6000, arrays: ["b"] }).size).toBe(1);
  });

  test("a flipped bit in the data", () => {
    const file = encodeNpz({ a: one }, { compress: false });
    const at = file.findIndex((_, i) => file[i] === 0x40 && file[i + 4] === 0x40);
    file[at] = file[at]! ^ 1;
    expect(() => decodeNpz(file)).toThrow('its file "a.npy" does not have the checksum that it should');
  });

  test("other archives, by what is in them, and other files", () => {
    const other = zipSync({ "word/document.xml": Uint8Array.of(1), b: Uint8Array.of(2) });
    expect(() => decodeNpz(other)).toThrow(
      'bytes is a zip archive of "word/document.xml" and others, not an .npz file',
    );
    expect(() => decodeNpz(zipSync({}))).toThrow("bytes is a zip archive of nothing");
    expect(() => decodeNpz(encodeNpy(one))).toThrow("bytes is a NumPy .npy file, not an .npz file");
    const file = encodeNpz({ a: one });
    for (const end of [0, 1, 10, 100, file.length - 1])
      expect(() => decodeNpz(file.subarray(0, end))).toThrow(FormatError);
  });

  test("to write nothing, or what is no array", () => {
    expect(() => encodeNpz({})).toThrow("arrays is empty");
    expect(() => encodeNpz({ "": one })).toThrow('arrays has the name ""');
    expect(() => encodeNpz([one] as never)).toThrow("arrays must be an object or a Map");
    expect(() => encodeNpz({ a: { shape: [4], data: new Float32Array(3) } })).toThrow("array has 3 elements");
  });
});

const python = findPython("numpy");
test("is read by NumPy", (context) => {
  if (python === undefined) return context.skip("there is no python3 with numpy");
  const script = `
import sys, io, json, numpy
a = numpy.load(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps({name: dict(dtype=a[name].dtype.name, values=a[name].tolist()) for name in a.files}))`;
  for (const compress of [true, false]) {
    const file = encodeNpz(
      {
        x: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4.5) },
        "é y": { shape: [1], data: BigInt64Array.of(-5n) },
      },
      { compress },
    );
    expect(JSON.parse(runPython(python, script, file).toString())).toEqual({
      x: {
        dtype: "float32",
        values: [
          [1, 2],
          [3, 4.5],
        ],
      },
      "é y": { dtype: "int64", values: [-5] },
    });
  }
});
