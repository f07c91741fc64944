import { afterAll, describe, expect, test, vi } from "vitest";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  AnomalyDetector,
  ArgumentError,
  Autoencoder,
  dense,
  FormatError,
  type Labels,
  Matrix,
  NonFiniteError,
  type SampleStream,
  type Samples,
  ShapeError,
  StateError,
  type ThresholdOptions,
} from "../../src/index.js";
import { parts } from "../support/forged.js";
import { bits, expectClose, failure, MATHS, type MathName, smallModel, values } from "../support/models.js";

/** Points near a plane in 6 dimensions; those of `odd` are away from it. */
function points(rows: number, tag: number, odd: (row: number) => boolean = () => false): Float32Array {
  const [u, noise] = [values(rows, 2, tag, -1, 1), values(rows, 6, tag + 100, -1, 1)];
  return Float32Array.from({ length: rows * 6 }, (_, i) => {
    const [row, j] = [Math.floor(i / 6), i % 6];
    const [a, b] = [u[2 * row]!, u[2 * row + 1]!];
    return odd(row) ? noise[i]! : [a, b, a + b, a - b, a / 2, b / 2][j]! + 0.02 * noise[i]!;
  });
}

const isOdd = (row: number) => row % 10 === 3;
const normal = points(400, 1);
const mixed = points(200, 2, isOdd);
const labels = Array.from({ length: 200 }, (_, row) => (isOdd(row) ? 1 : 0));

const trained = async (math: MathName) => {
  const model = await Autoencoder.create({
    inputSize: 6,
    encoder: [dense(2)],
    decoder: [dense(6)],
    scaling: "standard",
    engine: { math },
  });
  await model.fit(normal, { epochs: 60, batchSize: 20 });
  return model;
};
const model = await trained("portable");
const detector = await AnomalyDetector.fit(model, normal);
afterAll(() => model.dispose());

describe.each(MATHS)("%s", (math) => {
  test("samples off the plane that was learnt are told from those on it", async () => {
    const found = await AnomalyDetector.fit(await trained(math), normal, { contamination: 0.01 });
    const { rocAuc, precision, recall, f1, threshold } = await found.evaluate(mixed, labels);
    expect(threshold).toBe(found.threshold);
    expect(rocAuc).toBeGreaterThan(0.99);
    expect(recall).toBeGreaterThan(0.9);
    expect(precision).toBeGreaterThan(0.7);
    expect(f1).toBeCloseTo((2 * precision * recall) / (precision + recall), 12);
    const flags = await found.predict(mixed);
    const scores = await found.score(mixed);
    expect(Array.from(flags)).toEqual(Array.from(scores, (score) => (score > threshold ? 1 : 0)));
    expect(bits(scores)).toBe(bits(await found.model.reconstructionError(mixed)));
    await found.model.dispose();
  });
});

test("fitScore is fit and score in one pass, of samples and of a stream", async () => {
  const errors = vi.spyOn(model, "reconstructionError");
  const found = new AnomalyDetector(model);
  const scores = await found.fitScore(normal, { sigma: 2 });
  expect(errors).toHaveBeenCalledTimes(1);
  errors.mockRestore();
  const fitted = await AnomalyDetector.fit(model, normal, { sigma: 2 });
  expect(found.threshold).toBe(fitted.threshold);
  expect(bits(scores)).toBe(bits(await fitted.score(normal)));
  const streamed = new AnomalyDetector(model);
  const chunks = [normal.subarray(0, 600), normal.subarray(600)];
  expect(bits(await streamed.fitScore(() => chunks, { sigma: 2 }))).toBe(bits(scores));
  expect(streamed.threshold).toBe(fitted.threshold);
  expect(await failure(() => found.fitScore(normal, { sigma: -1 }))).toBeInstanceOf(ArgumentError);
  expect(found.threshold).toBe(fitted.threshold);
});

test("evaluateScores is evaluate of scores that are known", async () => {
  const scores = await detector.score(mixed);
  expect(detector.evaluateScores(scores, labels)).toEqual(await detector.evaluate(mixed, labels));
});

