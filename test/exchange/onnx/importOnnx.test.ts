// Graphs as PyTorch writes them, and our own: the layers found in them give the outputs that the graphs give.
import { readdirSync, readFileSync } from "node:fs";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import { expect, test } from "vitest";
import { exportOnnx } from "../../../src/exchange/exporting.js";
import { importOnnx } from "../../../src/exchange/onnx/importOnnx.js";
import { ElementType, float, type OnnxGraph, type OnnxNode } from "../../../src/exchange/onnx/onnxModel.js";
import { writeOnnx } from "../../../src/exchange/onnx/writeOnnx.js";
import { Autoencoder, dense, FormatError } from "../../../src/index.js";
import { KINDS, WIDTH } from "../../support/kinds.js";
import { expectClose, values } from "../../support/models.js";
import { outputsOf, turned } from "./imported.js";

const golden = new URL("golden/", import.meta.url);
const NAMES = readdirSync(golden).filter((name) => name.endsWith(".onnx"));

test.each(NAMES)("%s: the layers give what onnxruntime gives", async (name) => {
  const imported = importOnnx(readFileSync(new URL(name, golden)));
  const { shape, samples, outputs } = JSON.parse(
    readFileSync(new URL(name.replace(".onnx", ".json"), golden), "utf8"),
  );
  const pictures = name.includes("pictures");
  const found = await outputsOf(imported, pictures ? turned(samples, shape) : Float32Array.from(samples));
  expectClose(pictures ? turned(found, shape, true) : found, outputs, { absolute: 1e-5 });
});

/** Their activations are none that ONNX's own LSTM and GRU have here, so they are written as loops, which are not read. */
const LOOPS = ["recurrent, variational, other activations", "recurrent and sparse"];
const READABLE = KINDS.filter(([name]) => !LOOPS.includes(name));

test.each(READABLE)("%s: comes back from our own export", async (_, options) => {
  const model = await Autoencoder.create({ ...options, engine: { threads: 1 } });
  try {
    const samples = values(9, WIDTH, 5, 0.02, 0.98);
    await model.fit(samples, { epochs: 5, batchSize: 3 });
    const imported = importOnnx(exportOnnx(model).bytes);
    expect(imported.inputShape).toEqual(model.inputShape);
    expect(imported.encoderDepth).toBeGreaterThan(0);
    const found = await outputsOf(imported, samples);
    expectClose(found, (await model.reconstruct(samples)).data, { absolute: 1e-5 });
  } finally {
    await model.dispose();
  }
});

test.each(["minMax", "standard"] as const)("a scaling (%s) comes back, too", async (scaling) => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(4, "tanh"), dense(2)],
    decoder: [dense(6)],
    scaling,
    engine: { threads: 1 },
  });
  try {
    const samples = values(9, 6, 5, 40, 90);
    await model.fit(samples, { epochs: 3, batchSize: 3 });
    const imported = importOnnx(exportOnnx(model).bytes);
    expectClose(imported.scaling!.offset, model.scaling!.offset, { relative: 1e-12 });
    expectClose(imported.scaling!.scale, model.scaling!.scale, { relative: 1e-7 });
    expectClose(await outputsOf(imported, samples), (await model.reconstruct(samples)).data, {
      relative: 1e-5,
    });
  } finally {
    await model.dispose();
  }
});

test("the halves are told by the names of nodes, and what was changed is said", () => {
  const ours = importOnnx(readFileSync(new URL("torch-pictures.onnx", golden)));
  expect(ours.inputShape).toEqual([8, 12, 2]);
  expect(ours.notes).toEqual([
    "The file takes samples of [2, 8, 12] with the channels first; here they are [8, 12, 2], with the channels last.",
  ]);
  expect(ours.encoderDepth).toBeUndefined();
  expect(ours.layers.map(({ layer }) => layer.kind)).toEqual([
    ...["conv2d", "conv2d", "maxPooling2d", "flatten", "dense", "dense", "reshape"],
    ...["conv2dTranspose", "upSampling2d", "conv2d"],
  ]);
  // A stride of 2 with a padding of 1 on both sides is "same" with zeros around the kernel.
  expect(ours.layers[0]).toMatchObject({ layer: { padding: "same", activation: "relu", strides: [2, 2] } });
});

