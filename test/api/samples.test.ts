import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  type Autoencoder,
  dense,
  IsthmusError,
  Matrix,
  NonFiniteError,
  type Samples,
  ShapeError,
} from "../../src/index.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const model = await smallModel({ loss: "binaryCrossentropy", decoder: [dense(6, "sigmoid")] });

/** Every method that takes samples of width 6, or codes of width 3. */
const METHODS: [string, number, (model: Autoencoder, samples: Samples) => unknown][] = [
  ["fit", 6, (m, x) => m.fit(x)],
  ["fitSync", 6, (m, x) => m.fitSync(x)],
  ["encode", 6, (m, x) => m.encode(x)],
  ["encodeSync", 6, (m, x) => m.encodeSync(x)],
  ["decode", 3, (m, x) => m.decode(x)],
  ["decodeSync", 3, (m, x) => m.decodeSync(x)],
  ["reconstruct", 6, (m, x) => m.reconstruct(x)],
  ["reconstructSync", 6, (m, x) => m.reconstructSync(x)],
  ["evaluate", 6, (m, x) => m.evaluate(x)],
  ["evaluateSync", 6, (m, x) => m.evaluateSync(x)],
  ["reconstructionError", 6, (m, x) => m.reconstructionError(x)],
  ["reconstructionErrorSync", 6, (m, x) => m.reconstructionErrorSync(x)],
  ["reconstructionErrorPerFeature", 6, (m, x) => m.reconstructionErrorPerFeature(x)],
  ["reconstructionErrorPerFeatureSync", 6, (m, x) => m.reconstructionErrorPerFeatureSync(x)],
  ["encoder.predict", 6, (m, x) => m.encoder.predict(x)],
  ["encoder.predictSync", 6, (m, x) => m.encoder.predictSync(x)],
  ["decoder.predict", 3, (m, x) => m.decoder.predict(x)],
  ["decoder.predictSync", 3, (m, x) => m.decoder.predictSync(x)],
];

const withValue = (rows: number, columns: number, at: number, value: number) => {
  const data = values(rows, columns);
  data[at] = value;
  return data;
};

/** What no method takes: [what, the samples for a width, the type of the error, its message]. */
const BAD: [string, (width: number) => unknown, new (message: string) => IsthmusError, RegExp][] = [
  [
    "nothing",
    () => undefined,
    ArgumentError,
    /^samples must be a typed array, an array of numbers or of rows, or a Matrix, not undefined$/,
  ],
  ["null", () => null, ArgumentError, /not null$/],
  ["a word", () => "digits", ArgumentError, /not "digits"$/],
  ["64-bit integers", (n) => new BigInt64Array(n), ArgumentError, /not a BigInt64Array$/],
  ["a buffer", (n) => new ArrayBuffer(n * 4), ArgumentError, /not an ArrayBuffer$/],
  [
    "no rows",
    () => new Float32Array(0),
    ShapeError,
    /^samples is empty; at least one row of \d columns? is needed|^samples is empty/,
  ],
  ["no rows of bytes", () => new Uint8Array(0), ShapeError, /^samples is empty/],
  ["an empty array", () => [], ShapeError, /^samples is empty/],
  ["a matrix of no rows", (n) => new Matrix(new Float32Array(0), 0, n), ShapeError, /^samples is empty/],
  [
    "an element too many",
    (n) => new Float32Array(4 * n + 1),
    ShapeError,
    /not a whole number of rows of \d columns$/,
  ],
  [
    "a byte too few",
    (n) => new Uint8Array(4 * n - 1),
    ShapeError,
    /not a whole number of rows of \d columns$/,
  ],
  [
    "a matrix of another width",
    (n) => new Matrix(new Float32Array(n * (n + 1)), n, n + 1),
    ShapeError,
    /^samples has \d columns, but the model takes \d$/,
  ],
  [
    "rows of two widths",
    (n) => [new Array(n).fill(0), [0]],
    ShapeError,
    /^row 1 of samples has 1 columns, but the model takes \d$/,
  ],
  [
    "a flat array of another length",
    (n) => new Array(n + 1).fill(0),
    ShapeError,
    /^samples has \d elements, which is not a whole number of rows of \d columns$/,
  ],
  [
    "words in a row",
    (n) => [new Array(n).fill("1")],
    ArgumentError,
    /^row 0, column 0 of samples must be a number, not "1"$/,
  ],
  [
    "NaN",
    (n) => withValue(5, n, 2 * n + 1, Number.NaN),
    NonFiniteError,
    /^row 2, column 1 of samples is NaN; all values must be finite$/,
  ],
  [
    "an infinity",
    (n) => withValue(5, n, 5 * n - 1, -Infinity),
    NonFiniteError,
    /^row 4, column \d of samples is -Infinity/,
  ],
  [
    "NaN behind thousands of rows",
    (n) => withValue(5000, n, 4321 * n + 1, Number.NaN),
    NonFiniteError,
    /^row 4321, column 1 of samples is NaN; all values must be finite$/,
  ],
  [
    "NaN in a matrix",
    (n) => new Matrix(withValue(5, n, 0, Number.NaN), 5, n),
    NonFiniteError,
    /^row 0, column 0 .* NaN/,
  ],
  [
    "what is no float32",
    (n) => [new Array(n).fill(1e300)],
    NonFiniteError,
    /^row 0, column 0 of samples is 1e\+300, which is beyond 32-bit floats/,
  ],
];