test.each<[string, unknown, Labels, unknown]>([
  ["no array", null, labels, ArgumentError],
  ["float64 scores", new Float64Array(200), labels, ArgumentError],
  ["a score that is no number", new Float32Array(200).fill(Number.NaN), labels, ArgumentError],
  ["a negative score", new Float32Array(200).fill(-1), labels, ArgumentError],
  ["fewer scores than labels", new Float32Array(199), labels, ShapeError],
  ["labels all alike", new Float32Array(2), [1, 1], ArgumentError],
])("evaluateScores refuses %s", async (_, scores, known, error) => {
  expect(await failure(() => detector.evaluateScores(scores as Float32Array, known))).toBeInstanceOf(error);
  const unfitted = new AnomalyDetector(model);
  expect(await failure(() => unfitted.evaluateScores(scores as Float32Array, known))).toBeInstanceOf(
    StateError,
  );
});

test("the error per feature points at the feature that is off, and averages to the score", async () => {
  const x = points(20, 5);
  x[6 * 7 + 4]! += 5;
  const errors = await detector.errorPerFeature(x);
  expect(errors.shape).toEqual([20, 6]);
  const row = errors.row(7);
  expect(row.indexOf(Math.max(...row))).toBe(4);
  const means = Array.from({ length: 20 }, (_, i) => errors.row(i).reduce((a, b) => a + b) / 6);
  expectClose(means, await detector.score(x), { relative: 1e-5 });
});

test.each([
  [0, 0],
  [0.0024, 0],
  [0.0025, 1],
  [0.01, 4],
  [0.29, 116],
  [0.07, 28],
  [0.5, 200],
])("contamination %f of 400 samples flags %i", async (contamination, flagged) => {
  const found = await AnomalyDetector.fit(model, normal, { contamination });
  const sorted = (await found.score(normal)).toSorted();
  expect(found.threshold).toBe(sorted[399 - flagged]);
  expect((await found.predict(normal)).reduce((a, b) => a + b)).toBe(flagged);
});

test("sigma is counted from the mean error; the default is contamination 0.01", async () => {
  const errors = Array.from(await model.reconstructionError(normal));
  const mean = errors.reduce((a, b) => a + b) / errors.length;
  const deviation = Math.sqrt(errors.reduce((sum, x) => sum + (x - mean) ** 2, 0) / errors.length);
  for (const sigma of [0, 1.5, 3]) {
    const found = await AnomalyDetector.fit(model, normal, { sigma });
    expectClose([found.threshold], [mean + sigma * deviation], { relative: 1e-12 });
  }
  const one = await AnomalyDetector.fit(model, normal, { contamination: 0.01 });
  expect(detector.threshold).toBe(one.threshold);
});

test("a second fit replaces the threshold, and one that fails leaves it", async () => {
  const found = new AnomalyDetector(model);
  expect(await found.fit(normal, { contamination: 0.1 })).toBe(found);
  const { threshold } = found;
  await failure(() => found.fit(new Float32Array(7)));
  await failure(() => found.fit(normal, { contamination: 2 }));
  expect(found.threshold).toBe(threshold);
  await found.fit(normal, { contamination: 0 });
  expect(found.threshold).toBeGreaterThan(threshold);
});

test("a detector that has not been fitted is refused", async () => {
  const unfitted = new AnomalyDetector(model);
  const calls = [
    () => unfitted.threshold,
    () => unfitted.score(mixed),
    () => unfitted.predict(mixed),
    () => unfitted.errorPerFeature(mixed),
    () => unfitted.evaluate(mixed, labels),
    () => unfitted.toSafetensors(),
  ];
  for (const call of calls) {
    const error = await failure(call);
    expect(error).toBeInstanceOf(StateError);
    expect((error as Error).message).toMatch(/call fit/);
  }
});

test.each<[string, unknown, RegExp]>([
  ["a contamination above a half", { contamination: 0.51 }, /contamination must be .* 0 to 0\.5, not 0\.51/],
  ["a negative contamination", { contamination: -0.1 }, /not -0\.1/],
  ["a contamination in words", { contamination: "auto" }, /not "auto"/],
  ["a negative sigma", { sigma: -1 }, /sigma must be .*at least 0, not -1/],
  ["an infinite sigma", { sigma: Infinity }, /sigma must be a finite number/],
  ["both", { sigma: 3, contamination: 0.1 }, /contamination and sigma cannot be used together/],
  ["a misspelt option", { contaminaton: 0.1 }, /did you mean "contamination"/],
  ["no object", null, /must be an object, not null/],
])("fit refuses %s", async (_, options, message) => {
  const error = await failure(() => AnomalyDetector.fit(model, normal, options as ThresholdOptions));
  expect(error).toBeInstanceOf(ArgumentError);
  expect((error as Error).message).toMatch(message);
});

