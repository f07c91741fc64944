import { expect, test } from "vitest";
import { preprocessorOf, readTable, SeriesPreprocessor, TablePreprocessor } from "../../src/data/index.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  decodeSafetensors,
  dense,
  encodeSafetensors,
  FormatError,
  inspectModel,
} from "../../src/index.js";

const table = await readTable("city,population\nBonn,331\nKiel,247\nBonn,332\nKiel,246\n");
const preprocessor = TablePreprocessor.fit(table);
const inputSize = preprocessor.featureNames.length;
const halves = { inputSize, encoder: [dense(2)], decoder: [dense(inputSize)], scaling: "standard" } as const;
const json = JSON.parse(JSON.stringify(preprocessor));

test("a model's preprocessor is in its file, its checkpoint and its detector's file", async () => {
  const model = await Autoencoder.create({ ...halves, preprocessor });
  expect(model.preprocessor).toEqual(json);
  const features = preprocessor.transform(table);
  await model.fit(features, { epochs: 2 });
  const detector = await AnomalyDetector.fit(model, features);
  for (const file of [model.toSafetensors(), model.toCheckpoint(), detector.toSafetensors()]) {
    const again = await Autoencoder.fromSafetensors(file);
    expect(again.preprocessor).toEqual(json);
    const restored = preprocessorOf(again) as TablePreprocessor;
    expect(restored).toBeInstanceOf(TablePreprocessor);
    expect(restored.transform(table)).toEqual(features);
    const rebuilt = restored.inverse(await again.reconstruct(restored.transform(table)));
    expect(rebuilt.columns.map(({ name }) => name)).toEqual(["city", "population"]);
    expect(inspectModel(file).preprocessor).toEqual(json);
    // A second generation has it, too.
    expect(await secondOf(again.toSafetensors())).toEqual(json);
    await again.dispose();
  }
  const resumed = await Autoencoder.fromCheckpoint(model.toCheckpoint());
  expect(resumed.preprocessor).toEqual(json);
  await Promise.all([model.dispose(), resumed.dispose()]);
});

async function secondOf(file: Uint8Array) {
  const model = await Autoencoder.fromSafetensors(file);
  await model.dispose();
  return model.preprocessor;
}

test("a file can be given another one; a model without one has none", async () => {
  const model = await Autoencoder.create(halves);
  expect([model.preprocessor, preprocessorOf(model)]).toEqual([undefined, undefined]);
  expect(decodeSafetensors(model.toSafetensors()).metadata).not.toHaveProperty(["isthmus.preprocessor"]);
  const series = await readTable(
    `time,a,b\n${Array.from({ length: 9 }, (_, i) => `2024-01-0${i + 1},${i},${i * i}`).join("\n")}`,
  );
  const other = SeriesPreprocessor.fit(series, { size: 3 });
  const file = model.toSafetensors({ preprocessor: other });
  const again = await Autoencoder.fromSafetensors(file);
  expect(preprocessorOf(again)).toBeInstanceOf(SeriesPreprocessor);
  expect((preprocessorOf(again) as SeriesPreprocessor).toJSON()).toEqual(other.toJSON());
  await Promise.all([model.dispose(), again.dispose()]);
});

test.each([[7], ["text"], [null], [[1]], [new Float32Array(2)], [{ big: 1n }], [() => 1]])(
  "%s is no preprocessor",
  async (wrong) => {
    const made = Autoencoder.create({ ...halves, preprocessor: wrong as never });
    await expect(made).rejects.toThrow(ArgumentError);
    await expect(made).rejects.toThrow(/preprocessor must be an object that JSON can hold/);
  },
);

test("a file whose preprocessor is no JSON object, or of no known kind, is refused", async () => {
  const model = await Autoencoder.create({ ...halves, preprocessor: { kind: "later", version: 3 } });
  expect(() => preprocessorOf(model)).toThrow(FormatError);
  expect(() => preprocessorOf(model)).toThrow(/kind "later"/);
  const { tensors, metadata } = decodeSafetensors(model.toSafetensors());
  const { "isthmus.checksum": _, ...rest } = metadata;
  for (const text of ["{", "[]", "3"]) {
    const file = encodeSafetensors([...tensors.values()], { ...rest, "isthmus.preprocessor": text });
    await expect(Autoencoder.fromSafetensors(file)).rejects.toThrow(
      /isthmus\.preprocessor.*not a JSON object/,
    );
  }
  const damaged = encodeSafetensors([...tensors.values()], { ...metadata, "isthmus.preprocessor": "{}" });
  await expect(Autoencoder.fromSafetensors(damaged)).rejects.toThrow(/damaged/);
  expect(() => model.toSafetensors({ metadata: { "isthmus.preprocessor": "{}" } })).toThrow(/reserved/);
  await model.dispose();
});
