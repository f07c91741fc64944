import { describe, expect, test } from "vitest";
import { ColumnStatistics, Scaling } from "../../src/data/scaling.js";
import { decodeSafetensors, encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  dense,
  FormatError,
  Matrix,
  NonFiniteError,
  type Samples,
  type ScalingName,
  StateError,
} from "../../src/index.js";
import { parts } from "../support/forged.js";
import { bits, expectClose, failure, MATHS, smallModel, values, weightBits } from "../support/models.js";

const SCALINGS: ScalingName[] = ["minMax", "standard"];
/** Columns far from 0 and of very different sizes, the last one constant. */
const OFFSETS = [1000, -5, 0, 1e-3, 3e6, 7];
const SIZES = [10, 0.1, 1, 1e-4, 2e4, 0];
const ROWS = 90;

function table(rows = ROWS, tag = 1): Float32Array {
  return values(rows, 6, tag, -1, 1).map((value, i) => OFFSETS[i % 6]! + SIZES[i % 6]! * value);
}

/** Offset and scale of a column, by the textbook. */
function expected(data: Float32Array, column: number, kind: ScalingName): [number, number] {
  const x = Array.from(data).filter((_, i) => i % 6 === column);
  if (kind === "minMax") {
    const least = Math.min(...x);
    return [least, Math.max(...x) - least || 1];
  }
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  return [mean, Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length) || 1];
}

/** The table scaled by hand. */
function scaledByHand(data: Float32Array, kind: ScalingName, from = data): Float32Array {
  const parameters = OFFSETS.map((_, j) => expected(from, j, kind));
  return data.map((value, i) => (value - parameters[i % 6]![0]) / parameters[i % 6]![1]);
}

