import { runInNewContext } from "node:vm";
import { afterAll, describe, expect, test } from "vitest";
import { checkValues, partOf, toOwnRows } from "../../src/data/samples.js";
import {
  ArgumentError,
  Autoencoder,
  dense,
  Matrix,
  NonFiniteError,
  nearestNeighbors,
  type Samples,
  ShapeError,
} from "../../src/index.js";
import { failure, smallModel, values, weightBits } from "../support/models.js";

const model = await smallModel();
afterAll(() => model.dispose());

const numbers = Array.from({ length: 18 }, (_, i) => (i * 37) % 101);
const rowsOf = <T>(all: ArrayLike<T> & { slice(from: number, to: number): unknown }) =>
  [0, 6, 12].map((from) => all.slice(from, from + 6));

/** What every method gives of samples, as text to compare. */
async function results(samples: Samples): Promise<string> {
  const own = await smallModel();
  try {
    const { loss } = await own.fit(samples, { epochs: 2, batchSize: 2 });
    return JSON.stringify([
      loss,
      [...(await own.encode(samples)).data],
      [...own.reconstructSync(samples).data],
      [...(await own.reconstructionError(samples))],
      own.evaluateSync(samples),
      [...(await own.encoder.predict(samples)).data],
    ]);
  } finally {
    await own.dispose();
  }
}

describe("bytes stand for themselves divided by 255", () => {
  const bytes = Uint8Array.from(numbers);
  const expected = results(Float32Array.from(bytes, (byte) => byte / 255));

  test.each<[string, Samples]>([
    ["flat", bytes],
    ["clamped", Uint8ClampedArray.from(bytes)],
    ["a Buffer", Buffer.from(bytes)],
    ["rows", rowsOf(bytes) as Uint8Array[]],
    ["rows of Buffers", rowsOf(Buffer.from(bytes)) as Uint8Array[]],
    ["clamped rows", rowsOf(Uint8ClampedArray.from(bytes)) as Uint8ClampedArray[]],
    [
      "rows beside rows of floats",
      [bytes.slice(0, 6), Float32Array.from(bytes.slice(6, 12), (byte) => byte / 255), bytes.slice(12)],
    ],
  ])("%s", async (_, samples) => {
    expect(await results(samples)).toBe(await expected);
  });

  test("in a stream's chunks", async () => {
    const codes: number[] = [];
    const chunks = () => [rowsOf(Buffer.from(bytes)).slice(0, 1), rowsOf(bytes).slice(1)] as Uint8Array[][];
    for await (const part of model.encode(chunks)) codes.push(...part.data);
    expect(codes).toEqual([...model.encodeSync(bytes).data]);
  });
});

describe("numbers stand for themselves", () => {
  const expected = results(Float32Array.from(numbers));

  test.each<[string, Samples]>([
    ["Float64Array", Float64Array.from(numbers)],
    ["Int8Array", Int8Array.from(numbers)],
    ["Int16Array", Int16Array.from(numbers)],
    ["Uint16Array", Uint16Array.from(numbers)],
    ["Int32Array", Int32Array.from(numbers)],
    ["Uint32Array", Uint32Array.from(numbers)],
    ["a flat array", numbers],
    ["rows", rowsOf(numbers) as number[][]],
    ["rows of float64", rowsOf(Float64Array.from(numbers)) as Float64Array[]],
    ["rows of int32", rowsOf(Int32Array.from(numbers)) as Int32Array[]],
    ["a matrix's rows", [0, 1, 2].map((row) => new Matrix(Float32Array.from(numbers), 3, 6).row(row))],
    ["a matrix of float64", new Matrix(Float64Array.from(numbers), 3, 6)],
    ["a cloned matrix", structuredClone(new Matrix(Float32Array.from(numbers), 3, 6))],
  ])("%s", async (_, samples) => {
    expect(await results(samples)).toBe(await expected);
  });

  test.each(["Float32Array", "Float64Array", "Int16Array", "Array"])(
    "a %s of another realm",
    async (type) => {
      const foreign = runInNewContext(`${type}.from(numbers)`, { numbers }) as Samples;
      expect(await results(foreign)).toBe(await expected);
    },
  );

  test("weights and codes of another realm", async () => {
    const before = weightBits(model);
    const foreign = model.getWeights().map((weight) => ({
      ...weight,
      data: runInNewContext("Float32Array.from(data)", { data: weight.data }) as Float32Array,
    }));
    model.setWeights(foreign);
    expect(weightBits(model)).toBe(before);
    const codes = structuredClone(new Matrix(Float32Array.of(0, 0, 3, 4), 2, 2));
    const query = runInNewContext("Float32Array.of(3, 3)") as Float32Array;
    expect([...nearestNeighbors(codes as Matrix, query, 1).indices]).toEqual([1]);
  });
});

