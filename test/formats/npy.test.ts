import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { decodeNpy, encodeNpy, type NpyArray } from "../../src/formats/npy.js";
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

const constructors = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  BigInt64Array,
  BigUint64Array,
  Float32Array,
  Float64Array,
];

/** A file of any header text, data and version. */
function file(
  header: string,
  data: ArrayLike<number> = [],
  major = 1,
  minor = 0,
  length = header.length,
): Uint8Array {
  const lengthBytes =
    major === 1 ? [length & 255, length >> 8] : [length & 255, (length >> 8) & 255, length >> 16, 0];
  const text = Buffer.from(header, "latin1");
  return Uint8Array.from([
    ...Buffer.from("\x93NUMPY", "latin1"),
    major,
    minor,
    ...lengthBytes,
    ...text,
    ...Array.from(data),
  ]);
}

const dict = (descr: string, shape: string, order = "False") =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
const bytes = (count: number) => Uint8Array.from({ length: count }, (_, i) => i + 1);

describe("npy round trip", () => {
  it("keeps every bit of awkward floats", () => {
    for (const data of [awkwardFloats, awkwardDoubles]) {
      const decoded = decodeNpy(encodeNpy({ data, shape: [data.length] }));
      expect(bitsOf(decoded.data)).toBe(bitsOf(data));
      expect(decoded.data.constructor).toBe(data.constructor);
    }
  });

  it("keeps shape, type and bits of any array", () => {
    fc.assert(
      fc.property(shapedArrays(constructors), fc.nat(7), (array, offset) => {
        const encoded = encodeNpy(array);
        const padded = new Uint8Array(offset + encoded.length);
        padded.set(encoded, offset);
        const decoded = decodeNpy(padded.subarray(offset));
        expect(decoded.shape).toEqual(array.shape);
        expect(decoded.data.constructor).toBe(array.data.constructor);
        expect(bitsOf(decoded.data)).toBe(bitsOf(array.data));
      }),
    );
  });

  it("begins the data at a multiple of 64 bytes, after a newline", () => {
    for (const shape of [
      [],
      [0],
      [1, 2, 3],
      Array<number>(32).fill(1),
      [0, ...Array<number>(31).fill(999_999)],
    ]) {
      const count = shape.reduce((a, b) => a * b, 1);
      const encoded = encodeNpy({ data: new Float32Array(count), shape });
      const begin = encoded.length - 4 * count;
      expect(begin % 64).toBe(0);
      expect(encoded[begin - 1]).toBe(0x0a);
      expect(decodeNpy(encoded).shape).toEqual(shape);
    }
  });

  it("writes the very bytes of the format", () => {
    const encoded = Buffer.from(encodeNpy({ data: Int32Array.of(-2), shape: [1] }));
    const header = "{'descr': '<i4', 'fortran_order': False, 'shape': (1,), }".padEnd(117);
    expect(encoded.toString("latin1")).toBe(`\x93NUMPY\x01\x00\x76\x00${header}\n\xfe\xff\xff\xff`);
  });
});

describe("npy reads", () => {
  it("versions 2.0 and 3.0", () => {
    for (const major of [1, 2, 3]) {
      expect(decodeNpy(file(dict("|u1", "(2,)"), [1, 2], major))).toEqual({
        shape: [2],
        data: Uint8Array.of(1, 2),
      });
    }
  });

  it("big-endian elements", () => {
    const { data } = decodeNpy(file(dict(">f4", "(2,)"), [0x3f, 0x80, 0, 0, 0xff, 0xa1, 0x23, 0x45]));
    expect(bitsOf(data)).toBe("0000803f4523a1ff");
    expect(decodeNpy(file(dict(">i8", "()"), [0, 0, 0, 0, 0, 0, 1, 2])).data).toEqual(BigInt64Array.of(258n));
    expect(decodeNpy(file(dict(">u1", "(2,)"), [1, 2])).data).toEqual(Uint8Array.of(1, 2));
  });

  it("Fortran order into C order, to the bit", () => {
    const decoded = decodeNpy(file(dict("|i1", "(2, 3)", "True"), [1, 2, 3, 4, 5, 6]));
    expect(decoded).toEqual({ shape: [2, 3], data: Int8Array.of(1, 3, 5, 2, 4, 6) });
    const cube = decodeNpy(file(dict("|u1", "(2, 3, 4)", "True"), bytes(24)));
    for (let i = 0; i < 2; i++)
      for (let j = 0; j < 3; j++)
        for (let k = 0; k < 4; k++) expect(cube.data[(i * 3 + j) * 4 + k]).toBe(1 + i + 2 * j + 6 * k);
    const signalling = file(dict("<f4", "(10, 1)", "True"), new Uint8Array(awkwardFloats.buffer));
    expect(bitsOf(decodeNpy(signalling).data)).toBe(bitsOf(awkwardFloats));
    expect(decodeNpy(file(dict("|u1", "(0, 3)", "True"))).data).toHaveLength(0);
    expect(decodeNpy(file(dict("|u1", "()", "True"), [7])).data).toEqual(Uint8Array.of(7));
  });

  it("headers written with other quotes, orders, spaces, and long integers of Python 2", () => {
    const header = `{ "shape" : ( 2L , 1L ) ,"fortran_order":False,"descr":"|u1"}  \n`;
    expect(decodeNpy(file(header, [1, 2]))).toEqual({ shape: [2, 1], data: Uint8Array.of(1, 2) });
  });
});