describe.each(SCALINGS)("%s", (scaling) => {
  describe.each(MATHS)("%s", (math) => {
    test("a model with scaling does on samples what one without does on samples scaled by hand", async () => {
      const engine = { math };
      const model = await smallModel({ scaling, engine });
      const plain = await smallModel({ engine });
      const [x, held] = [table(), table(200, 2)];
      const [y, heldByHand] = [scaledByHand(x, scaling), scaledByHand(held, scaling, x)];
      const options = { epochs: 5, batchSize: 16 };
      const history = await model.fit(x, { ...options, validationData: held });
      const plainHistory = await plain.fit(y, { ...options, validationData: heldByHand });
      expectClose(history.loss, plainHistory.loss, { relative: 1e-5 }, "loss");
      expectClose(history.valLoss, plainHistory.valLoss, { relative: 1e-5 }, "valLoss");
      expectClose(
        [model.evaluateSync(held).loss],
        [plain.evaluateSync(heldByHand).loss],
        { relative: 1e-5 },
        "evaluate",
      );
      const codes = await model.encode(held);
      expectClose(codes.data, (await plain.encode(heldByHand)).data, { absolute: 1e-4 }, "code");
      expectClose(
        model.reconstructionErrorSync(held),
        plain.reconstructionErrorSync(heldByHand),
        { absolute: 1e-5, relative: 1e-4 },
        "error",
      );
      // What comes out is in the units of what went in.
      const rebuilt = plain.reconstructSync(heldByHand).data;
      const { offset, scale } = model.scaling!;
      const inUnits = rebuilt.map((value, i) => value * scale[i % 6]! + offset[i % 6]!);
      const relativeToScale = (data: Float32Array) =>
        data.map((v, i) => (v - offset[i % 6]!) / scale[i % 6]!);
      const both = await model.reconstruct(held);
      expectClose(relativeToScale(both.data), relativeToScale(inUnits), { absolute: 1e-3 }, "rebuilt");
      expect(bits((await model.decode(codes)).data)).toBe(bits(both.data));
      expect(bits((await model.decoder.predict(await model.encoder.predict(held))).data)).toBe(
        bits(both.data),
      );
    });

    test("training and use do not depend on the number of threads", async () => {
      const run = async (threads: number) => {
        const model = await smallModel({ scaling, engine: { math, threads } });
        await model.fit(table(), { epochs: 3 });
        const rebuilt = bits((await model.reconstruct(table(300, 3))).data);
        const result = [weightBits(model), rebuilt, model.history.loss];
        await model.dispose();
        return result;
      };
      expect(await run(2)).toEqual(await run(1));
    });
  });

  test("what is learnt is what the textbook says; a constant column is moved to 0 and comes back", async () => {
    const model = await smallModel({ scaling });
    expect(model.scaling).toBeUndefined();
    const x = table();
    await model.fit(x, { epochs: 1 });
    const { offset, scale } = model.scaling!;
    for (let j = 0; j < 6; j++) {
      const [o, s] = expected(x, j, scaling);
      expectClose([offset[j]!, scale[j]!], [o, s], { relative: 1e-9, absolute: 1e-9 * s }, `column ${j}`);
    }
    expect([offset[5], scale[5]]).toEqual([7, 1]);
    // They are copies.
    offset.fill(0);
    expect(model.scaling!.offset[0]).not.toBe(0);
  });

  test("it is learnt from the training part at the first fit alone", async () => {
    const model = await smallModel({ scaling });
    const x = table();
    await model.fit(x, { epochs: 1, validationSplit: 0.5 });
    const first = model.scaling!;
    const other = await smallModel({ scaling });
    await other.fit(x.subarray(0, 45 * 6), { epochs: 1 });
    expect(first).toEqual(other.scaling);
    await model.fit(table(50, 9), { epochs: 1 });
    expect(model.scaling).toEqual(first);
  });

  test("bytes give the bits of the floats that they stand for", async () => {
    const bytes = Uint8Array.from({ length: 6 * 60 }, (_, i) => (i * 97 + (i >> 3)) % 256);
    const floats = Float32Array.from(bytes, (byte) => byte / 255);
    const ofBytes = await smallModel({ scaling });
    const ofFloats = await smallModel({ scaling });
    await ofBytes.fit(bytes, { epochs: 3 });
    ofFloats.fitSync(floats, { epochs: 3 });
    expect(ofBytes.scaling).toEqual(ofFloats.scaling);
    expect(weightBits(ofBytes)).toBe(weightBits(ofFloats));
    expect(bits(ofBytes.reconstructSync(bytes).data)).toBe(bits(ofFloats.reconstructSync(floats).data));
  });

  test("a model comes back from its file, fitted or not", async () => {
    const model = await smallModel({ scaling });
    const unfitted = await Autoencoder.fromSafetensors(model.toSafetensors());
    expect(unfitted.description.scaling).toBe(scaling);
    expect(unfitted.scaling).toBeUndefined();
    await model.fit(table(), { epochs: 2 });
    const file = model.toSafetensors();
    const same = await Autoencoder.fromSafetensors(file, { engine: { math: "portable" } });
    expect(same.scaling).toEqual(model.scaling);
    expect(bits(same.reconstructSync(table(20, 4)).data)).toBe(
      bits(model.reconstructSync(table(20, 4)).data),
    );
    expect(bits(same.toSafetensors())).toBe(bits(file));
    expect(decodeSafetensors(file).tensors.get("scaling.offset")).toEqual({
      name: "scaling.offset",
      shape: [6],
      data: model.scaling!.offset,
    });
  });

  test("a model that has not been fitted is refused", async () => {
    const model = await smallModel({ scaling });
    const samples = table(5);
    const codes = values(5, 3);
    const calls = [
      () => model.encode(samples),
      () => model.encodeSync(samples),
      () => model.decode(codes),
      () => model.reconstruct(samples),
      () => model.evaluate(samples),
      () => model.reconstructionError(samples),
      () => model.reconstructionError(samples, { units: "original" }),
      () => model.reconstructionErrorPerFeature(samples),
      () => model.encoder.predict(samples),
      () => model.decoder.predictSync(codes),
    ];
    for (const call of calls) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(StateError);
      expect((error as Error).message).toMatch(/scales samples .* call fit before/);
    }
    expect(await failure(() => model.fit(values(5, 4)))).toBeInstanceOf(Error);
    expect(model.scaling).toBeUndefined();
  });

  test("errors per feature average to the error, in scaled and in original units", async () => {
    const model = await smallModel({ scaling });
    const x = table();
    await model.fit(x, { epochs: 2 });
    const mean = (data: Float32Array) =>
      Array.from({ length: ROWS }, (_, i) => data.subarray(6 * i, 6 * i + 6).reduce((a, b) => a + b) / 6);
    const scaled = await model.reconstructionErrorPerFeature(x);
    expect(scaled.shape).toEqual([ROWS, 6]);
    expectClose(mean(scaled.data), await model.reconstructionError(x), { relative: 1e-5 }, "scaled");
    const original = model.reconstructionErrorPerFeatureSync(x, { units: "original" });
    const errors = model.reconstructionErrorSync(x, { units: "original" });
    expectClose(mean(original.data), errors, { relative: 1e-5 }, "original");
    const { scale } = model.scaling!;
    const byHand = scaled.data.map((error, i) => error * scale[i % 6]! ** 2);
    expectClose(original.data, byHand, { relative: 1e-5 }, "by hand");
    // By the reconstructions themselves, where float32 still tells them apart.
    const rebuilt = model.reconstructSync(x).data;
    for (let i = 1; i < x.length; i += 6)
      expectClose([original.data[i]!], [(rebuilt[i]! - x[i]!) ** 2], { absolute: 1e-6 });
  });
});