/** A graph of one row of nodes, written by our own writer. */
function graphOf(nodes: readonly Partial<OnnxNode>[], change: Partial<OnnxGraph> = {}): Uint8Array {
  const square = Float32Array.of(1, 2, 3, 4);
  const port = (name: string) => ({ name, type: ElementType.float, shape: ["batch", 2] });
  return writeOnnx({
    irVersion: 8,
    opsets: new Map([["", 17]]),
    producer: { name: "test", version: "1" },
    metadata: new Map(),
    graph: {
      name: "graph",
      nodes: nodes.map((node, i) => ({
        name: `node ${i}`,
        op: "Relu",
        domain: "",
        inputs: [i === 0 ? "x" : `v${i - 1}`],
        outputs: [i === nodes.length - 1 ? "y" : `v${i}`],
        attributes: {},
        ...node,
      })),
      tensors: [{ name: "w", shape: [2, 2], type: ElementType.float, bytes: new Uint8Array(square.buffer) }],
      inputs: [port("x")],
      outputs: [port("y")],
      ...change,
    },
  });
}

const product = { op: "MatMul", inputs: ["x", "w"] };
const refusals: readonly (readonly [string, Uint8Array, string])[] = [
  [
    "an unknown operator",
    graphOf([product, { op: "Softmax" }]),
    'node "node 1", "Softmax": no layer of ours does this',
  ],
  [
    "a loop",
    graphOf([product, { op: "Loop" }]),
    'node "node 1", "Loop": loops are not known; Keras\'s LSTM and GRU come in with the .keras file',
  ],
  ["another domain", graphOf([product, { domain: "com.acme" }]), 'operators of "com.acme" are not known'],
  [
    "another slope",
    graphOf([product, { op: "LeakyRelu", attributes: { alpha: float(0.01) } }]),
    'node "node 1", "LeakyRelu": the activation leakyRelu has a slope of 0.2 below 0 here',
  ],
  ["two readers", graphOf([product, { inputs: ["v0", "v0"], op: "Mul" }]), "input 2 must be constant floats"],
  [
    "a residue",
    graphOf([product, {}, { op: "Add", inputs: ["v0", "v1"] }]),
    "only layers in a row are known",
  ],
  [
    "a missing matrix",
    graphOf([{ op: "MatMul", inputs: ["x", "missing"] }]),
    "input 2 must be constant floats",
  ],
  ["nothing that reads the samples", graphOf([{ inputs: ["w"] }]), 'nothing reads the value "x"'],
  [
    "two inputs",
    graphOf([product], {
      inputs: [
        { name: "a", type: 1, shape: [] },
        { name: "b", type: 1, shape: [] },
      ],
    }),
    'takes 2 values ("a", "b")',
  ],
  [
    "no known lengths",
    graphOf([product], { inputs: [{ name: "x", type: 1, shape: ["n", "d"] }] }),
    'must have the shape [batch, …] with known lengths, not ["n", "d"]',
  ],
  [
    "samples too large",
    graphOf([product], { inputs: [{ name: "x", type: 1, shape: ["n", 2 ** 40] }] }),
    "with known lengths",
  ],
  [
    "a shape that takes ages to calculate",
    graphOf([
      { op: "Reshape", inputs: ["x", "s59"] },
      ...Array.from({ length: 60 }, (_, i) => {
        const before = i === 0 ? "nothing" : `s${i - 1}`;
        return { op: "Add", inputs: [before, before, `${before}`], outputs: [`s${i}`] };
      }),
    ]),
    "its shape is not known before the graph runs",
  ],
  ["a circle", graphOf([product, { outputs: ["v0"] }, {}]), "in a circle"],
  [
    "bytes that are too few",
    graphOf([product], { tensors: [{ name: "w", shape: [2, 2], type: 1, bytes: new Uint8Array(8) }] }),
    'the array "w" has 8 bytes, but its shape asks for 16',
  ],
  [
    "shapes beyond all memory",
    graphOf([product], {
      tensors: [{ name: "w", shape: [2 ** 31, 2 ** 31], type: 1, bytes: new Uint8Array(8) }],
    }),
    "more than there can be",
  ],
  [
    "a matrix that does not fit",
    graphOf([product], { inputs: [{ name: "x", type: 1, shape: ["n", 3] }] }),
    "its matrix takes 2 values, but there are 3",
  ],
  ["JSON", new TextEncoder().encode('{"a": 1}'), "the file is no ONNX model; it is JSON text"],
  ["nothing", new Uint8Array(0), "the file is damaged, or no ONNX model"],
];

test.each(refusals)("%s is refused by name", (_, bytes, message) => {
  expect(() => importOnnx(bytes)).toThrow(FormatError);
  expect(() => importOnnx(bytes)).toThrow(message);
});

test("arrays in files of their own are refused", () => {
  const delimited = WireType.LengthDelimited;
  const writer = new BinaryWriter().tag(7, delimited).fork().tag(5, delimited).fork();
  // Its name, and data_location: EXTERNAL.
  writer.tag(8, delimited).string("big").tag(14, WireType.Varint).int32(1);
  const bytes = writer.join().join().finish();
  expect(() => importOnnx(bytes)).toThrow(FormatError);
  expect(() => importOnnx(bytes)).toThrow('the array "big" is in a file of its own (external data)');
});