describe.each(METHODS)("%s", (_, width, call) => {
  test.each(BAD)("refuses %s and changes nothing", async (_what, make, type, message) => {
    const before = weightBits(model);
    const { history } = model;
    const error = await failure(() => call(model, make(width) as Samples));
    expect(error).toBeInstanceOf(type);
    expect(error).toBeInstanceOf(IsthmusError);
    const text = (error as Error).message;
    // The decoder's methods say what they take: codes.
    if (width === 3) expect(text).not.toContain("samples");
    expect(width === 3 ? text.replace("codes", "samples") : text).toMatch(message);
    expect(weightBits(model)).toBe(before);
    expect(model.history).toBe(history);
  });
});

describe("binaryCrossentropy", () => {
  test.each([
    ["fit", -0.001],
    ["fit", 1.5],
    ["fitSync", 255],
    ["evaluate", 1.0001],
    ["evaluateSync", -1],
  ] as const)("%s refuses a value of %f", async (method, value) => {
    const before = weightBits(model);
    const error = await failure(() => model[method](withValue(3, 6, 8, value)));
    expect(error).toBeInstanceOf(ArgumentError);
    const pattern =
      /^row 1, column 2 of samples is \S+, but binaryCrossentropy needs values from 0 to 1; scale the data/;
    expect((error as Error).message).toMatch(pattern);
    expect(weightBits(model)).toBe(before);
  });

  test("takes 0 and 1, and bytes of any value", async () => {
    const own = await smallModel({ loss: "binaryCrossentropy", decoder: [dense(6, "sigmoid")] });
    await own.fit(Float32Array.of(0, 1, 0, 1, 0, 1));
    const { loss } = await own.fit(Uint8Array.of(0, 255, 1, 254, 7, 99));
    expect(Number.isFinite(loss[0])).toBe(true);
  });

  test("leaves other methods and the other loss their values", async () => {
    const large = new Float32Array(6).fill(3);
    await model.reconstruct(large);
    await model.reconstructionError(large);
    await (await smallModel()).fit(large);
  });
});

test("validation data are checked before anything changes, and named", async () => {
  const before = weightBits(model);
  const good = values(10, 6);
  const cases: [Samples, new (message: string) => IsthmusError, RegExp][] = [
    [new Float32Array(7), ShapeError, /^validationData has 7 elements/],
    [withValue(3, 6, 0, Number.NaN), NonFiniteError, /^row 0, column 0 of validationData is NaN/],
    [withValue(3, 6, 0, 2), ArgumentError, /^row 0, column 0 of validationData is 2, but binaryCrossentropy/],
  ];
  for (const [validationData, type, message] of cases) {
    const error = await failure(() => model.fit(good, { validationData }));
    expect(error).toBeInstanceOf(type);
    expect((error as Error).message).toMatch(message);
  }
  expect(weightBits(model)).toBe(before);
});
