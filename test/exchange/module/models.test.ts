// Exported modules calculate as the models do: every kind of layer, every activation, with and without scaling.
import { expect, test } from "vitest";
import { exportModule } from "../../../src/exchange/module/exportModule.js";
import {
  type ActivationName,
  Autoencoder,
  type AutoencoderOptions,
  activation,
  conv2d,
  dense,
  flatten,
  type NamedWeight,
  reshape,
} from "../../../src/index.js";
import { ACTIVATION_NAMES } from "../../../src/layers/activations.js";
import { KINDS, WIDTH } from "../../support/kinds.js";
import { values } from "../../support/models.js";
import { imported, type ModelModule } from "./imported.js";

const samples = values(6, WIDTH);

/** Expects the numbers of a module to be those of the library, to 1e-5 of what is around 1. */
function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>): void {
  expect(actual.length).toBe(expected.length);
  let most = 0;
  for (let i = 0; i < expected.length; i++)
    most = Math.max(most, Math.abs(actual[i]! - expected[i]!) / (1 + Math.abs(expected[i]!)));
  expect(most).toBeLessThan(1e-5);
}

/** Biases and running statistics other than 0 and 1, so that none can be left out. */
function moved(weights: readonly NamedWeight[]): NamedWeight[] {
  return weights.map(({ name, shape, data }, index) => {
    const noise = values(1, data.length, index + 3);
    const size = name.endsWith("weight") || /weight_[ih]h/.test(name) ? 0 : 0.3;
    return { name, shape, data: data.map((value, i) => value + size * Math.abs(noise[i]!)) };
  });
}

async function expectSame(options: AutoencoderOptions): Promise<void> {
  const model = await Autoencoder.create({ ...options, seed: 1, engine: { threads: 1, math: "portable" } });
  if (options.scaling) await model.fit(samples, { epochs: 1 });
  model.setWeights(moved(model.getWeights()));
  const [codes, made, errors] = [
    await model.encode(samples),
    await model.reconstruct(samples),
    await model.reconstructionError(samples),
  ];
  const module = await imported<ModelModule>(exportModule(model));
  expectClose(module.encode(samples), codes.data);
  expectClose(module.reconstruct(samples), made.data);
  expectClose(module.decode(codes.data), (await model.decode(codes)).data);
  expectClose(module.score(samples), errors);
  await model.dispose();
}

test.each(KINDS)("%s", (_, options) => expectSame(options));

test.each(ACTIVATION_NAMES)("the activation %s, of layers and by itself", (name: ActivationName) =>
  expectSame({
    inputSize: WIDTH,
    encoder: [dense(9, name), activation(name), dense(4)],
    decoder: [dense(WIDTH, name)],
  }),
);

test.each(["standard", "minMax"] as const)("%s scaling", (scaling) =>
  expectSame({ inputSize: WIDTH, encoder: [dense(4, "tanh")], decoder: [dense(WIDTH)], scaling }),
);

test("a picture, given as bytes, as rows of bytes, and as nested arrays", async () => {
  const model = await Autoencoder.create({
    inputShape: [4, 4, 1],
    encoder: [conv2d(3, 3, "relu"), flatten(), dense(3)],
    decoder: [dense(16, "sigmoid"), reshape([4, 4, 1])],
    engine: { threads: 1 },
  });
  const bytes = Uint8Array.from({ length: 32 }, (_, i) => (i * 37) % 256);
  const expected = (await model.encode(bytes)).data;
  const { encode } = await imported<ModelModule>(exportModule(model));
  const rows = [bytes.subarray(0, 16), bytes.subarray(16)];
  const nested = rows.map((row) =>
    [0, 4, 8, 12].map((at) => Array.from(row.subarray(at, at + 4), (byte) => [byte / 255])),
  );
  for (const samples of [bytes, rows, nested, { data: bytes }]) expectClose(encode(samples), expected);
  await model.dispose();
});
