import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { gunzip } from "../../src/formats/gzip.js";
import { decodeIdx, encodeIdx, type IdxArray } from "../../src/formats/idx.js";
import {
  awkwardDoubles,
  awkwardFloats,
  bitsOf,
  damaged,
  damages,
  decodedOrRefused,
  isConsistent,
  shapedArrays,
} from "./helpers.js";

const types = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};

describe("IDX round trip", () => {
  it("keeps every bit of awkward floats", () => {
    const singles = decodeIdx(encodeIdx({ data: awkwardFloats, shape: [5, 2] }));
    expect(singles.type).toBe("float32");
    expect(singles.shape).toEqual([5, 2]);
    expect(bitsOf(singles.data)).toBe(bitsOf(awkwardFloats));
    expect(bitsOf(decodeIdx(encodeIdx({ data: awkwardDoubles, shape: [5] })).data)).toBe(
      bitsOf(awkwardDoubles),
    );
  });

  it("keeps shape, type and bits of any array, and leaves the array as it was", () => {
    const arrays = shapedArrays(Object.values(types), { minimumRank: 1, minimumDimension: 1 });
    fc.assert(
      fc.property(arrays, fc.nat(7), (array, offset) => {
        const before = bitsOf(array.data);
        const encoded = encodeIdx(array as IdxArray);
        const padded = new Uint8Array(offset + encoded.length);
        padded.set(encoded, offset);
        const decoded = decodeIdx(padded.subarray(offset));
        expect(decoded.shape).toEqual(array.shape);
        expect(decoded.data.constructor).toBe(types[decoded.type]);
        expect(decoded.data.constructor).toBe(array.data.constructor);
        expect(bitsOf(decoded.data)).toBe(before);
        expect(bitsOf(array.data)).toBe(before);
        expect(bitsOf(padded.subarray(offset))).toBe(bitsOf(encoded));
      }),
    );
  });
});

describe("IDX layout", () => {
  it("is that of the description: big-endian sizes and elements", () => {
    const bytes = Uint8Array.of(0, 0, 0x0b, 2, 0, 0, 0, 2, 0, 0, 0, 1, 0x01, 0x02, 0xff, 0xfe);
    const array = { type: "int16", shape: [2, 1], data: Int16Array.of(258, -2) };
    expect(decodeIdx(bytes)).toEqual(array);
    expect(encodeIdx(array as unknown as IdxArray)).toEqual(bytes);
  });

  it.each([
    [0x08, "uint8", [0xff], 255],
    [0x09, "int8", [0xff], -1],
    [0x0b, "int16", [0x80, 0], -32768],
    [0x0c, "int32", [0, 1, 0, 0], 65536],
    [0x0d, "float32", [0x3f, 0x80, 0, 0], 1],
    [0x0e, "float64", [0xc0, 0, 0, 0, 0, 0, 0, 0], -2],
  ])("has type code %i for %s", (code, type, element, value) => {
    const decoded = decodeIdx(Uint8Array.from([0, 0, code, 1, 0, 0, 0, 1, ...element]));
    expect(decoded.type).toBe(type);
    expect(Array.from(decoded.data)).toEqual([value]);
  });
});