describe("what samples cannot be", () => {
  const hole = new Array(3);
  hole[1] = [0, 0, 0, 0, 0, 0];
  const inner = new Array(6);
  inner[0] = 1;
  const flat = new Array(6);
  flat[0] = 1;
  test.each<[string, unknown, new (message: string) => Error, RegExp]>([
    [
      "a hole for a row",
      hole,
      ArgumentError,
      /^row 0 of samples must be an array of numbers, not undefined$/,
    ],
    [
      "a hole in a row",
      [inner],
      ArgumentError,
      /^row 0, column 1 of samples must be a number, not undefined$/,
    ],
    ["a hole in a flat array", flat, ArgumentError, /^row 0, column 1 of samples must be a number/],
    ["64-bit integers", BigInt64Array.of(1n), ArgumentError, /not a BigInt64Array$/],
    ["a DataView", new DataView(new ArrayBuffer(24)), ArgumentError, /not a DataView$/],
    [
      "what is no float32",
      Float64Array.of(0, 0, 0, 0, 1e39, 0),
      NonFiniteError,
      /^row 0, column 4 of samples is 1e\+39, which is beyond 32-bit floats/,
    ],
    [
      "an infinity",
      [0, 0, 0, 0, 0, Number("1e400")],
      NonFiniteError,
      /^row 0, column 5 of samples is Infinity/,
    ],
    [
      "a clone that lost elements",
      { data: new Float32Array(5), rows: 1, columns: 6 },
      ShapeError,
      /^data has 5 elements/,
    ],
  ])("%s", async (_, samples, type, message) => {
    for (const method of ["fit", "encode", "evaluateSync", "reconstructionError"] as const) {
      const error = await failure(() => model[method](samples as Samples));
      expect(error).toBeInstanceOf(type);
      expect((error as Error).message).toMatch(message);
    }
  });

  test("the largest number that rounds to a float32 is taken", async () => {
    const largest = 2 ** 128 - 2 ** 103 - 2 ** 75;
    expect(Math.fround(largest)).toBeLessThan(Infinity);
    await model.encode([largest, 0, 0, 0, 0, 0]);
    const error = await failure(() => model.encode([largest + 2 ** 75, 0, 0, 0, 0, 0]));
    expect((error as Error).message).toMatch(/beyond 32-bit floats/);
  });
});

describe("Matrix", () => {
  test.each<[string, unknown[], RegExp]>([
    [
      "an array",
      [[1, 2], 1, 2],
      /^data of a matrix must be a Float32Array or a Float64Array, not an array of 2/,
    ],
    ["bytes", [Uint8Array.of(1, 2), 1, 2], /not a Uint8Array/],
    ["integers", [Int32Array.of(1, 2), 1, 2], /not an Int32Array/],
    ["nothing", [], /^rows of a matrix must be an integer of at least 0, not undefined$/],
    ["half a row", [new Float32Array(3), 1.5, 2], /^rows of a matrix must be an integer/],
    ["less than no columns", [new Float32Array(2), -1, -2], /^rows of a matrix must be an integer/],
  ])("refuses %s", (_, given, message) => {
    expect(() => new Matrix(...(given as [Float32Array, number, number]))).toThrow(ArgumentError);
    expect(() => new Matrix(...(given as [Float32Array, number, number]))).toThrow(message);
  });

  test("keeps 64-bit floats", () => {
    const matrix = new Matrix(Float64Array.of(0.1, 1 / 3), 2, 1);
    const row: Float64Array = matrix.row(1);
    expect([...row]).toEqual([1 / 3]);
  });
});