test("a model that is none, and samples that do not fit, are refused", async () => {
  expect(await failure(() => new AnomalyDetector({} as Autoencoder))).toMatchObject({
    name: "ArgumentError",
    message: "model must be an Autoencoder, not an object",
  });
  const bad: [Samples, unknown][] = [
    [new Float32Array(7), ShapeError],
    [new Float32Array(6).fill(Number.NaN), NonFiniteError],
    ["x" as unknown as Samples, ArgumentError],
  ];
  for (const [samples, type] of bad) {
    for (const call of [
      () => detector.fit(samples),
      () => detector.score(samples),
      () => detector.predict(samples),
      () => detector.errorPerFeature(samples),
      () => detector.evaluate(samples, [0, 1]),
    ])
      expect(await failure(call)).toBeInstanceOf(type);
  }
});

test.each<[string, unknown, new (message: string) => Error, RegExp]>([
  ["too few", labels.slice(1), ShapeError, /199 labels for 200 samples/],
  ["of another kind", labels.map((l) => l * 2), ArgumentError, /labels\[3\] must be 0 or 1, not 2/],
  ["all normal", labels.map(() => 0), ArgumentError, /all labels are 0/],
  ["all anomalies", labels.map(() => true), ArgumentError, /all labels are 1/],
  ["no array", 3, ArgumentError, /labels must be an array of 0 and 1, not 3/],
  ["missing", undefined, ArgumentError, /not undefined/],
])("evaluate refuses labels that are %s", async (_, given, type, message) => {
  const error = await failure(() => detector.evaluate(mixed, given as Labels));
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
});

describe("its file", () => {
  const file = detector.toSafetensors();

  test("brings model and threshold back, and is a file of the model too", async () => {
    const same = await AnomalyDetector.fromSafetensors(file, { engine: { math: "portable" } });
    expect(same.threshold).toBe(detector.threshold);
    expect(bits(await same.score(mixed))).toBe(bits(await detector.score(mixed)));
    expect(bits(same.toSafetensors())).toBe(bits(file));
    const alone = await Autoencoder.fromSafetensors(file, { engine: { math: "portable" } });
    expect(bits(alone.toSafetensors())).toBe(bits(model.toSafetensors()));
    const bySigma = await AnomalyDetector.fit(model, normal, { sigma: 1 / 3 });
    const again = await AnomalyDetector.fromSafetensors(bySigma.toSafetensors());
    expect(again.threshold).toBe(bySigma.threshold);
  });

  const { tensors, metadata } = parts(file);
  const forge = (text: string | undefined) => {
    const { "isthmus.anomalyDetector": _, ...others } = metadata;
    return encodeSafetensors(
      tensors,
      text === undefined ? others : { ...others, "isthmus.anomalyDetector": text },
    );
  };
  test.each<[string, string | undefined, RegExp]>([
    ["no detector", undefined, /has no anomaly detector/],
    ["no JSON", "{", /is not JSON/],
    ["null", "null", /version undefined/],
    ["another version", '{"version":2}', /version 2, but this release reads version 1/],
    ["no threshold", '{"version":1,"sigma":3}', /threshold must be .* not undefined/],
    ["an infinite threshold", '{"version":1,"threshold":1e999,"sigma":3}', /not Infinity/],
    ["two rules", '{"version":1,"threshold":1,"sigma":3,"contamination":0.1}', /cannot be used together/],
    ["an unknown rule", '{"version":1,"threshold":1,"gamma":3}', /"gamma" is not known/],
  ])("is refused with %s", async (_, text, message) => {
    const error = await failure(() => AnomalyDetector.fromSafetensors(forge(text)));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(message);
  });
});

test("a detector takes a model without scaling, and every kind of samples", async () => {
  const plain = await smallModel();
  const x = values(12, 6);
  const found = await AnomalyDetector.fit(plain, x);
  const scores = await found.score(x);
  expect(bits(await found.score(new Matrix(x, 12, 6)))).toBe(bits(scores));
  expect((await found.score(new Uint8Array(12))).length).toBe(2);
  await plain.dispose();
  expect(await failure(() => found.score(x))).toBeInstanceOf(StateError);
});