test("without scaling both units are the same, and unknown ones are refused", async () => {
  const model = await smallModel();
  const x = values(9, 6);
  expect(bits(await model.reconstructionError(x, { units: "original" }))).toBe(
    bits(await model.reconstructionError(x)),
  );
  expectClose(
    (await model.reconstructionErrorPerFeature(x)).data,
    model.reconstructSync(x).data.map((value, i) => (value - x[i]!) ** 2),
    { absolute: 1e-7 },
  );
  const error = await failure(() => model.reconstructionError(x, { units: "metres" as "scaled" }));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(
    await failure(() => model.reconstructionErrorPerFeature(x, { unit: "scaled" } as object)),
  ).toMatchObject({
    message: expect.stringMatching(/"unit" is not known.*did you mean "units"/),
  });
});

describe("minMax with cross-entropy", () => {
  const crossEntropy = () =>
    smallModel({ scaling: "minMax", loss: "binaryCrossentropy", decoder: [dense(6, "sigmoid")] });
  /** The table, in whose last rows one value lies beyond all others of its column. */
  const beyond = (row: number) => {
    const x = table();
    x[row * 6 + 1] = -4;
    return x;
  };
  const refusal =
    /^row 80, column 1 of \w+ is -4, which is outside the range that the scaling was learnt from \(/;

  test("trains on what the scaling is learnt from, in either precision", async () => {
    const model = await crossEntropy();
    const x = table();
    const history = await model.fit(Float64Array.from(x), { epochs: 20 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
    expect(history.loss.every((loss) => loss > 0)).toBe(true);
    expect(model.evaluateSync(x).loss).toBeGreaterThan(0);
    const { offset, scale } = model.scaling!;
    model.reconstructSync(x).data.forEach((value, i) => {
      expect(value).toBeGreaterThanOrEqual(Math.fround(offset[i % 6]!));
      expect(value).toBeLessThanOrEqual(Math.fround(offset[i % 6]! + scale[i % 6]!));
    });
    await model.dispose();
  });

  test("refuses a target outside [0, 1] wherever the loss is taken, and changes nothing", async () => {
    const model = await crossEntropy();
    await model.fit(table(), { epochs: 1 });
    const before = weightBits(model);
    const stream = () => [beyond(80).subarray(0, 240), beyond(80).subarray(240)];
    for (const call of [
      () => model.evaluate(beyond(80)),
      () => model.evaluateSync(beyond(80)),
      () => model.fit(beyond(80)),
      () => model.fitSync(beyond(80)),
      () => model.fit(beyond(80), { validationSplit: 0.2 }),
      () => model.fit(table(), { validationData: beyond(80) }),
    ]) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(refusal);
    }
    for (const call of [
      () => model.evaluate(stream),
      () => model.fit(stream),
      () => model.fit(table(), { validationData: stream }),
    ]) {
      const error = await failure(call);
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(/^row 40, column 1 of chunk 2 of \w+ is -4, which is outside/);
    }
    expect(weightBits(model)).toBe(before);
    await model.dispose();
  });

  test("refuses it before the first training, too, and has learnt nothing then", async () => {
    const model = await crossEntropy();
    const repeated = table();
    repeated.copyWithin(72 * 6, 0, 18 * 6);
    repeated[80 * 6 + 1] = -4;
    const error = await failure(() => model.fit(repeated, { validationSplit: 0.2 }));
    expect((error as Error).message).toMatch(refusal);
    expect(model.scaling).toBeUndefined();
    await model.dispose();
  });

  test("refuses it as a metric", async () => {
    const model = await smallModel({ scaling: "minMax", decoder: [dense(6, "sigmoid")] });
    await model.fit(table(), { epochs: 1, metrics: ["binaryCrossentropy"] });
    const error = await failure(() =>
      model.fit(table(), { validationData: beyond(80), metrics: ["binaryCrossentropy"] }),
    );
    expect((error as Error).message).toMatch(refusal);
    await model.dispose();
  });

  test("scores such rows: an anomaly is just that", async () => {
    const model = await crossEntropy();
    await model.fit(table(), { epochs: 1 });
    const errors = await model.reconstructionError(beyond(80));
    expect(errors.indexOf(Math.max(...errors))).toBe(80);
    await model.reconstruct(beyond(80));
    await model.encode(beyond(80));
    const detector = await AnomalyDetector.fit(model, table());
    expect((await detector.predict(beyond(80)))[80]).toBe(1);
    await model.dispose();
  });
});

describe("samples are scaled in the precision that they came in", () => {
  /** A column of seconds since 1970, and one of counts. */
  const rows = Array.from({ length: 64 }, (_, i) => [1.7e9 + i, i % 7]);
  const flat = Float64Array.from(rows.flat());
  const deviation = Math.sqrt((64 ** 2 - 1) / 12);
  const forms: [string, () => Samples | (() => Iterable<Samples>)][] = [
    ["rows", () => rows],
    ["a flat array", () => rows.flat()],
    ["Float64Array", () => flat],
    ["rows of Float64Array", () => rows.map((row) => Float64Array.from(row))],
    ["a matrix", () => new Matrix(flat, 64, 2)],
    ["Uint32Array", () => Uint32Array.from(flat)],
    ["a stream", () => () => [rows.slice(0, 10), flat.subarray(20)]],
  ];

  test.each(forms)("%s", async (_, make) => {
    const model = await Autoencoder.create({
      inputSize: 2,
      encoder: [dense(1)],
      decoder: [dense(2)],
      scaling: "standard",
      engine: { math: "portable" },
    });
    const { loss } = await model.fit(make() as Samples, { epochs: 2, batchSize: 8, shuffle: false });
    expectClose(model.scaling!.offset, [1.7e9 + 31.5, (9 * 21) / 64], { relative: 1e-9 });
    expectClose(model.scaling!.scale.subarray(0, 1), [deviation], { relative: 1e-6 });
    // Scaled by hand, the same training.
    const byHand = await Autoencoder.create({
      ...{ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)], engine: { math: "portable" } },
    });
    const { offset, scale } = model.scaling!;
    const scaled = Float32Array.from(flat, (value, i) => (value - offset[i % 2]!) / scale[i % 2]!);
    const expected = await byHand.fit(scaled, { epochs: 2, batchSize: 8, shuffle: false });
    expect(loss).toEqual(expected.loss);
    const codes = byHand.encodeSync(scaled).data;
    expect(bits(model.encodeSync(flat).data)).toBe(bits(codes));
    await Promise.all([model.dispose(), byHand.dispose()]);
  });
});