describe("npy refuses files", () => {
  const valid = file(dict("<f4", "(2,)"), bytes(8));
  const cases: [what: string, bytes: Uint8Array, message: string][] = [
    ["empty", new Uint8Array(), "it does not begin with \\x93NUMPY"],
    [
      "of another kind",
      Uint8Array.from(valid, (byte, i) => (i === 3 ? 0 : byte)),
      "it does not begin with \\x93NUMPY",
    ],
    ["cut before the version", valid.subarray(0, 6), "it ends before its version"],
    ["cut in the version", valid.subarray(0, 7), "it ends before its version"],
    ["cut before the header length", valid.subarray(0, 9), "it ends before its header length"],
    ["cut in the header", valid.subarray(0, 30), "bytes follow"],
    ["of version 0.0", file(dict("|u1", "()"), [1], 0), "its version is 0.0, but it must be 1.0, 2.0 or 3.0"],
    ["of version 4.0", file(dict("|u1", "()"), [1], 4), "its version is 4.0, but"],
    ["of version 1.1", file(dict("|u1", "()"), [1], 1, 1), "its version is 1.1, but"],
    [
      "with a header longer than the file",
      file("{}", [], 1, 0, 3),
      "its header length is 3, but only 2 bytes follow",
    ],
    [
      "with a header over the limit",
      file("{}".padEnd(10_001)),
      "its header length is 10001, but the limit is 10000",
    ],
    [
      "with too little data",
      valid.subarray(0, -1),
      "its shape [2] needs 8 bytes of data, but only 7 follow the header",
    ],
    [
      "with too much data",
      file(dict("<f4", "(2,)"), bytes(9)),
      "its shape [2] needs 8 bytes of data, but 9 follow the header",
    ],
    ["with no dict", file("(1, 2)\n"), "its header does not begin with {"],
    ["with an open dict", file("{'descr': '<f4',\n"), 'its header is not a Python dict from "" on'],
    [
      "with text after the dict",
      file(`${dict("|u1", "()").trim()} x`, [1]),
      'is not a Python dict from "} x" on',
    ],
    [
      "with members not separated",
      file("{'descr': '|u1' 'shape': ()}", [1]),
      "its header is not a Python dict from",
    ],
    [
      "with an expression",
      file(dict("|u1", "(1+1,)").replace("(1+1,)", "f(1)"), [1]),
      "its header is not a Python dict from",
    ],
    ["without descr", file("{'fortran_order': False, 'shape': ()}"), "its header has no 'descr'"],
    ["without fortran_order", file("{'descr': '|u1', 'shape': ()}"), "its header has no 'fortran_order'"],
    ["without shape", file("{'descr': '|u1', 'fortran_order': False}"), "its header has no 'shape'"],
    ["with an unknown key", file("{'descr': '|u1', 'x': 1}"), 'its header has the unknown key "x"'],
    ["with a key twice", file("{'shape': (), 'shape': ()}"), "its header has the key 'shape' twice"],
    [
      "with a descr that is a number",
      file("{'descr': 4, 'fortran_order': False, 'shape': ()}"),
      "has \"4\" for 'descr', but it must be a string",
    ],
    [
      "with an order that is a number",
      file(dict("|u1", "()", "0")),
      "has \"0\" for 'fortran_order', but it must be True or False",
    ],
    [
      "with a shape that is no tuple",
      file(dict("|u1", "3")),
      "has \"3\" for 'shape', but it must be a tuple of integers ≥ 0",
    ],
    ["with a shape in plain parentheses", file(dict("|u1", "(3)"), bytes(3)), "has \"(3)\" for 'shape'"],
    ["with a negative shape", file(dict("|u1", "(-3,)"), bytes(3)), "has \"(-3,)\" for 'shape'"],
    ["with a fractional shape", file(dict("|u1", "(3.0,)"), bytes(3)), "has \"(3.0,)\" for 'shape'"],
    ["with a gap in the shape", file(dict("|u1", "(3,,1)"), bytes(3)), "has \"(3,,1)\" for 'shape'"],
    ["with a comma for a shape", file(dict("|u1", "(,)"), bytes(1)), "has \"(,)\" for 'shape'"],
    [
      "with a dimension beyond 2^53",
      file(dict("|u1", "(9007199254740992,)")),
      "has \"(9007199254740992,)\" for 'shape'",
    ],
    [
      "with a product that overflows",
      file(dict("|u1", "(9007199254740991, 2)")),
      "its shape [9007199254740991, 2] is larger than any file can be",
    ],
    [
      "with a size that overflows",
      file(dict("<f8", "(9007199254740991,)")),
      "is larger than any file can be",
    ],
    [
      "with 65 dimensions",
      file(dict("|u1", `(${"1,".repeat(65)})`), [1]),
      "it has 65 dimensions, but NumPy has at most 64",
    ],
    [
      "with fields",
      file("{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1,)}", bytes(4)),
      "bytes has elements of a structured NumPy type",
    ],
    [
      "with extended precision",
      file(dict("<f16", "(1,)"), bytes(16)),
      'bytes has elements of NumPy type "<f16", but only f8, f4,',
    ],
    [
      "with booleans that are neither",
      file(dict("|b1", "(2,)"), [1, 7]),
      "it has the boolean 7, which is neither",
    ],
    ["with Python objects", file(dict("|O", "(1,)"), bytes(8)), 'of NumPy type "|O"'],
    ["with wide elements of no byte order", file(dict("|f4", "(1,)"), bytes(4)), 'of NumPy type "|f4"'],
    ["with an empty type", file(dict("", "(1,)"), bytes(4)), 'of NumPy type ""'],
    ["with a type without order", file(dict("f4", "(1,)"), bytes(4)), 'of NumPy type "f4"'],
  ];
  it.each(cases)("%s", (_what, encoded, message) => {
    const decode = () => decodeNpy(encoded);
    expect(decode).toThrow(FormatError);
    expect(decode).toThrow(message);
  });

  it("and still reads the file that the cases are made from", () => {
    expect(bitsOf(decodeNpy(valid).data)).toBe("0102030405060708");
  });

  it("of any damage, or else reads something consistent", () => {
    let read = 0;
    let refused = 0;
    const originals = fc.constantFrom(
      encodeNpy({ data: new Float32Array(6), shape: [2, 3] }),
      encodeNpy({ data: new Uint8Array(1), shape: [] }),
      file(dict(">i2", "(3, 2)", "True"), bytes(12), 3),
    );
    fc.assert(
      fc.property(originals, damages, (original, list) => {
        const encoded = damaged(original, list);
        const decoded = decodedOrRefused(() => decodeNpy(encoded));
        if (decoded === undefined) {
          refused++;
          return;
        }
        read++;
        expect(isConsistent(decoded)).toBe(true);
        expect(bitsOf(decodeNpy(encodeNpy(decoded)).data)).toBe(bitsOf(decoded.data));
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(500);
  });
});

describe("npy refuses arguments", () => {
  it.each<[string, () => unknown, typeof ArgumentError | typeof ShapeError, string]>([
    [
      "no array",
      () => encodeNpy(null as unknown as NpyArray),
      ArgumentError,
      "array is null, but it must be an object",
    ],
    [
      "data that is an array",
      () => encodeNpy({ data: [1] as unknown as Int8Array, shape: [1] }),
      ArgumentError,
      "array has data that is Array",
    ],
    [
      "33 dimensions",
      () => encodeNpy({ data: new Int8Array(1), shape: Array(33).fill(1) }),
      ArgumentError,
      "array has 33 dimensions, but NumPy allows up to 32",
    ],
    [
      "a shape of another size",
      () => encodeNpy({ data: new Int8Array(1), shape: [1, 2] }),
      ShapeError,
      "array has 1 elements, but shape [1, 2] needs 2",
    ],
    [
      "bytes that are an array",
      () => decodeNpy([1] as unknown as Uint8Array),
      ArgumentError,
      "bytes is Array, but a Uint8Array or an ArrayBuffer is expected",
    ],
  ])("%s", (_what, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