describe("streams", () => {
  const chunks = function* () {
    for (let row = 0; row < 200; row += 60) yield mixed.subarray(row * 6, (row + 60) * 6);
  };
  const FORMS: [string, () => SampleStream][] = [
    ["a function", () => chunks],
    [
      "an async iterable",
      () => ({
        async *[Symbol.asyncIterator]() {
          yield* chunks();
        },
      }),
    ],
  ];

  test.each(FORMS)("%s gives, chunk by chunk, what the samples at once give", async (_, make) => {
    const scores: number[] = [];
    for await (const part of detector.score(make())) scores.push(...part);
    expect(scores).toEqual([...(await detector.score(mixed))]);
    const flags: number[] = [];
    for await (const part of detector.predict(make())) {
      expect(part.length).toBeLessThanOrEqual(60);
      flags.push(...part);
    }
    expect(flags).toEqual([...(await detector.predict(mixed))]);
    const errors: number[] = [];
    for await (const part of detector.errorPerFeature(make())) errors.push(...part.data);
    expect(errors).toEqual([...(await detector.errorPerFeature(mixed)).data]);
    expect(await detector.evaluate(make(), labels)).toEqual(await detector.evaluate(mixed, labels));
    const [left, right] = [await AnomalyDetector.fit(model, make()), await AnomalyDetector.fit(model, mixed)];
    expect(left.threshold).toBe(right.threshold);
  });

  test("an empty stream, a bad chunk, and a detector without a threshold are refused", async () => {
    const drain = async (stream: AsyncIterable<unknown>) => {
      for await (const _ of stream);
    };
    const bad = () => [mixed.subarray(0, 60), new Float32Array(7)];
    for (const call of [
      (stream: SampleStream) => drain(detector.score(stream)),
      (stream: SampleStream) => drain(detector.predict(stream)),
      (stream: SampleStream) => detector.evaluate(stream, labels),
      (stream: SampleStream) => AnomalyDetector.fit(model, stream),
    ]) {
      expect(await failure(() => call(() => []))).toBeInstanceOf(ShapeError);
      expect(((await failure(() => call(bad))) as Error).message).toMatch(
        /^chunk 2 of samples has 7 elements/,
      );
    }
    const unfitted = new AnomalyDetector(model);
    expect(await failure(() => drain(unfitted.predict(chunks)))).toBeInstanceOf(StateError);
  });
});

describe("errors beyond float32", () => {
  const far = [3e37, -3e37, 3e37, 3e37, -3e37, 3e37];
  const withFar = [
    ...Array.from({ length: 399 }, (_, row) => [...normal.subarray(row * 6, row * 6 + 6)]),
    far,
  ];

  test("count as anomalous", async () => {
    expect([...(await detector.score([far]))]).toEqual([Infinity]);
    expect([...(await detector.predict([far, [...normal.subarray(0, 6)]]))]).toEqual([1, 0]);
    for (const value of (await detector.errorPerFeature([far])).data) expect(value).toBe(Infinity);
    const { rocAuc, recall } = await detector.evaluate([far, [...normal.subarray(0, 6)]], [1, 0]);
    expect([rocAuc, recall]).toEqual([1, 1]);
  });

  test("leave a threshold below them, which is saved and loads", async () => {
    const found = await AnomalyDetector.fit(model, withFar, { contamination: 0.01 });
    expect(found.threshold).toBeLessThan(Infinity);
    expect((await found.predict(withFar))[399]).toBe(1);
    const loaded = await AnomalyDetector.fromSafetensors(found.toSafetensors());
    expect(loaded.threshold).toBe(found.threshold);
    await loaded.model.dispose();
  });

  test.each<[ThresholdOptions, RegExp]>([
    [
      { contamination: 0 },
      /^the threshold would be Infinity, because the reconstruction error of row 399 is Infinity/,
    ],
    [{ sigma: 3 }, /because the reconstruction error of row 399 is Infinity/],
  ])("are refused as a threshold: %j", async (options, message) => {
    const found = await AnomalyDetector.fit(model, normal);
    const { threshold } = found;
    const error = await failure(() => found.fit(withFar, options));
    expect(error).toBeInstanceOf(NonFiniteError);
    expect((error as Error).message).toMatch(message);
    expect(found.threshold).toBe(threshold);
  });
});

test("bytes in a row are the bytes of a flat array", async () => {
  const bytes = Uint8Array.from({ length: 6 }, (_, i) => 40 * i);
  expect([...(await detector.score([bytes]))]).toEqual([...(await detector.score(bytes))]);
  expect([...(await detector.predict([bytes]))]).toEqual([...(await detector.predict(bytes))]);
});
