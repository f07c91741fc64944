import { describe, expect, test } from "vitest";
import {
  ArgumentError,
  dense,
  gridCodes,
  interpolate,
  type LatentGridOptions,
  latentGrid,
  Matrix,
  NonFiniteError,
  nearestNeighbors,
  orderCorrelation,
  type Sample,
  ShapeError,
  spearman,
} from "../../src/index.js";
import { bits, expectClose, failure, MATHS, type MathName, smallModel, values } from "../support/models.js";

const twoDimensional = (math: MathName = "portable") =>
  smallModel({ encoder: [dense(4, "tanh"), dense(2)], scaling: "minMax", engine: { math } });

async function refuses(call: () => unknown, type: unknown, message: RegExp): Promise<void> {
  const error = await failure(call);
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
}

describe.each(MATHS)("%s", (math) => {
  test("interpolation begins and ends at the reconstructions and goes straight between their codes", async () => {
    const model = await twoDimensional(math);
    const x = values(30, 6);
    await model.fit(x, { epochs: 2 });
    const [a, b] = [x.slice(0, 6), x.slice(6, 12)];
    const path = await interpolate(model, a, b, 5);
    expect(path.shape).toEqual([5, 6]);
    expect(bits(path.row(0))).toBe(bits(model.reconstructSync(a).data));
    expect(bits(path.row(4))).toBe(bits(model.reconstructSync(b).data));
    const { data: codes } = model.encodeSync(x.slice(0, 12));
    const middle = [(codes[0]! + codes[2]!) / 2, (codes[1]! + codes[3]!) / 2];
    expectClose(path.row(2), model.decodeSync([middle]).data, { absolute: 1e-6 });
    const alike = [Array.from(a), [Array.from(a)], new Matrix(a, 1, 6)] as const;
    for (const same of alike) expect(bits((await interpolate(model, same, b, 5)).data)).toBe(bits(path.data));
    expect((await interpolate(model, new Uint8Array(6), b, 2)).rows).toBe(2);
  });

  test("a grid goes row after row over the plane of codes", async () => {
    const model = await twoDimensional(math);
    const x = values(30, 6);
    await model.fit(x, { epochs: 2 });
    const codes = gridCodes({ steps: [2, 3], low: [-1, 0], high: [1, 4] });
    expect(codes.shape).toEqual([6, 2]);
    expect(Array.from(codes.data)).toEqual([-1, 0, -1, 2, -1, 4, 1, 0, 1, 2, 1, 4]);
    const grid = await latentGrid(model, { steps: [2, 3], low: [-1, 0], high: [1, 4] });
    expect(bits(grid.data)).toBe(bits(model.decodeSync(codes).data));
    // The range of the data.
    const { data } = model.encodeSync(x);
    const column = (j: number) => data.filter((_, i) => i % 2 === j);
    const range = {
      low: [Math.min(...column(0)), Math.min(...column(1))] as const,
      high: [Math.max(...column(0)), Math.max(...column(1))] as const,
    };
    const fromData = await latentGrid(model, { steps: 4, samples: x });
    expect(fromData.shape).toEqual([16, 6]);
    expect(bits(fromData.data)).toBe(bits((await latentGrid(model, { steps: 4, ...range })).data));
    expect((await latentGrid(model, { low: -1, high: 1 })).rows).toBe(100);
  });
});

test("interpolate refuses what does not fit", async () => {
  const model = await smallModel();
  const x = values(2, 6);
  const one = x.subarray(0, 6);
  await refuses(() => interpolate(model, one, one, 1), ArgumentError, /steps must be .* at least 2, not 1/);
  await refuses(() => interpolate(model, x, one, 3), ShapeError, /from must be one sample, not 2/);
  await refuses(() => interpolate(model, one, x, 3), ShapeError, /to must be one sample, not 2/);
  await refuses(() => interpolate(model, one.subarray(1), one, 3), ShapeError, /5 elements/);
  await refuses(() => interpolate(model, one, [1, 2, 3], 3), ShapeError, /3 elements.*rows of 6 columns/);
  await refuses(() => interpolate(model, one, "x" as unknown as Sample, 3), ArgumentError, /not "x"/);
});

