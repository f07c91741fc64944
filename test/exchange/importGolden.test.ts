// Models that other tools wrote (test/exchange/golden/make_golden.py) give the outputs that they had there.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type ImportOptions, importModel, readModel } from "../../src/exchange/importing.js";
import { expectClose } from "../support/models.js";

const read = (name: string) => new Uint8Array(readFileSync(new URL(`golden/${name}`, import.meta.url)));
const json = (name: string) => JSON.parse(new TextDecoder().decode(read(name)));

const PICTURES: ImportOptions = {
  inputShape: [8, 8, 2],
  strides: 2,
  padding: 1,
  outputPadding: [1, 0],
  activation: ["relu", "relu", "linear", "relu", "relu", "sigmoid"],
};
const NORMALIZED: ImportOptions = { activation: ["tanh", "linear", "tanh", "sigmoid"] };

test.each([
  ["functional.keras", {}],
  ["functional.weights.h5", { architecture: json("functional.architecture.json") }],
  ["nested.keras", {}],
  ["sequences.keras", {}],
  ["legacy.h5", {}],
  ["linear_f16.safetensors", {}],
  ["linear_bf16.safetensors", {}],
  ["linear_f64.safetensors", {}],
  ["normalized.safetensors", NORMALIZED],
  ["pictures.safetensors", PICTURES],
  ["recurrent.safetensors", { inputShape: [6, 2] }],
  ["headed.safetensors", { inputShape: [6, 2] }],
  ["variational.safetensors", { activation: ["relu", "linear", "relu", "sigmoid"] }],
] as [string, ImportOptions][])("%s", async (file, options) => {
  const { samples, outputs } = json(`${file.split(".")[0]}.json`) as Record<"samples" | "outputs", number[]>;
  const model = await importModel(read(file), { ...options, engine: { threads: 1 } });
  const found = model.reconstructSync(Float32Array.from(samples)).data;
  expectClose(found, outputs, { absolute: 1e-5 }, "output");
  await model.dispose();
});

test("notes say what was guessed", () => {
  const { notes, encoderDepth, format } = readModel(read("linear_f16.safetensors"));
  expect(notes).toEqual([
    "Activations are not in the file: relu is taken after encoder.0, decoder.0, and none after encoder.2, decoder.2; " +
      "activation says otherwise, with one name or one for each.",
  ]);
  expect([encoderDepth, format]).toEqual([2, "PyTorch state dict (safetensors)"]);
  const variational = readModel(read("variational.safetensors"), { activation: "relu" });
  expect(variational.notes[0]).toBe(
    "fc22 is left out: it is taken to give log σ², and the code is the mean.",
  );
  expect(variational.encoderDepth).toBe(2);
  const functional = readModel(read("functional.keras"));
  expect(functional.notes).toEqual([
    "The encoder is taken to end with bottleneck (Dense), layer 5, the narrowest place (2 values); codeLayer says otherwise.",
  ]);
  const pictures = readModel(read("pictures.safetensors"), PICTURES);
  expect(pictures.notes).toContain(
    "The weights of encoder.5 are in another order: PyTorch flattens channel by channel, Isthmus keeps channels last.",
  );
  expect(pictures.layers.map(({ layer }) => layer.kind)).toEqual([
    ...["conv2d", "conv2d", "flatten", "dense"],
    ...["dense", "reshape", "conv2dTranspose", "conv2dTranspose"],
  ]);
});

test.each([
  ["functional.weights.h5", {}, "give what model.to_json() says as architecture"],
  ["pictures.safetensors", {}, "give it as inputShape, channels last: [height, width, channels]"],
  [
    "pictures.safetensors",
    { inputShape: [8, 8, 2] },
    'the file does not say strides of "encoder.0", convolution 1; give strides',
  ],
  [
    "pictures.safetensors",
    { ...PICTURES, outputPadding: 0 },
    '"decoder.3", a transposed convolution with a kernel of 3 × 3',
  ],
  ["recurrent.safetensors", {}, "give it as inputShape, channels last: [steps, features]"],
  [
    "normalized.safetensors",
    { activation: ["relu"] },
    "activation has 1 names, but there are 4 layers to give one each: 0, 3, 4, 6",
  ],
  [
    "normalized.safetensors",
    { order: ["0", "7"] },
    'order names "7", but the file has the modules "0", "1", "3", "4", "6"',
  ],
  ["normalized.safetensors", { order: ["0", "4"] }, '"4" takes 2 inputs, but the layer before it gives [6]'],
  ["normalized.safetensors", { activation: "softmax" as "relu" }, "softmax is of classes"],
] as [string, ImportOptions, string][])("%s with %o is refused: %s", (file, options, message) => {
  expect(() => readModel(read(file), options)).toThrow(message);
});
