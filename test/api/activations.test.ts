import { expect, test } from "vitest";
import {
  ArgumentError,
  Autoencoder,
  conv2d,
  conv2dTranspose,
  dense,
  dropout,
  flatten,
  gaussian,
  gaussianNoise,
  reshape,
  ShapeError,
  StateError,
} from "../../src/index.js";
import { bits, expectClose, values } from "../support/models.js";

const engine = { math: "portable", threads: 1 } as const;

test("the activations of a dense layer are f(W·x + b) of the layer before, of scaled samples", async () => {
  const model = await Autoencoder.create({
    inputSize: 5,
    encoder: [dense(4, "relu"), dropout(0.5), dense(2, "tanh")],
    decoder: [dense(5)],
    scaling: "standard",
    corruption: gaussianNoise(0.3),
    seed: 3,
    engine,
  });
  const x = values(40, 5, 2, -3, 8);
  await expect(model.activations(x, { layer: "encoder[0]" })).rejects.toThrow(StateError);
  await model.fit(x, { epochs: 2 });
  const { offset, scale } = model.scaling!;
  const weights = new Map(model.getWeights().map(({ name, data }) => [name, data]));
  const layer = (input: Float64Array, width: number, name: string, f: (z: number) => number) => {
    const [w, b] = [weights.get(`${name}.weight`)!, weights.get(`${name}.bias`)!];
    return Float64Array.from({ length: 40 * b.length }, (_, i) => {
      const [row, unit] = [Math.floor(i / b.length), i % b.length];
      let sum = b[unit]!;
      for (let j = 0; j < width; j++) sum += w[unit * width + j]! * input[row * width + j]!;
      return f(sum);
    });
  };
  const scaled = Float64Array.from(x, (value, i) => (value - offset[i % 5]!) / scale[i % 5]!);
  const hidden = layer(scaled, 5, "encoder.0", (z) => Math.max(0, z));
  const code = layer(hidden, 4, "encoder.1", Math.tanh);
  const first = await model.activations(x, { layer: "encoder[0]" });
  expect(first.shape).toEqual([40, 4]);
  expectClose(first.data, hidden, { absolute: 1e-5 });
  // Nothing is dropped when predicting.
  expect(bits((await model.activations(x, { layer: "encoder[1]" })).data)).toEqual(bits(first.data));
  expectClose((await model.activations(x, { layer: "encoder[2]" })).data, code, { absolute: 1e-5 });
  // The ends are the codes and the reconstructions, in the samples' units.
  expect(bits((await model.activations(x, { layer: "encoder[2]" })).data)).toEqual(
    bits((await model.encode(x)).data),
  );
  expect(bits((await model.activations(x, { layer: "decoder[0]" })).data)).toEqual(
    bits((await model.reconstruct(x)).data),
  );
  expect(bits(model.activationsSync(x, { layer: "encoder[0]" }).data)).toEqual(bits(first.data));
  const streamed: Float32Array[] = [];
  const chunks = async function* () {
    yield x.slice(0, 15 * 5);
    yield x.slice(15 * 5);
  };
  for await (const part of model.activations(chunks(), { layer: "encoder[0]" })) streamed.push(part.data);
  expect(streamed.map(({ length }) => length)).toEqual([60, 100]);
  expect(bits(Float32Array.from(streamed.flatMap((part) => [...part])))).toEqual(bits(first.data));
  await model.dispose();
});

test("the activations of a convolution are its feature maps, channels last, on any number of threads", async () => {
  const options = {
    inputShape: [6, 5, 3],
    encoder: [conv2d(4, 3, "relu", { strides: 2, padding: "same" as const }), flatten(), dense(3)],
    decoder: [dense(8), dense(90), reshape([6, 5, 3])],
    seed: 5,
  };
  const x = values(7, 90, 4, -1, 1);
  const model = await Autoencoder.create({ ...options, engine });
  const maps = await model.activations(x, { layer: "encoder[0]" });
  expect(maps.shape).toEqual([7, 3 * 3 * 4]);
  const [weight, bias] = ["weight", "bias"].map(
    (name) => model.getWeights().find((one) => one.name === `encoder.0.${name}`)!.data,
  );
  // "same" with stride 2: 6 rows need 1 row of padding, below; 5 columns need 1 on each side.
  const expected = Array.from(maps.data, (_, index) => {
    const filter = index % 4;
    const column = Math.floor(index / 4) % 3;
    const row = Math.floor(index / 12) % 3;
    const sample = Math.floor(index / 36);
    let sum = bias![filter]!;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const [y, z] = [2 * row + i, 2 * column + j - 1];
        if (y >= 6 || z < 0 || z >= 5) continue;
        for (let c = 0; c < 3; c++)
          sum += weight![((filter * 3 + c) * 3 + i) * 3 + j]! * x[sample * 90 + (y * 5 + z) * 3 + c]!;
      }
    }
    return Math.max(0, sum);
  });
  expectClose(maps.data, expected, { absolute: 1e-5 });
  for (const threads of [2, 3]) {
    const other = await Autoencoder.create({ ...options, engine: { math: "portable", threads } });
    expect(bits((await other.activations(x, { layer: "encoder[0]" })).data)).toEqual(bits(maps.data));
    await other.dispose();
  }
  // Of a layer that only changes shapes there is nothing to see.
  await expect(model.activations(x, { layer: "encoder[1]" })).rejects.toThrow(
    /layer must be one that computes something \(encoder\[0\], encoder\[2\], decoder\[0\], decoder\[1\]\), not "encoder\[1\]"/,
  );
  await model.dispose();
});

test("of a variational model, the latent's are the means of the codes", async () => {
  const model = await Autoencoder.create({
    inputShape: [4, 4, 1],
    encoder: [conv2d(2, 3, "relu", { padding: "same" }), flatten()],
    latent: gaussian(2),
    decoder: [dense(16, "sigmoid"), reshape([4, 4, 1])],
    engine,
  });
  const x = values(5, 16, 1, 0, 1);
  expect(bits((await model.activations(x, { layer: "latent" })).data)).toEqual(
    bits((await model.encode(x)).data),
  );
  await model.dispose();
});

test("layers that are not there and wrong samples are refused", async () => {
  const model = await Autoencoder.create({
    inputShape: [4, 4, 1],
    encoder: [conv2d(2, 3, "relu", { strides: 2, padding: "same" })],
    decoder: [conv2dTranspose(1, 3, "sigmoid", { strides: 2, padding: "same" })],
    engine,
  });
  const x = new Float32Array(32);
  const refused = (given: unknown, samples: unknown = x) =>
    (model.activations as (...all: unknown[]) => Promise<unknown>).call(model, samples, given);
  await expect(refused({ layer: "encoder[7]" })).rejects.toThrow(/did you mean encoder\[0\]\?/);
  await expect(refused({ layer: 0 })).rejects.toThrow(ArgumentError);
  await expect(refused({ name: "encoder[0]" })).rejects.toThrow(/the layer's place is layer/);
  await expect(refused(undefined)).rejects.toThrow(ArgumentError);
  await expect(refused({ layer: "encoder[0]" }, new Float32Array(17))).rejects.toThrow(ShapeError);
  expect(() => model.activationsSync(x, { layer: "latent" })).toThrow(ArgumentError);
  await model.dispose();
  await expect(refused({ layer: "encoder[0]" })).rejects.toThrow(StateError);
});