test("latentGrid refuses what does not fit", async () => {
  const model = await smallModel({ encoder: [dense(2)] });
  const grid = (options: unknown) => () => latentGrid(model, options as LatentGridOptions);
  const range = { low: -1, high: 1 };
  await refuses(
    async () => latentGrid(await smallModel(), range),
    ShapeError,
    /3 dimensions, but a grid needs 2/,
  );
  await refuses(grid({}), ArgumentError, /low must be a finite number, not undefined/);
  await refuses(grid({ low: 0 }), ArgumentError, /high must be a finite number, not undefined/);
  await refuses(grid({ low: 1, high: 1 }), ArgumentError, /low must be below high/);
  await refuses(grid({ low: [0, 0], high: [1, -1] }), ArgumentError, /low must be below high/);
  await refuses(
    grid({ low: [0, 0, 0], high: 1 }),
    ArgumentError,
    /low must be a number or one for each of 2/,
  );
  await refuses(grid({ ...range, steps: 1 }), ArgumentError, /steps must be an integer of at least 2, not 1/);
  await refuses(grid({ ...range, steps: [3, 0.5] }), ArgumentError, /steps must be .* not 0\.5/);
  await refuses(
    grid({ ...range, samples: values(3, 6) }),
    ArgumentError,
    /samples cannot be used together with low and high/,
  );
  await refuses(grid({ samples: new Float32Array(12) }), ArgumentError, /low must be below high/);
  await refuses(grid({ ...range, step: 3 }), ArgumentError, /did you mean "steps"/);
});

describe("nearestNeighbors", () => {
  test("gives what sorting all distances gives, ties by index", () => {
    // Few different values, so that many distances are equal.
    const codes = new Matrix(
      values(300, 3).map((x) => Math.round(x * 3)),
      300,
      3,
    );
    const query = new Matrix(
      values(20, 3, 2).map((x) => Math.round(x * 4) / 2),
      20,
      3,
    );
    for (const k of [1, 7, 300]) {
      const { indices, distances, k: given } = nearestNeighbors(codes, query, k);
      expect(given).toBe(k);
      expect(distances.shape).toEqual([20, k]);
      for (let q = 0; q < 20; q++) {
        const squares = Array.from({ length: 300 }, (_, i) =>
          codes.row(i).reduce((sum, value, j) => sum + (value - query.row(q)[j]!) ** 2, 0),
        );
        const sorted = squares
          .map((_, i) => i)
          .sort((a, b) => squares[a]! - squares[b]! || a - b)
          .slice(0, k);
        expect(Array.from(indices.subarray(q * k, (q + 1) * k))).toEqual(sorted);
        expectClose(
          distances.row(q),
          sorted.map((i) => Math.sqrt(squares[i]!)),
          { relative: 1e-7 },
        );
      }
    }
  });

  test("takes one code as numbers, and finds a code itself first", () => {
    const codes = new Matrix(values(50, 4), 50, 4);
    const byNumbers = nearestNeighbors(codes, Array.from(codes.row(17)), 2);
    expect(byNumbers.indices[0]).toBe(17);
    expect(byNumbers.distances.data[0]).toBe(0);
    expect(nearestNeighbors(codes, codes.row(17), 2)).toEqual(byNumbers);
  });

  test("refuses what does not fit", async () => {
    const codes = new Matrix(values(5, 2), 5, 2);
    await refuses(
      () => nearestNeighbors([] as unknown as Matrix, [1, 2], 1),
      ArgumentError,
      /codes must be a Matrix/,
    );
    await refuses(
      () => nearestNeighbors(codes, [1, 2, 3], 1),
      ShapeError,
      /query has 3 columns, but the codes have 2/,
    );
    await refuses(() => nearestNeighbors(codes, new Matrix(values(2, 3), 2, 3), 1), ShapeError, /3 columns/);
    await refuses(() => nearestNeighbors(codes, "ab" as unknown as number[], 1), ArgumentError, /not "ab"/);
    await refuses(
      () => nearestNeighbors(codes, ["1", 2] as unknown as number[], 1),
      ArgumentError,
      /element 0/,
    );
    await refuses(() => nearestNeighbors(codes, [1, 2], 6), ArgumentError, /k must be at most .* 5, not 6/);
    await refuses(
      () => nearestNeighbors(codes, [1, 2], 0),
      ArgumentError,
      /k must be a positive integer, not 0/,
    );
    await refuses(
      () => nearestNeighbors(codes, [1, Number.NaN], 1),
      NonFiniteError,
      /column 1 of query is NaN/,
    );
    const infinite = new Matrix(Float32Array.of(1, 2, Infinity, 4), 2, 2);
    await refuses(
      () => nearestNeighbors(infinite, [1, 2], 1),
      NonFiniteError,
      /row 1, column 0 of codes is Infinity/,
    );
  });
});

test("orderCorrelation is Spearman's ρ of the codes, and needs a code of one dimension", async () => {
  const model = await smallModel({ encoder: [dense(1)] });
  const x = values(40, 6);
  const positions = Float32Array.from({ length: 40 }, (_, i) => i);
  const rho = await orderCorrelation(model, x, positions);
  expect(rho).toBe(spearman(model.encodeSync(x).data, positions));
  await refuses(() => orderCorrelation(model, x, [1, 2]), ShapeError, /a has 40 values, but b has 2/);
  const wide = await smallModel();
  await refuses(() => orderCorrelation(wide, x, positions), ShapeError, /code has 3 dimensions/);
});