describe("a buffer that is written to or transferred right after the call", () => {
  const data = values(40, 6);

  test("is read before that, by every asynchronous method", async () => {
    const calls: ((own: Autoencoder, x: Float32Array) => Promise<unknown>)[] = [
      (own, x) => own.fit(x, { epochs: 2 }),
      (own, x) => own.fit(data, { validationData: x }),
      (own, x) => own.encode(x),
      (own, x) => own.reconstruct(x),
      (own, x) => own.evaluate(x),
      (own, x) => own.reconstructionErrorPerFeature(x),
    ];
    const spoils: ((x: Float32Array<ArrayBuffer>) => unknown)[] = [
      (x) => x.fill(Number.NaN),
      (x) => structuredClone(x.buffer, { transfer: [x.buffer] }),
    ];
    for (const call of calls) {
      for (const spoil of spoils) {
        const [left, right] = [await smallModel(), await smallModel()];
        const expected = await call(left, data.slice());
        const given = Float32Array.from(data);
        const promise = call(right, given);
        spoil(given);
        expect(withoutTimes(await promise)).toEqual(withoutTimes(expected));
        expect(weightBits(right)).toBe(weightBits(left));
        await Promise.all([left.dispose(), right.dispose()]);
      }
    }
  });

  test("gives a typed error when it is too large to be copied at once", () => {
    const transferable = () => {
      const large = new Float32Array(6 * 800_000);
      const rows = toOwnRows("samples", large, 6);
      return { rows, transfer: () => structuredClone(large.buffer, { transfer: [large.buffer] }) };
    };
    const checked = transferable();
    const check = checkValues(checked.rows, "float32");
    check.next();
    checked.transfer();
    expect(() => check.next()).toThrow(ArgumentError);
    const read = transferable();
    read.transfer();
    expect(() => partOf(read.rows, 0, 1)).toThrow(/^samples has lost its memory/);
  });

  test("never has more read than there is, however large it is", async () => {
    const own = await smallModel();
    for (const call of [
      (x: Float32Array) => own.fit(x, { batchSize: 4096 }),
      (x: Float32Array) => own.encode(x),
      (x: Float32Array) => own.evaluate(x),
    ]) {
      const large = new Float32Array(6 * 800_000);
      const result = call(large).catch((error: unknown) => error);
      structuredClone(large.buffer, { transfer: [large.buffer] });
      // A fast machine has read all of it before the first pause.
      const ended = await result;
      if (ended instanceof Error) expect(ended).toBeInstanceOf(ArgumentError);
    }
    await own.dispose();
  });

  test("gives a typed error when it was transferred before the call", async () => {
    const gone = new Float32Array(6);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    const error = await failure(() => model.fit(gone));
    expect(error).toBeInstanceOf(ArgumentError);
    expect((error as Error).message).toMatch(/^samples has lost its memory/);
    expect((await failure(() => model.encode([gone]))) as Error).toBeInstanceOf(ArgumentError);
  });

  test("may be one that a stream writes each chunk to", async () => {
    const chunks = function* () {
      const buffer = new Float32Array(60);
      for (let row = 0; row < 40; row += 10) {
        buffer.set(data.subarray(row * 6, row * 6 + 60));
        yield buffer;
      }
    };
    const codes: number[] = [];
    for await (const part of model.encode(chunks)) codes.push(...part.data);
    expect(codes).toEqual([...model.encodeSync(data).data]);
    const [left, right] = [await smallModel(), await smallModel()];
    await left.fit(chunks, { shuffle: false, batchSize: 8 });
    await right.fit(data, { shuffle: false, batchSize: 8 });
    expect(weightBits(left)).toBe(weightBits(right));
    await Promise.all([left.dispose(), right.dispose()]);
  });
});

/** Losses without the seconds that they took. */
function withoutTimes(result: unknown): unknown {
  if (typeof result !== "object" || result === null || !("seconds" in result)) return result;
  return { ...result, seconds: [] };
}

test("types allow what works", async () => {
  const own = await Autoencoder.create({ inputSize: 2, encoder: [dense(1)], decoder: [dense(2)] });
  const matrix = new Matrix(Float32Array.of(1, 2, 3, 4), 2, 2);
  const forms: Samples[] = [
    matrix,
    matrix.data,
    [matrix.row(0)],
    [[1, 2]],
    [1, 2],
    new Matrix(new Float64Array(2), 1, 2),
    new Uint8ClampedArray(2),
  ];
  for (const samples of forms) expect((await own.encode(samples)).columns).toBe(1);
  await own.dispose();
});
