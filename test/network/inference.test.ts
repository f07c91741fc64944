import { describe, expect, test } from "vitest";
import { Autoencoder, dense, Matrix, type Samples } from "../../src/index.js";
import { Float64Network } from "../support/float64Network.js";
import { bits, expectClose, MATHS, smallModel, values } from "../support/models.js";

/** Around the blocks of 48 rows and of 1024 rows that go through the network at a time. */
const ROWS = [1, 47, 48, 49, 1023, 1024, 1025, 2100];
const WIDTH = 11;

describe.each(MATHS)("%s", async (math) => {
  const model = await Autoencoder.create({
    inputSize: WIDTH,
    encoder: [dense(9, "relu"), dense(5, "tanh", { bias: false })],
    decoder: [dense(7, "linear", { initializer: "heNormal" }), dense(WIDTH, "sigmoid")],
    loss: "binaryCrossentropy",
    seed: 3,
    engine: { math },
  });
  const reference = new Float64Network(model.description, model.getWeights());
  const tolerance = { absolute: 1e-6, relative: 1e-5 };

  test.each(ROWS)("%i rows agree with a float64 forward pass", async (rows) => {
    const samples = values(rows, WIDTH, rows);
    const codes = await model.encode(samples);
    expect(codes).toBeInstanceOf(Matrix);
    expect(codes.shape).toEqual([rows, 5]);
    expectClose(codes.data, reference.encode(samples), tolerance, "code");

    const both = await model.reconstruct(samples);
    expect(both.shape).toEqual([rows, WIDTH]);
    expectClose(both.data, reference.reconstruct(samples), tolerance, "reconstruction");

    const again = await model.decode(codes);
    expect(again.shape).toEqual([rows, WIDTH]);
    expectClose(again.data, reference.decode(codes.data), tolerance, "decoded");
    expect(bits(again.data)).toBe(bits(both.data));

    const expected = reference.loss(samples, "binaryCrossentropy");
    expectClose([(await model.evaluate(samples)).loss], [expected], tolerance, "loss");
    const errors = await model.reconstructionError(samples);
    expect(errors).toBeInstanceOf(Float32Array);
    expectClose(errors, reference.losses(samples, "meanSquaredError"), tolerance, "error");
  });

  test.each(ROWS)("%i rows: the Sync twins, the halves and the slices give the same bits", async (rows) => {
    const samples = values(rows, WIDTH, rows);
    const codes = await model.encode(samples);
    expect(bits(model.encodeSync(samples).data)).toBe(bits(codes.data));
    expect(bits(model.encoder.predictSync(samples).data)).toBe(bits(codes.data));
    expect(bits((await model.encoder.predict(samples)).data)).toBe(bits(codes.data));
    const both = await model.reconstruct(samples);
    expect(bits(model.reconstructSync(samples).data)).toBe(bits(both.data));
    expect(bits(model.decodeSync(codes).data)).toBe(bits(both.data));
    expect(bits(model.decoder.predictSync(codes).data)).toBe(bits(both.data));
    expect(bits((await model.decoder.predict(codes)).data)).toBe(bits(both.data));
    expect(model.evaluateSync(samples)).toEqual(await model.evaluate(samples));
    const errors = await model.reconstructionError(samples);
    expect(bits(model.reconstructionErrorSync(samples))).toBe(bits(errors));
    // A row's output does not depend on the rows around it.
    const last = model.reconstructSync(samples.slice((rows - 1) * WIDTH));
    expect(bits(last.data)).toBe(bits(both.row(rows - 1)));
    expect(model.reconstructionErrorSync(samples.slice((rows - 1) * WIDTH))[0]).toBe(errors[rows - 1]);
  });

  test("bytes, arrays of rows, matrices and views stand for the same samples", async () => {
    const rows = 101;
    const bytes = Uint8Array.from(values(rows, WIDTH, 9, 0, 256), (value) => value % 256);
    bytes.set([0, 255, 1, 254, 127, 128]);
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const arrays = Array.from({ length: rows }, (_, i) => [...floats.subarray(i * WIDTH, (i + 1) * WIDTH)]);
    const inLarger = new Uint8Array(bytes.length + 3);
    inLarger.set(bytes, 3);
    const calls = [
      (samples: Samples) => model.encodeSync(samples).data,
      (samples: Samples) => model.reconstructSync(samples).data,
      (samples: Samples) => model.reconstructionErrorSync(samples),
      (samples: Samples) => Float32Array.of(model.evaluateSync(samples).loss),
    ];
    for (const call of calls) {
      const expected = bits(call(floats));
      expect(bits(call(bytes))).toBe(expected);
      expect(bits(call(inLarger.subarray(3)))).toBe(expected);
      expect(bits(call(Buffer.from(bytes)))).toBe(expected);
      expect(bits(call(arrays))).toBe(expected);
      expect(bits(call(new Matrix(floats, rows, WIDTH)))).toBe(expected);
    }
  });

  test("large values and a wide layer go through unharmed", async () => {
    const wide = await Autoencoder.create({
      inputSize: 3,
      encoder: [dense(130, "linear")],
      decoder: [dense(3, "linear")],
      engine: { math },
    });
    const samples = values(50, 3, 4, -1000, 1000);
    const expected = new Float64Network(wide.description, wide.getWeights()).reconstruct(samples);
    expectClose((await wide.reconstruct(samples)).data, expected, { absolute: 1e-2 }, "reconstruction");
  });
});

test("calculations that run side by side do not disturb each other", async () => {
  const model = await smallModel();
  const inputs = [1, 2, 3].map((tag) => values(5000, 6, tag));
  const alone = inputs.map((samples) => bits(model.reconstructSync(samples).data));
  const together = await Promise.all(inputs.map((samples) => model.reconstruct(samples)));
  expect(together.map(({ data }) => bits(data))).toEqual(alone);
});

test("inputs are left as they were", async () => {
  const model = await smallModel();
  const samples = values(100, 6);
  const before = bits(samples);
  await model.reconstruct(samples);
  await model.fit(samples);
  await model.evaluate(samples);
  expect(bits(samples)).toBe(before);
});

test("a model tells its sizes", async () => {
  const model = await smallModel({ encoder: [dense(4), dense(2, "tanh", { bias: false })] });
  expect([model.inputSize, model.latentSize]).toEqual([6, 2]);
  expect([model.encoder.inputSize, model.encoder.outputSize]).toEqual([6, 2]);
  expect([model.decoder.inputSize, model.decoder.outputSize]).toEqual([2, 6]);
  expect(model.parameterCount).toBe(6 * 4 + 4 + 4 * 2 + 2 * 6 + 6);
});
