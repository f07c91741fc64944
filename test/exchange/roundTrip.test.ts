// What is exported to Keras or TensorFlow.js comes back with the same outputs, the same halves and the same scaling.
import { describe, expect, test } from "vitest";
import { exportKeras, exportTfjs } from "../../src/exchange/exporting.js";
import { importModel, readModel } from "../../src/exchange/importing.js";
import { IsthmusError } from "../../src/index.js";
import { expectClose } from "../support/models.js";
import { MODELS, type Outputs, trained } from "./exported.js";

async function expectSame(
  source: Parameters<typeof importModel>[0],
  { samples, codes, reconstructions, unit }: Outputs,
) {
  const model = await importModel(source, { engine: { threads: 1 } });
  expectClose(model.encodeSync(samples).data, codes, { absolute: 2e-6 * unit }, "code");
  expectClose(model.reconstructSync(samples).data, reconstructions, { absolute: 4e-6 * unit }, "value");
  const { scaling } = model.description;
  await model.dispose();
  return scaling;
}

describe("through Keras", () => {
  test.each(MODELS)("%s", async (_, options) => {
    const { model, outputs } = await trained(options);
    const scaling = await expectSame(exportKeras(model), outputs);
    expect(scaling).toBe(options.scaling && "standard");
    await model.dispose();
  });
});

describe("through TensorFlow.js", () => {
  test.each(MODELS)("%s", async (_, options) => {
    const { model, outputs } = await trained(options);
    const files = attempt(() => exportTfjs(model));
    if (files) await expectSame(files, outputs);
    await model.dispose();
  });
});

/** Undefined for what cannot be exported. */
function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof IsthmusError) return undefined;
    throw error;
  }
}

test("a code layer by number or name divides the model elsewhere", async () => {
  const { model } = await trained(MODELS.find(([name]) => name === "tied and deep")![1]);
  const file = exportKeras(model);
  expect(readModel(file).encoderDepth).toBe(2);
  expect(readModel(file, { codeLayer: 1 }).encoderDepth).toBe(1);
  expect(readModel(file, { codeLayer: "dense_2" }).encoderDepth).toBe(3);
  expect(() => readModel(file, { codeLayer: 4 })).toThrow("each half must have a layer with weights");
  expect(() => readModel(file, { codeLayer: "dens" })).toThrow(
    'codeLayer "dens" is none of the model\'s layers: 1 dense (Dense), 2',
  );
  await model.dispose();
});

test("one half alone is no autoencoder", async () => {
  const { model } = await trained(MODELS[0]![1]);
  expect(() => readModel(exportKeras(model, { part: "encoder" }))).toThrow(
    "the model makes [5] of samples of [13], but an autoencoder gives back samples of the same shape",
  );
  await model.dispose();
});
