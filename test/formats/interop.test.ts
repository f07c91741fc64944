import { describe, expect, it } from "vitest";
import { FormatError } from "../../src/common/errors.js";
import { decodeNpy, encodeNpy } from "../../src/formats/npy.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import type { NumericArray } from "../../src/formats/typedArrays.js";
import { awkwardDoubles, awkwardFloats, bitsOf, findPython, runPython } from "./helpers.js";

const python = findPython("numpy, safetensors.numpy");
const numpy = findPython("numpy");
const reason = "there is no python3 with numpy and safetensors";

/** One array of each type, with NumPy's name of the type. */
const arrays: { dtype: string; shape: number[]; data: NumericArray }[] = [
  { dtype: "float32", shape: [5, 2], data: awkwardFloats },
  { dtype: "float64", shape: [5], data: awkwardDoubles },
  { dtype: "int64", shape: [], data: BigInt64Array.of(-(2n ** 63n)) },
  { dtype: "uint64", shape: [1], data: BigUint64Array.of(2n ** 64n - 1n) },
  { dtype: "int32", shape: [1, 2, 1], data: Int32Array.of(-1, 2 ** 31 - 1) },
  { dtype: "uint32", shape: [0, 3], data: new Uint32Array() },
  { dtype: "int16", shape: [1], data: Int16Array.of(-2) },
  { dtype: "uint16", shape: [3], data: Uint16Array.of(1, 2, 65535) },
  { dtype: "int8", shape: [3], data: Int8Array.of(-128, 0, 127) },
  { dtype: "uint8", shape: [3], data: Uint8Array.of(0, 128, 255) },
];
const described = arrays.map(({ dtype, shape, data }) => ({ dtype, shape, bits: bitsOf(data) }));

/** Python that prints what an array `a` is, as `described` has it. */
const DESCRIBE = "dict(dtype=a.dtype.name, shape=list(a.shape), bits=a.tobytes().hex())";
/** Python that makes the array described by `d`. */
const MAKE = "numpy.frombuffer(bytes.fromhex(d['bits']), d['dtype']).reshape(d['shape'])";