describe("IDX refuses files", () => {
  const valid = encodeIdx({ data: Uint8Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] });
  const header = (code: number, ...shape: number[]) =>
    Uint8Array.from([
      0,
      0,
      code,
      shape.length,
      ...shape.flatMap((n) => [n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255]),
    ]);
  const cases: [what: string, bytes: Uint8Array, message: string][] = [
    ["empty", new Uint8Array(), "it has 0 bytes, but the magic number alone takes 4"],
    ["cut in the magic number", valid.subarray(0, 3), "it has 3 bytes, but the magic number alone takes 4"],
    [
      "cut in the sizes",
      valid.subarray(0, 11),
      "it ends after 11 bytes, but its header with 2 dimensions takes 12",
    ],
    [
      "cut in the data",
      valid.subarray(0, -1),
      "its shape [2, 3] needs 6 bytes of data, but only 5 follow the header",
    ],
    [
      "with more data",
      Uint8Array.from([...valid, 0]),
      "its shape [2, 3] needs 6 bytes of data, but 7 follow the header",
    ],
    [
      "with another magic number",
      Uint8Array.from([0, 1, ...valid.subarray(2)]),
      "it begins with 00 01, but the magic number begins with 00 00",
    ],
    ["in little-endian order", Uint8Array.from([2, 8, 0, 0, ...valid.subarray(4)]), "it begins with 02 08"],
    [
      "with the unassigned type",
      header(0x0a, 1),
      "its type code is 0x0a, but it must be one of 0x08, 0x09, 0x0b, 0x0c, 0x0d, 0x0e",
    ],
    ["with type 0", header(0, 1), "its type code is 0x00"],
    ["with no dimensions", Uint8Array.of(0, 0, 8, 0, 1), "it has 0 dimensions, but it needs at least 1"],
    [
      "with an empty dimension",
      header(8, 3, 0),
      "its shape is [3, 0], but every dimension must be at least 1",
    ],
    [
      "with a product that overflows",
      header(8, 0xffffffff, 0xffffffff),
      "its shape [4294967295, 4294967295] is larger than any file can be",
    ],
    ["with a size that overflows", header(0x0e, 0xffffffff, 0x200000), "is larger than any file can be"],
    [
      "with a size far beyond the data",
      header(0x0e, 0xffffffff),
      "needs 34359738360 bytes of data, but only 0 follow the header",
    ],
    ["that are gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "it is gzip data; decompress it first"],
  ];
  it.each(cases)("%s", (_what, bytes, message) => {
    const decode = () => decodeIdx(bytes);
    expect(decode).toThrow(FormatError);
    expect(decode).toThrow(message);
  });

  it("of any damage, or else reads something consistent", () => {
    let read = 0;
    let refused = 0;
    fc.assert(
      fc.property(damages, (list) => {
        const decoded = decodedOrRefused(() => decodeIdx(damaged(valid, list)));
        if (decoded === undefined) {
          refused++;
          return;
        }
        read++;
        expect(isConsistent(decoded)).toBe(true);
        expect(decodeIdx(encodeIdx(decoded))).toEqual(decoded);
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(500);
  });
});

describe("IDX refuses arguments", () => {
  const encode = (data: unknown, shape: unknown) => () => encodeIdx({ data, shape } as IdxArray);
  it.each<[string, () => unknown, typeof ArgumentError | typeof ShapeError, string]>([
    [
      "a type it cannot hold",
      encode(new Uint16Array(1), [1]),
      ArgumentError,
      "array has data that is Uint16Array, but IDX supports only Uint8Array, Int8Array,",
    ],
    [
      "a scalar",
      encode(new Uint8Array(1), []),
      ArgumentError,
      "array has 0 dimensions, but IDX supports 1 to 255",
    ],
    [
      "256 dimensions",
      encode(new Uint8Array(1), Array(256).fill(1)),
      ArgumentError,
      "array has 256 dimensions, but IDX supports 1 to 255",
    ],
    [
      "an empty array",
      encode(new Uint8Array(0), [0, 28]),
      ArgumentError,
      "array has shape [0, 28], but IDX supports dimensions of 1 to 4294967295",
    ],
    [
      "a shape of another size",
      encode(new Uint8Array(3), [2, 2]),
      ShapeError,
      "array has 3 elements, but shape [2, 2] needs 4",
    ],
    [
      "bytes that are nothing",
      () => decodeIdx(undefined as unknown as Uint8Array),
      ArgumentError,
      "bytes is undefined, but a Uint8Array or an ArrayBuffer is expected",
    ],
  ])("%s", (_what, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});

describe("IDX files of the MNIST test set", () => {
  const folder = fileURLToPath(new URL("../../../shared/data/mnist/", import.meta.url));
  const present = existsSync(folder);

  it("hold 10,000 images of 28 by 28 and their labels", async (context) => {
    if (!present) return context.skip("the folder ../shared/data/mnist is not there");
    const read = async (name: string) => decodeIdx(await gunzip(readFileSync(`${folder}${name}`)));
    const images = await read("t10k-images-idx3-ubyte.gz");
    expect(images.type).toBe("uint8");
    expect(images.shape).toEqual([10_000, 28, 28]);
    let sum = 0;
    for (const pixel of images.data) sum += pixel;
    // The test set's mean pixel is 0.1325 of white.
    expect(sum / images.data.length / 255).toBeCloseTo(0.1325, 4);

    const labels = await read("t10k-labels-idx1-ubyte.gz");
    expect(labels.shape).toEqual([10_000]);
    expect(Array.from(labels.data.subarray(0, 10))).toEqual([7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  });
});
