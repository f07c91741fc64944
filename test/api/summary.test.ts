import { expect, test, vi } from "vitest";
import {
  Autoencoder,
  batchNormalization,
  dense,
  flatten,
  gaussian,
  gaussianNoise,
  inspectModel,
  layerNormalization,
  maxPooling2d,
  reshape,
} from "../../src/index.js";

test("the summary is Keras's table, and is not printed by itself", async () => {
  const log = vi.spyOn(console, "log").mockImplementation(() => {});
  const model = await Autoencoder.create({
    inputShape: [28, 28, 1],
    encoder: [maxPooling2d(), flatten(), dense(32, "relu"), layerNormalization()],
    decoder: [dense(784, "sigmoid"), reshape([28, 28, 1])],
    corruption: gaussianNoise(0.1),
  });
  const summary = model.summary();
  expect(log).not.toHaveBeenCalled();
  expect(summary.rows).toEqual([
    { layer: "encoder[0] (maxPooling2d)", outputShape: [14, 14, 1], parameters: 0, trainable: 0 },
    { layer: "encoder[1] (flatten)", outputShape: [196], parameters: 0, trainable: 0 },
    { layer: "encoder[2] (dense)", outputShape: [32], parameters: 6304, trainable: 6304 },
    { layer: "encoder[3] (layerNormalization)", outputShape: [32], parameters: 64, trainable: 64 },
    { layer: "decoder[0] (dense)", outputShape: [784], parameters: 25872, trainable: 25872 },
    { layer: "decoder[1] (reshape)", outputShape: [28, 28, 1], parameters: 0, trainable: 0 },
  ]);
  expect([summary.parameters, summary.trainable]).toEqual([32240, 32240]);
  expect(summary.parameters).toBe(model.parameterCount);
  expect(`${summary}`).toBe(`\
┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━┓
┃ Layer (type)                    ┃ Output Shape      ┃ Param # ┃
┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━┩
│ encoder[0] (maxPooling2d)       │ (None, 14, 14, 1) │       0 │
├─────────────────────────────────┼───────────────────┼─────────┤
│ encoder[1] (flatten)            │ (None, 196)       │       0 │
├─────────────────────────────────┼───────────────────┼─────────┤
│ encoder[2] (dense)              │ (None, 32)        │   6,304 │
├─────────────────────────────────┼───────────────────┼─────────┤
│ encoder[3] (layerNormalization) │ (None, 32)        │      64 │
├─────────────────────────────────┼───────────────────┼─────────┤
│ decoder[0] (dense)              │ (None, 784)       │  25,872 │
├─────────────────────────────────┼───────────────────┼─────────┤
│ decoder[1] (reshape)            │ (None, 28, 28, 1) │       0 │
└─────────────────────────────────┴───────────────────┴─────────┘
 Total params: 32,240 (125.94 KB)
 Trainable params: 32,240 (125.94 KB)
 Non-trainable params: 0 (0.00 B)`);
  model.summary({ print: console.log });
  expect(log.mock.calls).toEqual([[summary.toString()]]);
  expect(inspectModel(model.toSafetensors()).table).toEqual(summary);
  expect(() => model.summary({ print: "yes" } as never)).toThrow(
    'print must be a function such as console.log, not "yes"',
  );
  expect(() => model.summary({ printFn: console.log } as never)).toThrow(/printFn is print/);
  log.mockRestore();
  await model.dispose();
});

test("running statistics are parameters that are not trained", async () => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(3), batchNormalization()],
    decoder: [dense(6)],
  });
  const summary = model.summary();
  expect(summary.rows[1]).toEqual({
    layer: "encoder[1] (batchNormalization)",
    outputShape: [3],
    parameters: 12,
    trainable: 6,
  });
  expect([summary.parameters, summary.trainable]).toEqual([57, 51]);
  expect(`${summary}`).toMatch(/ Trainable params: 51 \(204\.00 B\)\n Non-trainable params: 6 \(24\.00 B\)$/);
  await model.dispose();
});

test("tied weights count once, and a gaussian code is a layer", async () => {
  const tied = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(3)],
    decoder: [dense(6)],
    tied: true,
  });
  expect(tied.summary().rows.map(({ layer, parameters }) => [layer, parameters])).toEqual([
    ["encoder[0] (dense)", 21],
    ["decoder[0] (dense, tied)", 6],
  ]);
  expect(tied.summary().parameters).toBe(tied.parameterCount);
  const variational = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(3)],
    latent: gaussian(2),
    decoder: [dense(6)],
  });
  expect(variational.summary().rows[1]).toEqual({
    layer: "latent (gaussian)",
    outputShape: [2],
    parameters: 16,
    trainable: 16,
  });
  await Promise.all([tied.dispose(), variational.dispose()]);
});
