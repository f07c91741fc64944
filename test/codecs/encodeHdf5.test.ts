// HDF5 files as h5py reads them.
import { expect, test } from "vitest";
import { encodeHdf5, type Hdf5Array } from "../../src/codecs/encodeHdf5.js";
import { ArgumentError } from "../../src/index.js";
import { findPython, runPython } from "../formats/helpers.js";

const floats = (...shape: number[]): Hdf5Array => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i / 8 - 3),
});

test("h5py finds every array, in groups of any size", (context) => {
  const python = findPython("numpy, h5py");
  if (python === undefined) return context.skip("there is no python3 with h5py");
  const arrays = new Map<string, Hdf5Array>([
    ["a", floats(3)],
    ["layers/ü/0", floats(2, 3, 4)],
    ["layers/empty", floats(0, 2)],
    ["layers/count", { shape: [], data: Int32Array.of(-7) }],
    ...Array.from({ length: 300 }, (_, i) => [`many/${i}/vars`, floats(i % 3, 2)] as const),
  ]);
  const script = `
import h5py, io, json, sys
with h5py.File(io.BytesIO(sys.stdin.buffer.read()), "r") as file:
    found = {}
    file.visititems(lambda name, at: found.update({name: [list(at.shape), str(at.dtype), at[()].ravel().tolist()]})
                    if isinstance(at, h5py.Dataset) else None)
print(json.dumps(found))`;
  const found = JSON.parse(runPython(python, script, encodeHdf5(arrays)).toString());
  expect(Object.keys(found).length).toBe(arrays.size);
  for (const [name, { shape, data }] of arrays) {
    const type = data instanceof Float32Array ? "float32" : "int32";
    expect(found[name], name).toEqual([shape, type, [...data]]);
  }
});

test("paths that cannot be are refused", () => {
  for (const names of [[""], ["a/"], ["a//b"], ["a", "a/b"], ["a/b", "a"]])
    expect(() => encodeHdf5(new Map(names.map((name) => [name, floats(1)])))).toThrow(ArgumentError);
});