test("what cannot be is refused by name", async () => {
  const standard = await failure(() =>
    smallModel({ scaling: "standard", loss: "binaryCrossentropy", decoder: [dense(6, "sigmoid")] }),
  );
  expect(standard).toBeInstanceOf(ArgumentError);
  expect((standard as Error).message).toMatch(/scaling "standard".*binaryCrossentropy/);
  const unknown = await failure(() => smallModel({ scaling: "minmaxx" as ScalingName }));
  expect(unknown).toBeInstanceOf(ArgumentError);
  expect((unknown as Error).message).toMatch(/scaling "minmaxx".*did you mean "minMax"/);
});

test("a sample too far away to be scaled is refused by name, and changes nothing", async () => {
  const model = await smallModel({ scaling: "minMax" });
  const tiny = values(10, 6).map((value) => value * 1e-30);
  await model.fit(tiny, { epochs: 1 });
  const before = weightBits(model);
  const far = new Float32Array(12);
  far[7] = 1e30;
  for (const call of [() => model.encode(far), () => model.fit(far), () => model.evaluateSync(far)]) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as Error).message).toMatch(/^row 1, column 1 of samples is 1.*e\+?30/);
  }
  expect(weightBits(model)).toBe(before);
  // Nor is anything learnt from a fit that cannot be validated.
  const fresh = await smallModel({ scaling: "minMax" });
  const untouched = weightBits(fresh);
  const error = await failure(() => fresh.fit(tiny, { validationData: far }));
  expect((error as Error).message).toMatch(/^row 1, column 1 of validationData is 1.*e\+?30/);
  expect(fresh.scaling).toBeUndefined();
  expect([weightBits(fresh), fresh.history.loss]).toEqual([untouched, []]);
});

