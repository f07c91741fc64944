import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { IsthmusError } from "../../src/common/errors.js";
import type { NumericArray } from "../../src/formats/typedArrays.js";

export interface ShapedArray<T extends NumericArray = NumericArray> {
  shape: readonly number[];
  data: T;
}

/** The bytes of an array as hexadecimal digits: equal for equal bits, NaN payloads and signs of zero included. */
export function bitsOf(array: ArrayBufferView): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("hex");
}

/** 32-bit floats which a copy through numbers may change: NaNs quiet, signalling and negative, subnormals, -0, ∞. */
export const awkwardFloats = new Float32Array(
  Uint32Array.of(
    0x7fc00000,
    0x7f800001,
    0xffa12345,
    0x7fffffff,
    0x00000001,
    0x807fffff,
    0x80000000,
    0x7f800000,
    0xff800000,
    0x3f800000,
  ).buffer,
);

/** The same for 64-bit floats, from pairs of words, low word first. */
export const awkwardDoubles = new Float64Array(
  Uint32Array.of(1, 0x7ff00000, 0xdeadbeef, 0xfff7ffff, 1, 0, 0xffffffff, 0x800fffff, 0, 0x80000000).buffer,
);

type ArrayConstructor = { new (buffer: ArrayBuffer): NumericArray; readonly BYTES_PER_ELEMENT: number };

/** Arrays of random shape and random bits, each of one of the given types. */
export function shapedArrays(
  constructors: readonly ArrayConstructor[],
  { minimumRank = 0, minimumDimension = 0 } = {},
): fc.Arbitrary<ShapedArray> {
  const shapes = fc.array(fc.integer({ min: minimumDimension, max: 4 }), {
    minLength: minimumRank,
    maxLength: 4,
  });
  return fc.tuple(fc.constantFrom(...constructors), shapes).chain(([Constructor, shape]) => {
    const size = Constructor.BYTES_PER_ELEMENT * shape.reduce((a, b) => a * b, 1);
    return fc
      .uint8Array({ minLength: size, maxLength: size })
      .map((bytes) => ({ shape, data: new Constructor(Uint8Array.from(bytes).buffer) }));
  });
}

/** One kind of damage to a file; `at` is a position as a fraction of its length. */
interface Damage {
  kind: "flip" | "set" | "truncate" | "insert" | "delete";
  at: number;
  byte: number;
}

/** One or two damages; bytes that mean something in a header are likelier than others. */
export const damages: fc.Arbitrary<Damage[]> = fc.array(
  fc.record({
    kind: fc.constantFrom<Damage["kind"][]>("flip", "set", "set", "truncate", "insert", "delete"),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    byte: fc.oneof(
      fc.constantFrom(...Array.from(" 0123456789-.eE,:[]{}()'\"\\LTF<>|fiu\0\u00ff", (c) => c.charCodeAt(0))),
      fc.integer({ min: 0, max: 255 }),
    ),
  }),
  { minLength: 1, maxLength: 2 },
);

/** A damaged copy. */
export function damaged(bytes: Uint8Array, list: readonly Damage[]): Uint8Array {
  let copy = Array.from(bytes);
  for (const { kind, at, byte } of list) {
    const position = Math.floor(at * copy.length);
    if (kind === "flip") copy[position] = (copy[position] ?? 0) ^ (1 << (byte & 7));
    if (kind === "set") copy[position] = byte;
    if (kind === "truncate") copy = copy.slice(0, position);
    if (kind === "insert") copy.splice(position, 0, byte);
    if (kind === "delete") copy.splice(position, 1);
  }
  return Uint8Array.from(copy);
}

/** What `decode` returns, or undefined where it refuses with an `IsthmusError`; other errors pass through. */
export function decodedOrRefused<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof IsthmusError && error.message.length < 1000) return undefined;
    throw error;
  }
}

/** Whether the array has as many elements as its shape, of integers ≥ 0, asks for. */
export function isConsistent({ shape, data }: ShapedArray): boolean {
  return (
    shape.every((dimension) => Number.isSafeInteger(dimension) && dimension >= 0) &&
    data.length === shape.reduce((a, b) => a * b, 1)
  );
}

/** A Python that has the modules, or undefined. */
export function findPython(modules: string): string | undefined {
  return ["python3", "/usr/bin/python3"].find((command) => {
    try {
      execFileSync(command, ["-c", `import ${modules}`], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  });
}

/** What a Python script, given bytes on standard input, writes to standard output. */
export function runPython(python: string, script: string, input: Uint8Array = new Uint8Array()): Buffer {
  return execFileSync(python, ["-c", script], { input, maxBuffer: 1 << 26 });
}
