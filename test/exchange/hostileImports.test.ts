// Files that would cost more than they are, and files of other kinds, are refused by typed errors that name them.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { decodeHdf5 } from "../../src/codecs/decodeHdf5.js";
import { encodeHdf5 } from "../../src/codecs/encodeHdf5.js";
import { zip } from "../../src/codecs/zip.js";
import { readModel } from "../../src/exchange/importing.js";
import { encodeNpy } from "../../src/formats/npy.js";
import { Autoencoder, dense, encodeSafetensors, FormatError, IsthmusError } from "../../src/index.js";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const json = (value: unknown) => bytesOf(JSON.stringify(value));
const h5 = () =>
  encodeHdf5(new Map([["layers/dense/vars/0", { shape: [2, 1], data: Float32Array.of(1, 2) }]]));

/** Places of a text in bytes. */
function placesOf(bytes: Uint8Array, text: string): number[] {
  const found: number[] = [];
  for (let at = 0; at + text.length <= bytes.length; at++)
    if ([...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0))) found.push(at);
  return found;
}

describe("HDF5", () => {
  test("groups that contain each other are refused", () => {
    const file = h5();
    const view = new DataView(file.buffer);
    // The root is written last. Its header takes the place of the object in the innermost leaf.
    const root = view.getBigUint64(64, true);
    const leaf = placesOf(file, "SNOD")[0]!;
    view.setBigUint64(leaf + 16, root, true);
    expect(() => decodeHdf5(file)).toThrow('"layers/dense/vars/0" leads to an object for the second time');
  });

  test("B-trees and headers that go in circles are refused", () => {
    const file = h5();
    const view = new DataView(file.buffer);
    const tree = placesOf(file, "TREE")[0]!;
    const circle = file.slice();
    circle[tree + 5] = 1;
    new DataView(circle.buffer).setBigUint64(tree + 32, BigInt(tree), true);
    expect(() => decodeHdf5(circle)).toThrow("goes in circles");
    // A message of the dataset's header becomes a continuation that is the header's own block.
    const header = Number(view.getBigUint64(placesOf(file, "SNOD")[0]! + 16, true));
    view.setUint16(header + 16, 0x10, true);
    view.setBigUint64(header + 24, BigInt(header + 16), true);
    view.setBigUint64(header + 32, 64n, true);
    expect(() => decodeHdf5(file)).toThrow("goes in circles");
  });

  test("arrays that share bytes, so that they would be more than the file, are refused", () => {
    const data = new Float32Array(1000);
    const file = encodeHdf5(
      new Map(
        Array.from({ length: 20 }, (_, i) => [
          `${i}`,
          { shape: i === 0 ? [1000] : [1], data: i === 0 ? data : data.subarray(0, 1) },
        ]),
      ),
    );
    const view = new DataView(file.buffer);
    // Layout messages of version 3, contiguous: all take what the first one has.
    for (let at = 96; at + 24 < file.length; at += 8) {
      const isLayout =
        view.getUint16(at, true) === 8 && view.getUint16(at + 2, true) === 24 && file[at + 8] === 3;
      if (isLayout) view.setBigUint64(at + 18, 4000n, true);
    }
    expect(() => decodeHdf5(file)).toThrow("its arrays take more than the file has");
  });

  test("every truncation is refused", () => {
    const file = h5();
    for (let length = 0; length < file.length; length += 3) {
      expect(() => {
        for (const { floats } of decodeHdf5(file.slice(0, length)).datasets.values()) floats();
      }).toThrow(FormatError);
    }
  });
});

const model = (layers: unknown[], more = {}) => ({ class_name: "Sequential", config: { layers, ...more } });
const input = (shape: unknown) => ({
  class_name: "InputLayer",
  config: { batch_shape: [null, shape], name: "x" },
});
const keras = (config: unknown, weights = h5()) =>
  zip(
    new Map([
      ["config.json", json(config)],
      ["model.weights.h5", weights],
    ]),
    true,
  );