describe("Python", () => {
  it("reads our safetensors to the same bits", (context) => {
    if (python === undefined) return context.skip(reason);
    const tensors = arrays.map(({ dtype, shape, data }) => ({ name: `é.${dtype}`, shape, data }));
    const metadata = { format: "pt", ünïcode: '"\\\n' };
    const script = `
import sys, json, tempfile, os, safetensors, safetensors.numpy
data = sys.stdin.buffer.read()
tensors = safetensors.numpy.load(data)
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "x.safetensors")
    open(path, "wb").write(data)
    with safetensors.safe_open(path, "numpy") as f:
        metadata = f.metadata()
print(json.dumps(dict(metadata=metadata, tensors={name: ${DESCRIBE} for name, a in tensors.items()})))`;
    const read = JSON.parse(runPython(python, script, encodeSafetensors(tensors, metadata)).toString());
    expect(read.metadata).toEqual(metadata);
    expect(read.tensors).toEqual(Object.fromEntries(described.map((d) => [`é.${d.dtype}`, d])));
  });

  it("reads our file of no tensors", (context) => {
    if (python === undefined) return context.skip(reason);
    const script =
      "import sys, safetensors.numpy; print(len(safetensors.numpy.load(sys.stdin.buffer.read())))";
    expect(runPython(python, script, encodeSafetensors([])).toString().trim()).toBe("0");
  });

  it("writes safetensors that we read to the same bits, and that we write to the same data", (context) => {
    if (python === undefined) return context.skip(reason);
    const script = `
import sys, json, numpy, safetensors.numpy
arrays = {"é." + d["dtype"]: ${MAKE} for d in json.load(sys.stdin)}
sys.stdout.buffer.write(safetensors.numpy.save(arrays, {"format": "np", "é": "ü"}))`;
    const bytes = runPython(python, script, Buffer.from(JSON.stringify(described)));
    const { tensors, metadata } = decodeSafetensors(bytes);
    expect({ ...metadata }).toEqual({ format: "np", é: "ü" });
    expect(tensors.size).toBe(arrays.length);
    for (const { dtype, shape, data } of arrays) {
      const tensor = tensors.get(`é.${dtype}`)!;
      expect(tensor.shape).toEqual(shape);
      expect(tensor.data.constructor).toBe(data.constructor);
      expect(bitsOf(tensor.data)).toBe(bitsOf(data));
    }
  });

  it("writes safetensors of booleans and half precision, which we refuse by name", (context) => {
    if (python === undefined) return context.skip(reason);
    for (const [dtype, named] of [
      ["bool", "BOOL"],
      ["float16", "F16"],
    ]) {
      const script = `
import sys, numpy, safetensors.numpy
sys.stdout.buffer.write(safetensors.numpy.save({"a": numpy.zeros(3, "${dtype}")}))`;
      const bytes = runPython(python, script);
      expect(() => decodeSafetensors(bytes)).toThrow(FormatError);
      expect(() => decodeSafetensors(bytes)).toThrow(`tensor "a" with dtype "${named}"`);
    }
  });

  it.for(arrays)("reads our .npy of $dtype to the same bits", ({ dtype, shape, data }, context) => {
    if (python === undefined) return context.skip(reason);
    const script = `
import sys, io, json, numpy
a = numpy.load(io.BytesIO(sys.stdin.buffer.read()))
print(json.dumps(${DESCRIBE}))`;
    const read = JSON.parse(runPython(python, script, encodeNpy({ shape, data })).toString());
    expect(read).toEqual({ dtype, shape, bits: bitsOf(data) });
  });

  it.for([
    ["little-endian C order", "a"],
    ["Fortran order", "numpy.array(a, order='F')"],
    ["big-endian", "a.astype(a.dtype.newbyteorder('>'))"],
    ["big-endian Fortran order", "numpy.array(a.astype(a.dtype.newbyteorder('>')), order='F')"],
  ])("writes .npy in %s, of every version, that we read to the same values", ([, expression], context) => {
    if (python === undefined) return context.skip(reason);
    const script = `
import sys, io, json, numpy
out = []
for dtype in ["f4", "f8", "i8", "u8", "i4", "u4", "i2", "u2", "i1", "u1"]:
    for shape in [(), (1,), (0, 2), (2, 3), (2, 3, 4)]:
        for version in [(1, 0), (2, 0), (3, 0)]:
            a = (numpy.arange(numpy.prod(shape, dtype=int)) * 5 + 1).astype(dtype).reshape(shape)
            file = io.BytesIO()
            numpy.lib.format.write_array(file, ${expression}, version)
            out.append(dict(file=file.getvalue().hex(), **${DESCRIBE}))
print(json.dumps(out))`;
    const written = JSON.parse(runPython(python, script).toString());
    expect(written).toHaveLength(150);
    for (const { file, dtype, shape, bits } of written) {
      const decoded = decodeNpy(Buffer.from(file, "hex"));
      expect(decoded.shape).toEqual(shape);
      expect(bitsOf(decoded.data)).toBe(bits);
      expect(decoded.data.constructor).toBe(arrays.find((array) => array.dtype === dtype)!.data.constructor);
    }
  });

  it("widens every half-precision float, and every boolean, as we do", (context) => {
    if (numpy === undefined) return context.skip("there is no python3 with numpy");
    const script = `
import sys, io, json, numpy
halves = numpy.arange(65536, dtype="u2").view("f2")
out = []
for a in [halves, halves.astype(">f2"), halves.reshape(2, 256, 128).copy(order="F"), numpy.array([[True, False, True], [False, False, True]], order="F")]:
    file = io.BytesIO()
    numpy.save(file, a)
    wide = a.astype("i1" if a.dtype == bool else "f4")
    out.append(dict(file=file.getvalue().hex(), shape=list(a.shape), bits=wide.tobytes().hex()))
print(json.dumps(out))`;
    for (const { file, shape, bits } of JSON.parse(runPython(numpy, script).toString())) {
      const decoded = decodeNpy(Buffer.from(file, "hex"));
      expect(decoded.shape).toEqual(shape);
      const Wide = decoded.data.constructor as Float32ArrayConstructor;
      const wide = new Wide(Uint8Array.from(Buffer.from(bits, "hex")).buffer);
      // By values: NumPy makes signalling NaNs quiet.
      expect(wide.every((value, i) => Object.is(value, decoded.data[i]))).toBe(true);
      expect(wide).toHaveLength(decoded.data.length);
    }
  });
});