test.each(SCALINGS)(
  "data whose scaling no file could hold, or no model return, are refused: %s",
  async (scaling) => {
    const model = await Autoencoder.create({
      inputSize: 2,
      encoder: [dense(1)],
      decoder: [dense(2)],
      scaling,
    });
    const rows = (far: number) => Array.from({ length: 20 }, (_, i) => [i, i === 7 ? -far : far]);
    // 1e308 − (−1e308) and the square of 1e200 overflow; 1e39 is no 32-bit float.
    for (const far of [1e308, 1e200, 1e39]) {
      for (const data of [rows(far), () => [rows(far)]]) {
        const error = await failure(() => model.fit(data as Samples));
        expect(error).toBeInstanceOf(NonFiniteError);
        expect((error as Error).message).toMatch(
          /^column 1 of samples has -\d\S+, but a model returns 32-bit floats/,
        );
      }
    }
    expect([model.scaling, model.history.loss]).toEqual([undefined, []]);
    await model.fit(rows(1e38), { epochs: 1 });
    await model.dispose();
  },
);

test("statistics do not depend on the blocks in which rows come, and are exact for constants", () => {
  const data = table(1000).map((value, i) => (i % 6 === 5 ? 0.1 : value));
  const whole = new ColumnStatistics(6);
  whole.add(data);
  const parts = new ColumnStatistics(6);
  for (let row = 0; row < 1000; row += 7) parts.add(data.subarray(row * 6, (row + 7) * 6));
  for (const kind of SCALINGS) {
    expect(parts.parameters(kind)).toEqual(whole.parameters(kind));
    expect(whole.parameters(kind).offset[5]).toBe(Math.fround(0.1));
    expect(whole.parameters(kind).scale[5]).toBe(1);
  }
  const scaling = new Scaling("minMax", 6);
  scaling.parameters = whole.parameters("minMax");
  const scaled = new Float32Array(data.length);
  expect(scaling.apply(data, scaled)).toBe(-1);
  for (let j = 0; j < 5; j++) {
    const column = scaled.filter((_, i) => i % 6 === j);
    expect([Math.min(...column), Math.max(...column)]).toEqual([0, 1]);
  }
  const copy = scaled.slice();
  scaling.invert(copy);
  expectClose(copy, data, { relative: 1e-6, absolute: 1e-6 });
});

describe("a file is refused", async () => {
  const model = await smallModel({ scaling: "standard" });
  await model.fit(table(), { epochs: 1 });
  const { tensors, metadata } = parts(model.toSafetensors());
  const change = (name: string, to: object | undefined) =>
    encodeSafetensors(
      tensors.flatMap((tensor) => (tensor.name !== name ? [tensor] : to ? [{ ...tensor, ...to }] : [])),
      metadata,
    );
  test.each<[string, Uint8Array, RegExp]>([
    ["without the offset", change("scaling.offset", undefined), /scaling\.offset must hold 6 float64/],
    ["without the scale", change("scaling.scale", undefined), /scaling\.scale must hold 6 float64/],
    [
      "with another width",
      change("scaling.scale", { shape: [5], data: new Float64Array(5).fill(1) }),
      /scaling\.scale must hold 6/,
    ],
    [
      "with float32",
      change("scaling.offset", { data: new Float32Array(6) }),
      /scaling\.offset must hold 6 float64/,
    ],
    ["with a scale of 0", change("scaling.scale", { data: new Float64Array(6) }), /finite and above 0/],
    ["with NaN", change("scaling.offset", { data: new Float64Array(6).fill(Number.NaN) }), /that are finite/],
  ])("%s", async (_, file, message) => {
    const error = await failure(() => Autoencoder.fromSafetensors(file));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });
  test("whose description knows of no scaling", async () => {
    const plain = await smallModel();
    const file = encodeSafetensors(tensors, parts(plain.toSafetensors()).metadata);
    expect(await failure(() => Autoencoder.fromSafetensors(file))).toBeInstanceOf(FormatError);
  });
});