describe("files that are refused", () => {
  const files: readonly (readonly [string, Uint8Array, string])[] = [
    ["a zip bomb", keras(model([input(2)]), new Uint8Array(5e7)), "decompresses to more than maximumBytes"],
    ["a zip archive of something else", zip(new Map([["a.txt", bytesOf("a")]]), false), "not a .keras file"],
    [
      "PyTorch's file",
      zip(new Map([["m/data.pkl", bytesOf("")]]), false),
      'torch.load("m.pt", weights_only=True)',
    ],
    [
      "an old one of PyTorch",
      Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c),
      "is a Python pickle, which could run any code",
    ],
    ["JSON", json({ format: "layers-model" }), "give it with its files"],
    [
      "NPY",
      encodeNpy({ shape: [1], data: Float32Array.of(1) }),
      "is a NumPy .npy file, which holds no model",
    ],
    ["nothing", new Uint8Array(0), "bytes is not a valid safetensors file"],
    [
      "no layers",
      keras({ class_name: "Sequential", config: {} }),
      "a model's layers are undefined, not a list",
    ],
    ["a subclass", keras({ class_name: "VAE", config: {} }), 'the model is of the class "VAE", but only'],
    [
      "another layer",
      keras(model([input(2), { class_name: "Sampling", config: { name: "z" } }])),
      'layer "z" (Sampling) cannot be represented',
    ],
    [
      "channels first",
      keras(
        model([input(2), { class_name: "Flatten", config: { name: "f", data_format: "channels_first" } }]),
      ),
      'layer "f" (Flatten) cannot be represented: its data_format is "channels_first"',
    ],
    [
      "an option that only its absence leaves",
      keras(model([input(2), { class_name: "ReLU", config: { name: "r", max_value: 6 } }])),
      'layer "r" (ReLU) cannot be represented: its max_value is 6, which is not possible here',
    ],
    [
      "weights that are missing",
      keras(model([input(2), { class_name: "Dense", config: { name: "d", units: 1 } }])),
      "the file has no bias of layer d (Dense)",
    ],
    ["models without end", keras(nested(30)), "more than 16 models inside of each other"],
    ["a state dict of nothing", encodeSafetensors([]), "without weights of layers"],
    [
      "tensors of no layer",
      encodeSafetensors([{ name: "a.scale", shape: [1], data: Float32Array.of(1) }]),
      'the module "a" has the tensors "scale"',
    ],
    [
      "integers",
      encodeSafetensors([{ name: "a.weight", shape: [1], data: Int32Array.of(1) }]),
      'tensor "a.weight" has no floating-point numbers',
    ],
  ];

  test.each(files)("%s", (_, bytes, message) => {
    expect(() => readModel(bytes)).toThrow(IsthmusError);
    expect(() => readModel(bytes)).toThrow(message);
  });

  function nested(depth: number): unknown {
    return depth === 0 ? input(2) : { ...model([nested(depth - 1)]), name: "n" };
  }

  test("models that branch, by the names of layers", () => {
    const node = (name: string) => [[[name, 0, 0, {}]]];
    const layer = (name: string, inbound: unknown) => ({
      class_name: "Dense",
      name,
      config: { name, units: 1 },
      inbound_nodes: inbound,
    });
    const functional = (layers: unknown[]) => keras({ class_name: "Functional", config: { layers } });
    const x = { ...input(2), name: "x", inbound_nodes: [] };
    const branched = functional([x, layer("mean", node("x")), layer("variance", node("x"))]);
    expect(() => readModel(branched)).toThrow(
      'the model branches: "mean" (Dense) and "variance" (Dense) both take the output of "x"',
    );
    const joined = functional([
      x,
      layer("a", node("x")),
      layer("sum", [
        [
          ["x", 0, 0, {}],
          ["a", 0, 0, {}],
        ],
      ]),
    ]);
    expect(() => readModel(joined)).toThrow('layer "sum" (Dense) has 2 inputs');
    const loose = functional([x, layer("a", node("b")), layer("b", node("a"))]);
    expect(() => readModel(loose)).toThrow('layer "a" (Dense) is not connected');
  });

  test("a model of Isthmus, which needs no import", async () => {
    const own = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
    expect(() => readModel(own.toSafetensors())).toThrow("open it with Autoencoder.fromSafetensors");
    await own.dispose();
  });

  test("files of TensorFlow.js that lack one, or are too short", () => {
    const manifest = [{ paths: ["w.bin"], weights: [{ name: "d/kernel", shape: [2, 1], dtype: "float32" }] }];
    const file = {
      name: "model.json",
      bytes: json({ modelTopology: model([input(2)]), weightsManifest: manifest }),
    };
    expect(() => readModel([file])).toThrow('model.json wants the file "w.bin", which is not given');
    const short = { name: "w.bin", bytes: new Uint8Array(7) };
    expect(() => readModel([file, short])).toThrow('the weights end before "d/kernel" does');
    const graph = { name: "model.json", bytes: json({ format: "graph-model" }) };
    expect(() => readModel([graph, short])).toThrow("is a graph model of TensorFlow.js");
  });
});

test("every golden file that is cut short is refused", () => {
  for (const name of ["functional.keras", "legacy.h5", "linear_f16.safetensors"]) {
    const file = new Uint8Array(readFileSync(new URL(`golden/${name}`, import.meta.url)));
    for (let length = 0; length < file.length; length += Math.ceil(file.length / 97))
      expect(() => readModel(file.subarray(0, length)), `${name}, ${length} bytes`).toThrow(IsthmusError);
  }
});
