import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArgumentError, FormatError, ShapeError } from "../../src/common/errors.js";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../../src/formats/safetensors.js";
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

/** A file of any header text, or bytes, and any data. */
function file(header: string | Uint8Array, data: ArrayLike<number> = [], length?: bigint): Uint8Array {
  const json = Buffer.from(header as string);
  const bytes = new Uint8Array(8 + json.length + data.length);
  new DataView(bytes.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  bytes.set(json, 8);
  bytes.set(data, 8 + json.length);
  return bytes;
}

function headerOf(bytes: Uint8Array): string {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  return Buffer.from(bytes.subarray(8, 8 + length)).toString();
}

const eight = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets });

describe("safetensors round trip", () => {
  it("keeps every bit of awkward floats", () => {
    const { tensors } = decodeSafetensors(
      encodeSafetensors([
        { name: "single", shape: [2, 5], data: awkwardFloats },
        { name: "double", shape: [5], data: awkwardDoubles },
      ]),
    );
    expect(bitsOf(tensors.get("single")!.data)).toBe(bitsOf(awkwardFloats));
    expect(bitsOf(tensors.get("double")!.data)).toBe(bitsOf(awkwardDoubles));
    expect(tensors.get("single")!.shape).toEqual([2, 5]);
  });

  it("keeps names, shapes, types, bits, order and metadata of any tensors", () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "constructor", "10", "2", "", '"\\', "encoder.0.weight"),
    );
    const names = text.filter((name) => name !== "__metadata__");
    const tensors = fc.uniqueArray(fc.record({ name: names, array: shapedArrays(constructors) }), {
      selector: ({ name }) => name,
      maxLength: 6,
    });
    fc.assert(
      fc.property(tensors, fc.dictionary(text, text), (list, metadata) => {
        const given: NamedTensor[] = list.map(({ name, array }) => ({ name, ...array }));
        const bytes = encodeSafetensors(given, metadata);
        const decoded = decodeSafetensors(bytes);
        expect([...decoded.tensors.keys()]).toEqual(given.map(({ name }) => name));
        for (const { name, shape, data } of given) {
          const tensor = decoded.tensors.get(name)!;
          expect(tensor.name).toBe(name);
          expect(tensor.shape).toEqual(shape);
          expect(tensor.data.constructor).toBe(data.constructor);
          expect(bitsOf(tensor.data)).toBe(bitsOf(data));
        }
        expect(Object.entries(decoded.metadata).sort()).toEqual(Object.entries(metadata).sort());
        expect(bitsOf(encodeSafetensors(decoded.tensors.values(), metadata))).toBe(bitsOf(bytes));
      }),
    );
  });

  it("holds scalars, empty tensors and no tensors", () => {
    const { tensors } = decodeSafetensors(
      encodeSafetensors([
        { name: "scalar", shape: [], data: Float32Array.of(3) },
        { name: "empty", shape: [0, 7], data: new Float32Array() },
      ]),
    );
    expect(tensors.get("scalar")).toEqual({ name: "scalar", shape: [], data: Float32Array.of(3) });
    expect(tensors.get("empty")).toEqual({ name: "empty", shape: [0, 7], data: new Float32Array() });
    const none = encodeSafetensors([]);
    expect(none).toHaveLength(16);
    expect(decodeSafetensors(none).tensors.size).toBe(0);
  });

  it("reads from any offset, from a Buffer and from shared memory, into copies", () => {
    const bytes = encodeSafetensors([{ name: "a", shape: [10], data: awkwardFloats }]);
    for (let offset = 0; offset < 8; offset++) {
      const padded = new Uint8Array(offset + bytes.length + 3).fill(0xff);
      padded.set(bytes, offset);
      const view = padded.subarray(offset, offset + bytes.length);
      const { tensors } = decodeSafetensors(view);
      view.fill(0);
      expect(bitsOf(tensors.get("a")!.data)).toBe(bitsOf(awkwardFloats));
    }
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
    shared.set(bytes);
    for (const view of [Buffer.from(bytes), shared]) {
      expect(bitsOf(decodeSafetensors(view).tensors.get("a")!.data)).toBe(bitsOf(awkwardFloats));
    }
  });

  it("writes views of larger buffers without their surroundings", () => {
    const around = new Float32Array([9, 9, 1, 2, 9]);
    const bytes = encodeSafetensors([{ name: "a", shape: [2], data: around.subarray(2, 4) }]);
    expect(decodeSafetensors(bytes).tensors.get("a")!.data).toEqual(Float32Array.of(1, 2));
  });
});

