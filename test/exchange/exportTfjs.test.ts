// TensorFlow.js opens exported models of every kind that it can calculate, and gives the same outputs.
import { describe, expect, test } from "vitest";
import { exportTfjs } from "../../src/exchange/exporting.js";
import { ArgumentError } from "../../src/index.js";
import { expectClose } from "../support/models.js";
import { MODELS, type Outputs, trained } from "./exported.js";
import { tf, unlessTfjs } from "./tfjs.js";

/** What TensorFlow.js cannot calculate, and what the message says of it. */
const REFUSED: Readonly<Record<string, RegExp>> = {
  "pooled and enlarged pictures": /^encoder\[6\], upSampling2d: TensorFlow.js has no bilinear upsampling/,
  "gru, noisy": /^encoder\[3\], gru: TensorFlow.js has no GRU that/,
  "recurrent, variational, other activations": /^decoder\[1\], gru: TensorFlow.js has no GRU that/,
  "recurrent and sparse": /^encoder\[1\], gru: TensorFlow.js has no GRU that/,
};

describe.skipIf(!tf)(`models in TensorFlow.js${unlessTfjs}`, () => {
  test.each(MODELS)("%s", async (name, options) => {
    const { model, outputs } = await trained(options);
    try {
      if (REFUSED[name]) {
        expect(() => exportTfjs(model)).toThrow(ArgumentError);
        expect(() => exportTfjs(model)).toThrow(REFUSED[name]);
        return;
      }
      await expectSame(outputs, exportTfjs(model), "samples", "reconstructions");
      await expectSame(outputs, exportTfjs(model, { part: "encoder" }), "samples", "codes");
      await expectSame(outputs, exportTfjs(model, { part: "decoder" }), "codes", "reconstructions");
    } finally {
      await model.dispose();
    }
  });
});

async function expectSame(
  outputs: Outputs,
  [json, shard]: ReturnType<typeof exportTfjs>,
  given: "samples" | "codes",
  wanted: "codes" | "reconstructions",
) {
  const { modelTopology, weightsManifest } = JSON.parse(new TextDecoder().decode(json!.bytes));
  expect(weightsManifest[0].paths).toEqual([shard!.name]);
  const artifacts = {
    modelTopology,
    weightSpecs: weightsManifest[0].weights,
    weightData: shard!.bytes.slice().buffer,
  };
  await tf!.setBackend("cpu");
  const loaded = await tf!.loadLayersModel(tf!.io.fromMemory(artifacts));
  const shape = [12, ...loaded.inputs[0]!.shape.slice(1)];
  const result = loaded.predict(tf!.tensor(outputs[given], shape)).dataSync();
  expectClose(result, outputs[wanted], { absolute: 1e-5 * outputs.unit }, wanted);
}