describe("safetensors layout", () => {
  it("writes the very bytes of the format", () => {
    const bytes = encodeSafetensors([{ name: "a", shape: [1], data: Float32Array.of(1) }], { by: "me" });
    const json = '{"__metadata__":{"by":"me"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}';
    expect(headerOf(bytes)).toBe(json.padEnd(88));
    expect(Array.from(bytes.subarray(0, 8))).toEqual([88, 0, 0, 0, 0, 0, 0, 0]);
    expect(Array.from(bytes.subarray(96))).toEqual([0, 0, 0x80, 0x3f]);
  });

  it("lays data out by descending element size, so that each tensor is aligned", () => {
    const bytes = encodeSafetensors([
      { name: "byte", shape: [3], data: Uint8Array.of(1, 2, 3) },
      { name: "single", shape: [1], data: Float32Array.of(1) },
      { name: "double", shape: [1], data: Float64Array.of(1) },
      { name: "single again", shape: [1], data: Float32Array.of(2) },
    ]);
    const header = JSON.parse(headerOf(bytes));
    expect(Object.keys(header)).toEqual(["byte", "single", "double", "single again"]);
    expect(header.double.data_offsets).toEqual([0, 8]);
    expect(header.single.data_offsets).toEqual([8, 12]);
    expect(header["single again"].data_offsets).toEqual([12, 16]);
    expect(header.byte.data_offsets).toEqual([16, 19]);
    expect((bytes.length - 19) % 8).toBe(0);
  });

  it("reads tensors and metadata named like parts of Object.prototype harmlessly", () => {
    const tensor = entry("U8", [8], [0, 8]);
    const { tensors, metadata } = decodeSafetensors(
      file(`{"__metadata__":{"__proto__":"p","toString":"t"},"__proto__":${tensor}}`, eight),
    );
    expect(tensors.get("__proto__")!.data).toEqual(eight);
    expect(Object.entries(metadata)).toEqual([
      ["__proto__", "p"],
      ["toString", "t"],
    ]);
    expect(metadata.valueOf).toBeUndefined();
    expect(Object.hasOwn(Object.prototype, "dtype")).toBe(false);
    expect(() => decodeSafetensors(file(`{"a":{"__proto__":${tensor}}}`, eight))).toThrow(
      "dtype that is undefined",
    );
  });

  it("reads escaped names, unknown members of a tensor and data that is not aligned", () => {
    const header = '{"\\u00e9\\"":{"dtype":"U16","x":{"y":[{"y":1}]},"shape":[4],"data_offsets":[0,8]}}';
    expect(header.length % 8).not.toBe(0);
    const { tensors } = decodeSafetensors(file(header, eight));
    expect(tensors.get('é"')!.data).toEqual(Uint16Array.of(0x201, 0x403, 0x605, 0x807));
  });
});

describe("safetensors refuses files", () => {
  const valid = file(`{"a":${entry("U8", [8], [0, 8])}}`, eight);
  const one = (dtype: string, shape: unknown, offsets: unknown) =>
    file(`{"a":${entry(dtype, shape, offsets)}}`, eight);
  const two = (a: [number, number], b: [number, number]) =>
    file(`{"a":${entry("U8", [a[1] - a[0]], a)},"b":${entry("U8", [b[1] - b[0]], b)}}`, eight);
  const bad = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d]);

  const cases: [what: string, bytes: Uint8Array, message: string][] = [
    ["empty", new Uint8Array(), "it has 0 bytes, but the header length alone takes 8"],
    ["shorter than the header length", valid.subarray(0, 7), "it has 7 bytes, but"],
    [
      "with a header length over the limit",
      file("{}", [], 100_000_001n),
      "is 100000001, but the format allows 100000000",
    ],
    [
      "with a header length of 2^64 - 1",
      file("{}", [], 2n ** 64n - 1n),
      "is 18446744073709551615, but the format",
    ],
    [
      "with a header longer than the file",
      file("{}", [], 3n),
      "its header length is 3, but only 2 bytes follow",
    ],
    ["cut in the header", valid.subarray(0, 20), "bytes follow"],
    ["cut in the data", valid.subarray(0, -1), 'tensor "a" ends at byte 8 of the data, which has 7'],
    ["with more data than tensors", file("{}", eight), "its tensors end at byte 0 of the data, which has 8"],
    ["with an empty header", file(""), "its header does not begin with {"],
    ["with a header that is an array", file("[]"), "its header does not begin with {"],
    ["with white space before the header", file(" {}"), "its header does not begin with {"],
    ["with a byte order mark", file("\ufeff{}"), "its header does not begin with {"],
    ["with a header that is not UTF-8", file(bad), "its header is not UTF-8"],
    ["with a header that is not JSON", file('{"a":}'), "its header is not JSON"],
    ["with text after the header", file("{}x"), "its header is not JSON"],
    ["with a shorter header length than header", file("{}  ", [], 1n), "its header is not JSON"],
    [
      "with a name twice",
      file(`{"a":${entry("U8", [0], [0, 0])},"\\u0061":${entry("U8", [8], [0, 8])}}`, eight),
      'its header has the key "a" twice',
    ],
    [
      "with a dtype twice",
      file('{"a":{"dtype":"F32","dtype":"U8","shape":[8],"data_offsets":[0,8]}}', eight),
      'the key "dtype" twice',
    ],
    ["with metadata twice", file('{"__metadata__":{},"__metadata__":{}}'), 'the key "__metadata__" twice'],
    [
      "with metadata that is null",
      file('{"__metadata__":null}'),
      "its __metadata__ is null, but it must be an object",
    ],
    [
      "with metadata that is an array",
      file('{"__metadata__":[]}'),
      "its __metadata__ is Array, but it must be an object",
    ],
    [
      "with metadata of numbers",
      file('{"__metadata__":{"epoch":3}}'),
      'its __metadata__ has 3 for "epoch", but it must be a string',
    ],
    [
      "with half a surrogate in metadata",
      file('{"__metadata__":{"a":"\\ud800"}}'),
      'half a surrogate pair in "a"',
    ],
    [
      "with half a surrogate in a name",
      file(`{"\\udc00":${entry("U8", [8], [0, 8])}}`, eight),
      "half a surrogate pair in its name",
    ],
    ["with a tensor that is a number", file('{"a":3}'), 'tensor "a" is 3, but it must be an object'],
    ["with a tensor that is an array", file('{"a":[]}'), 'tensor "a" is Array, but it must be an object'],
    [
      "without a dtype",
      file('{"a":{"shape":[8],"data_offsets":[0,8]}}', eight),
      "a dtype that is undefined, not a string",
    ],
    [
      "with half precision",
      one("F16", [4], [0, 8]),
      'bytes has tensor "a" with dtype "F16", but only F64, F32,',
    ],
    ["with a dtype named like a method", one("toString", [8], [0, 8]), 'dtype "toString", but only'],
    ["with a shape that is a number", one("U8", 8, [0, 8]), "a shape that is not an array of integers ≥ 0"],
    ["with a negative shape", one("U8", [-8], [0, 8]), "a shape that is not an array of integers ≥ 0"],
    ["with a fractional shape", one("U8", [0.5, 16], [0, 8]), "a shape that is not an array of integers ≥ 0"],
    [
      "with a shape beyond 2^53",
      one("U8", [2 ** 53], [0, 8]),
      "a shape that is not an array of integers ≥ 0",
    ],
    ["with a shape of text", one("U8", ["8"], [0, 8]), "a shape that is not an array of integers ≥ 0"],
    [
      "with a shape whose product overflows",
      one("U8", [2 ** 30, 2 ** 30, 0], [0, 0]),
      "a shape whose size is more than 2^53 - 1 bytes",
    ],
    [
      "with a size that overflows",
      one("F64", [2 ** 52], [0, 8]),
      "a shape whose size is more than 2^53 - 1 bytes",
    ],
    ["with one offset", one("U8", [8], [0]), "data_offsets that are not two integers ≥ 0"],
    ["with three offsets", one("U8", [8], [0, 4, 8]), "data_offsets that are not two integers ≥ 0"],
    ["with a negative offset", one("U8", [8], [-8, 0]), "data_offsets that are not two integers ≥ 0"],
    ["with a fractional offset", one("U8", [8], [0, 8.5]), "data_offsets that are not two integers ≥ 0"],
    [
      "without offsets",
      file('{"a":{"dtype":"U8","shape":[8]}}', eight),
      "data_offsets that are not two integers ≥ 0",
    ],
    ["with reversed offsets", one("U8", [8], [8, 0]), "data_offsets that begin at 8 and end before, at 0"],
    [
      "with a shape too small",
      one("F32", [1], [0, 8]),
      'tensor "a" is F32 of shape [1], 4 bytes, but its data_offsets span 8',
    ],
    [
      "with a shape too large",
      one("F32", [2, 2], [0, 8]),
      "is F32 of shape [2, 2], 16 bytes, but its data_offsets span 8",
    ],
    ["with data out of range", one("U8", [9], [0, 9]), 'tensor "a" ends at byte 9 of the data, which has 8'],
    [
      "with overlapping tensors",
      two([0, 5], [4, 8]),
      'tensor "b" begins at byte 4 of the data, inside another that ends at 5',
    ],
    [
      "with one tensor's data twice",
      two([0, 8], [0, 8]),
      'tensor "b" begins at byte 0 of the data, inside another that ends at 8',
    ],
    ["with a hole", two([0, 3], [4, 8]), 'tensor "b" begins at byte 4 of the data and leaves a gap from 3'],
    [
      "with a hole at the beginning",
      one("U8", [7], [1, 8]),
      'tensor "a" begins at byte 1 of the data and leaves a gap from 0',
    ],
    ["with data left over", one("U8", [7], [0, 7]), "its tensors end at byte 7 of the data, which has 8"],
  ];
  it.each(cases)("%s", (_what, bytes, message) => {
    const decode = () => decodeSafetensors(bytes);
    expect(decode).toThrow(FormatError);
    expect(decode).toThrow(message);
  });

  it("and still reads the file that the cases are made from", () => {
    expect(decodeSafetensors(valid).tensors.get("a")!.data).toEqual(eight);
  });

  it("with a header nested a million deep, without overflowing the stack", () => {
    const header = `${'{"a":'.repeat(1e6)}1${"}".repeat(1e6)}`;
    expect(() => decodeSafetensors(file(header))).toThrow(FormatError);
  });

  it("with a very long name or shape, in a short message", () => {
    const long = `{"${"n".repeat(1e5)}":${entry("U8", Array(1e5).fill(1), [0, 8])}}`;
    try {
      decodeSafetensors(file(long, eight));
      expect.unreachable();
    } catch (error) {
      expect((error as Error).message).toContain(
        "… 100000 dimensions], 1 bytes, but its data_offsets span 8",
      );
      expect((error as Error).message.length).toBeLessThan(400);
    }
  });

  it("of any damage, or else reads something consistent", () => {
    let read = 0;
    let refused = 0;
    const original = encodeSafetensors(
      [
        { name: "a", shape: [2, 3], data: new Float32Array(6) },
        { name: "b", shape: [], data: new BigInt64Array(1) },
        { name: "c", shape: [3], data: new Uint8Array(3) },
      ],
      { epoch: "3" },
    );
    fc.assert(
      fc.property(damages, (list) => {
        const bytes = damaged(original, list);
        const decoded = decodedOrRefused(() => decodeSafetensors(bytes));
        if (decoded === undefined) {
          refused++;
          return;
        }
        read++;
        expect([...decoded.tensors.values()].every(isConsistent)).toBe(true);
        const again = decodeSafetensors(encodeSafetensors(decoded.tensors.values(), decoded.metadata));
        expect([...again.tensors.keys()]).toEqual([...decoded.tensors.keys()]);
        for (const [name, tensor] of decoded.tensors) {
          expect(bitsOf(again.tensors.get(name)!.data)).toBe(bitsOf(tensor.data));
        }
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(20);
    expect(refused).toBeGreaterThan(500);
  });
});

describe("safetensors refuses arguments", () => {
  const tensor = { name: "a", shape: [2], data: Float32Array.of(1, 2) };
  const encode = (tensors: unknown, metadata?: unknown) => () =>
    encodeSafetensors(tensors as NamedTensor[], metadata as Record<string, string>);

  it.each<[string, () => unknown, typeof ArgumentError | typeof ShapeError, string]>([
    [
      "tensors that are no iterable",
      encode(undefined),
      ArgumentError,
      "tensors is undefined, but it must be an iterable",
    ],
    ["a tensor that is null", encode([null]), ArgumentError, "tensors[0] has a name that is undefined"],
    [
      "a name that is a number",
      encode([tensor, { ...tensor, name: 3 }]),
      ArgumentError,
      "tensors[1] has a name that is 3",
    ],
    ["the reserved name", encode([{ ...tensor, name: "__metadata__" }]), ArgumentError, "which is reserved"],
    [
      "half a surrogate in a name",
      encode([{ ...tensor, name: "a\ud800" }]),
      ArgumentError,
      "half a surrogate pair in its name",
    ],
    ["two tensors of one name", encode([tensor, tensor]), ArgumentError, 'two tensors with the name "a"'],
    [
      "data that is an array",
      encode([{ ...tensor, data: [1, 2] }]),
      ArgumentError,
      'tensor "a" has data that is Array, but it must be one of Int8Array,',
    ],
    [
      "data that is a DataView",
      encode([{ ...tensor, data: new DataView(new ArrayBuffer(8)) }]),
      ArgumentError,
      "data that is DataView",
    ],
    [
      "data that is clamped",
      encode([{ ...tensor, data: new Uint8ClampedArray(2) }]),
      ArgumentError,
      "data that is Uint8ClampedArray",
    ],
    [
      "a shape that is a number",
      encode([{ ...tensor, shape: 2 }]),
      ArgumentError,
      "a shape that is 2, but it must be an array",
    ],
    [
      "a negative dimension",
      encode([{ ...tensor, shape: [-1, -2] }]),
      ArgumentError,
      "shape [-1, -2], but dimensions must be integers ≥ 0",
    ],
    [
      "a sparse shape",
      encode([{ ...tensor, shape: Array(1) }]),
      ArgumentError,
      "shape [undefined], but dimensions must be integers ≥ 0",
    ],
    [
      "a shape of another size",
      encode([{ ...tensor, shape: [3] }]),
      ShapeError,
      'tensor "a" has 2 elements, but shape [3] needs 3',
    ],
    [
      "a shape that overflows",
      encode([{ ...tensor, shape: [2 ** 40, 2 ** 40] }]),
      ShapeError,
      "needs more than 2^53 - 1",
    ],
    [
      "metadata that is text",
      encode([tensor], "x"),
      ArgumentError,
      'metadata is "x", but it must be an object of strings',
    ],
    [
      "metadata of numbers",
      encode([tensor], { epoch: 3 }),
      ArgumentError,
      'metadata has 3 for "epoch", but it must be a string',
    ],
    [
      "half a surrogate in metadata",
      encode([tensor], { a: "\udfff" }),
      ArgumentError,
      'half a surrogate pair in "a"',
    ],
    [
      "a header over the limit",
      encode([tensor], { a: "x".repeat(1e8) }),
      ArgumentError,
      "make a header of 100000080 bytes, but the format allows",
    ],
    [
      "bytes that are text",
      () => decodeSafetensors("{}" as unknown as Uint8Array),
      ArgumentError,
      "bytes is a string, but a Uint8Array or an ArrayBuffer is expected",
    ],
    [
      "bytes that are a view of other elements",
      () => decodeSafetensors(new DataView(new ArrayBuffer(8)) as unknown as Uint8Array),
      ArgumentError,
      "bytes is DataView, but a Uint8Array or an ArrayBuffer is expected",
    ],
  ])("%s", (_what, call, type, message) => {
    expect(call).toThrow(type);
    expect(call).toThrow(message);
  });
});
