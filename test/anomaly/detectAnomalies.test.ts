import { afterAll, describe, expect, test } from "vitest";
import {
  ArgumentError,
  type DetectAnomaliesOptions,
  detectAnomalies,
  Engine,
  EnsembleDetector,
  Matrix,
  NonFiniteError,
  type Samples,
  ShapeError,
  StateError,
} from "../../src/index.js";
import { bits, failure, usedWithoutSpares, values } from "../support/models.js";

const engine = await Engine.create({ threads: 1, math: "portable" });
afterAll(() => engine.dispose());

/** Sensors that follow two hidden causes, in units of their own. */
const NAMES = ["pressure", "flow", "heat", "level", "speed"];
const PLANTED = [
  { row: 17, column: 0, value: 9.1 },
  { row: 250, column: 3, value: -40 },
];

function sensors(rows: number, tag = 1): number[][] {
  const [u, noise] = [values(rows, 2, tag, -1, 1), values(rows, 5, tag + 100, -1, 1)];
  return Array.from({ length: rows }, (_, row) => {
    const [a, b] = [u[2 * row]!, u[2 * row + 1]!];
    const clean = [4 + a, 100 * b, 1e-3 * (a + b), 20 + 5 * (a - b), 1000 - 30 * a];
    const units = [1, 100, 1e-3, 5, 30];
    return clean.map((value, j) => value + 0.05 * units[j]! * noise[5 * row + j]!);
  });
}

function planted(): number[][] {
  const rows = sensors(400);
  for (const { row, column, value } of PLANTED) rows[row]![column] = value;
  return rows;
}

const detect = (data: Samples, options: DetectAnomaliesOptions = {}) =>
  detectAnomalies(data, Array.isArray(options) ? options : { engine, ...options });

describe("a table with two planted values, without options", async () => {
  const rows = planted();
  const found = await detect(rows, { columns: NAMES });
  afterAll(() => found.detector.dispose());

  test("they have the largest scores and are flagged", () => {
    expect(found.scores).toHaveLength(400);
    expect(PLANTED.map(({ row }) => found.rank[row]!).sort()).toEqual([1, 2]);
    for (const { row } of PLANTED) expect(found.flags[row]).toBe(1);
    expect(found.rule).toEqual({ kind: "fence" });
    // Few others are.
    expect(found.flags.reduce((sum, flag) => sum + flag, 0)).toBeLessThan(12);
    expect(Array.from(found.flags)).toEqual(
      Array.from(found.scores, (score) => (score > found.threshold ? 1 : 0)),
    );
    const median = found.scores.toSorted()[200]!;
    expect(median).toBeGreaterThan(0.5);
    expect(median).toBeLessThan(2);
  });

  test("the history has the loss of each step, the mean over the members", async () => {
    const { loss, seconds } = found.history;
    expect(loss).toHaveLength(Math.ceil((15 * 400) / 64));
    expect(seconds).toBeGreaterThan(0);
    // At first about the mean absolute value of standardized features; then it falls.
    const start = loss[0]!;
    expect(start).toBeGreaterThan(0.5);
    expect(start).toBeLessThan(1.2);
    expect(loss.slice(-10).reduce((sum, value) => sum + value, 0) / 10).toBeLessThan(start / 2);
    // Fewer steps are the beginning of the same training, and a second member changes the mean alone.
    const alone = await detect(rows, { columns: NAMES, members: 1, steps: 12 });
    const both = await detect(rows, { columns: NAMES, members: 2, steps: 9 });
    const longer = await detect(rows, { columns: NAMES, members: 1, steps: 20 });
    alone.history.loss.forEach((value, i) => {
      expect(longer.history.loss[i]).toBeCloseTo(value, 9);
    });
    const others = both.history.loss.map((value, i) => 2 * value - alone.history.loss[i]!);
    for (const value of others) expect(value).toBeGreaterThan(0.2);
    expect(others).not.toEqual(alone.history.loss.slice(0, 9));
    for (const { detector } of [alone, both, longer]) await detector.dispose();
  });

  test("rank is the order of scores", () => {
    const order = Array.from(found.rank, (place, row) => ({ place, score: found.scores[row]! })).sort(
      (a, b) => a.place - b.place,
    );
    expect(order.map(({ place }) => place)).toEqual(order.map((_, i) => i + 1));
    for (let i = 1; i < order.length; i++) expect(order[i]!.score).toBeLessThanOrEqual(order[i - 1]!.score);
  });

  test("the reasons name the planted columns, with values and what was expected", () => {
    expect(found.reasons).toHaveLength(found.flags.reduce((sum, flag) => sum + flag, 0));
    const scores = found.reasons.map(({ row, score }) => {
      expect(score).toBe(found.scores[row]);
      return score;
    });
    expect(scores).toEqual(scores.toSorted((a, b) => b - a));
    for (const { row, column, value } of PLANTED) {
      const { reasons } = found.reasons.find((reason) => reason.row === row)!;
      expect(reasons).toHaveLength(3);
      expect(reasons[0]).toMatchObject({ name: NAMES[column], column, value });
      expect(reasons[0]!.share).toBeGreaterThan(0.5);
      const clean = sensors(400)[row]![column]!;
      // Within a third of the way from what was planted to what had been there.
      expect(Math.abs((reasons[0]!.expected as number) - clean)).toBeLessThan(Math.abs(value - clean) / 3);
      const shares = reasons.map(({ share }) => share);
      expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      expect(shares.reduce((sum, share) => sum + share)).toBeLessThanOrEqual(1 + 1e-12);
    }
  });

  test("the detector gives the same scores, flags and reasons", async () => {
    const { detector } = found;
    expect(detector).toBeInstanceOf(EnsembleDetector);
    expect(bits(await detector.score(rows))).toBe(bits(found.scores));
    expect(bits(await detector.predict(rows))).toBe(bits(found.flags));
    const all = await detector.explain(rows, { top: 3 });
    expect(all).toHaveLength(400);
    const [first] = found.reasons;
    expect(all[first!.row]).toEqual(first);
    expect((await detector.explain([rows[17]!], { top: 1 }))[0]!.reasons).toHaveLength(1);
    expect(detector.threshold).toBe(found.threshold);
    expect(detector).toMatchObject({ inputSize: 5, members: 8 });
    expect(detector.columns.map(({ name }) => name)).toEqual(NAMES);
  });

  test("evaluation is of scores and threshold, only with labels", async () => {
    expect(found.evaluation).toBeUndefined();
    const labels = rows.map((_, row) => PLANTED.some((place) => place.row === row));
    const { evaluation, scores, detector } = await detect(rows, { labels });
    expect(bits(scores)).toBe(bits(found.scores));
    expect(evaluation).toMatchObject({
      rocAuc: 1,
      averagePrecision: 1,
      recall: 1,
      threshold: found.threshold,
    });
    expect(await detector.evaluate(rows, labels)).toEqual(evaluation);
    await detector.dispose();
  });
});

describe("the same seed gives the same bits", () => {
  const rows = new Matrix(values(300, 6, 3, -1, 1), 300, 6);
  const run = async (options: DetectAnomaliesOptions) => {
    const { scores, detector } = await detectAnomalies(rows, { members: 3, ...options });
    const file = bits(detector.toSafetensors());
    await detector.dispose();
    return [bits(scores), file];
  };

  test("on one thread and on two, and by default the portable ones", async () => {
    const one = await run({ seed: 5, engine: { threads: 1, math: "portable" } });
    expect(await run({ seed: 5, engine: { threads: 2, math: "portable" } })).toEqual(one);
    expect(await run({ seed: 5 })).toEqual(one);
    expect(await run({ seed: 5, engine: { threads: 1 } })).toEqual(one);
    expect(await run({ seed: 6 })).not.toEqual(one);
  });

  test("whatever the samples come as", async () => {
    const flat = await run({ engine });
    const from = async (data: Samples, inputSize?: number) => {
      const { scores, detector } = await detect(data, { members: 3, ...(inputSize && { inputSize }) });
      await detector.dispose();
      return bits(scores);
    };
    expect(await from(rows.data, 6)).toBe(flat[0]);
    expect(await from(Array.from({ length: 300 }, (_, row) => Array.from(rows.row(row))))).toBe(flat[0]);
    expect(await from(Array.from({ length: 300 }, (_, row) => rows.row(row)))).toBe(flat[0]);
    expect(await from(Float64Array.from(rows.data), 6)).toBe(flat[0]);
  });
});

describe("thresholds", () => {
  const rows = sensors(200);
  const fitOn = sensors(150, 9);
  const flagged = async (options: DetectAnomaliesOptions) => {
    const found = await detect(rows, { members: 2, steps: 20, ...options });
    await found.detector.dispose();
    return { ...found, count: found.flags.reduce((sum, flag) => sum + flag, 0) };
  };

  test.each([
    [0, 0],
    [0.01, 2],
    [0.29, 58],
    [0.5, 100],
  ])("contamination %f of 200 rows flags %i", async (contamination, count) => {
    expect(await flagged({ contamination })).toMatchObject({
      count,
      rule: { kind: "contamination", contamination },
    });
  });

  test("sigma is counted from the mean score", async () => {
    const { scores, threshold } = await flagged({ sigma: 2 });
    const mean = scores.reduce((sum, score) => sum + score, 0) / 200;
    const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / 200;
    expect(threshold).toBeCloseTo(mean + 2 * Math.sqrt(variance), 5);
  });

  test("a number is the threshold itself", async () => {
    const { count, scores, threshold } = await flagged({ threshold: 1 });
    expect(threshold).toBe(1);
    expect(count).toBe(scores.filter((score) => score > 1).length);
    expect(count).toBeGreaterThan(0);
  });

  test('"max" is the largest score of the rows that it learned from', async () => {
    const found = await detect(rows, { fitOn, threshold: "max", members: 2, steps: 20 });
    const own = await found.detector.score(fitOn);
    expect(found.threshold).toBe(Math.max(...own));
    await found.detector.dispose();
    expect((await flagged({ threshold: "max" })).count).toBe(0);
  });

  test('"labels" is where F1 is largest', async () => {
    const labels = rows.map((_, row) => (row % 7 === 0 ? 1 : 0));
    const { scores, threshold, evaluation } = await flagged({ labels, threshold: "labels" });
    const f1 = (limit: number) => {
      const hits = rows.filter((_, row) => scores[row]! > limit && labels[row] === 1).length;
      const all = scores.filter((score) => score > limit).length;
      return (2 * hits) / (all + labels.filter((label) => label === 1).length);
    };
    expect(evaluation!.f1).toBeCloseTo(Math.max(...Array.from(scores, f1)), 12);
    expect(f1(threshold)).toBeCloseTo(evaluation!.f1, 12);
  });

  test("the fence is three interquartile ranges above the upper quartile", async () => {
    const { scores, threshold } = await flagged({});
    const sorted = scores.toSorted();
    const quartile = (share: number) => {
      const at = share * 199;
      const low = Math.floor(at);
      return sorted[low]! + (at - low) * (sorted[low + 1]! - sorted[low]!);
    };
    expect(threshold).toBeCloseTo(quartile(0.75) + 3 * (quartile(0.75) - quartile(0.25)), 5);
  });

  test("where most rows are alike, the fence flags a tenth of them at most", async () => {
    const alike = rows.map((row, i) => (i % 5 === 0 ? row : rows[0]!));
    const { detector, flags } = await detect(alike);
    expect(flags.reduce((sum, flag) => sum + flag, 0)).toBeLessThanOrEqual(20);
    await detector.dispose();
  });

  test("clean training data are learned from, and the others are not", async () => {
    const odd = rows.map((row, i) => (i < 60 ? row.map((value) => value * 1.5 + 3) : row));
    const labels = odd.map((_, i) => i < 60);
    const clean = await flagged({ fitOn });
    expect(bits(clean.scores)).toBe(bits((await flagged({ fitOn })).scores));
    const found = await detect(odd, { fitOn, labels, threshold: "max" });
    expect(found.evaluation!.rocAuc).toBeGreaterThan(0.97);
    // Clean rows are learned more thoroughly: as if 1000 steps had been asked for.
    const same = await detect(odd, { fitOn, steps: 1000 });
    expect(bits(same.scores)).toBe(bits(found.scores));
    await Promise.all([found.detector.dispose(), same.detector.dispose()]);
  });

  test("the threshold of a detector can be set", async () => {
    const { detector, scores } = await detect(rows, { members: 2, steps: 20 });
    detector.threshold = 0.9;
    expect(Array.from(await detector.predict(rows))).toEqual(
      Array.from(scores, (score) => (score > 0.9 ? 1 : 0)),
    );
    expect(() => {
      detector.threshold = Number.NaN;
    }).toThrow(ArgumentError);
    expect(detector.threshold).toBe(0.9);
    await detector.dispose();
  });
});

describe("columns", () => {
  test("several features can be one column, told by its describe", async () => {
    const kinds = ["air", "water", "oil"];
    // Each of two sensors runs high with one kind of fluid.
    const rows = sensors(300).map(([pressure], row) => {
      const kind = row % 3;
      return [...kinds.map((_, j) => (j === kind ? 1 : 0)), 10 * kind + pressure!, -5 * kind + pressure!];
    });
    rows[42] = [0, 0, 1, 10 * 0 + 4, -5 * 0 + 4];
    const columns = [
      {
        name: "fluid",
        features: [0, 1, 2],
        describe: (given: readonly number[]) => kinds[given.indexOf(Math.max(...given))]!,
      },
      "hot",
      { name: "cold", features: [4] },
    ];
    // A name alone stands for the feature of its own index, so the second column has to say which one it means.
    expect(await failure(() => detect(rows, { columns }))).toBeInstanceOf(ArgumentError);
    const found = await detect(rows, {
      columns: [columns[0]!, { name: "hot", features: [3] }, columns[2]!],
      steps: 300,
    });
    expect(found.rank[42]).toBe(1);
    const [row] = await found.detector.explain([rows[42]!]);
    expect(row!.reasons.find(({ name }) => name === "fluid")).toMatchObject({
      value: "oil",
      expected: "air",
    });
    await found.detector.dispose();
  });

  test("bytes are told as bytes", async () => {
    const bytes = Uint8Array.from(values(200 * 4, 1, 7, 100, 110));
    bytes[4 * 50 + 2] = 250;
    const { reasons, detector } = await detect(bytes, { inputSize: 4, contamination: 0.005 });
    expect(reasons[0]).toMatchObject({ row: 50 });
    expect(reasons[0]!.reasons[0]).toMatchObject({ name: "column 2", value: 250 });
    expect(reasons[0]!.reasons[0]!.expected).toBeGreaterThan(95);
    expect(reasons[0]!.reasons[0]!.expected).toBeLessThan(115);
    await detector.dispose();
  });

  test("a wild value is blamed on its own column, and no other", async () => {
    const rows = sensors(300);
    rows[5]![1] = 1e30;
    const { reasons, detector } = await detect(rows, { columns: NAMES });
    expect(reasons[0]).toMatchObject({ row: 5 });
    expect(reasons[0]!.reasons[0]).toMatchObject({ name: "flow", value: 1e30 });
    await detector.dispose();
  });

  test("a column that never changed counts nothing until it does", async () => {
    const rows = sensors(200).map((row) => [...row, 7]);
    const { detector, scores } = await detect(rows);
    expect(Array.from(scores).every(Number.isFinite)).toBe(true);
    const [usual, moved] = await detector.explain([rows[3]!, [...rows[3]!.slice(0, 5), 7.001]]);
    expect(usual!.score).toBe(scores[3]);
    expect(usual!.reasons.some(({ column }) => column === 5)).toBe(false);
    expect(moved!.score).toBeGreaterThan(usual!.score);
    expect(moved!.reasons[0]).toMatchObject({ column: 5, value: 7.001, expected: 7 });
    await detector.dispose();
  });
});

test.each<[string, number[][]]>([
  ["one row", [[1, 2, 3]]],
  ["two rows", [[1, 2], [3, 4]]], // biome-ignore format: one line
  ["one column", Array.from({ length: 40 }, (_, i) => [i === 7 ? 90 : i % 5])],
  ["rows all alike", Array.from({ length: 30 }, () => [4, 4, 4])],
])("a tiny table is scored: %s", async (_, rows) => {
  const { scores, flags, rank, detector } = await detect(rows);
  expect(scores).toHaveLength(rows.length);
  expect(scores.every((score) => score >= 0 && score < Infinity)).toBe(true);
  expect(rank.toSorted()).toEqual(Uint32Array.from(rows, (_, i) => i + 1));
  if (rows.length === 40) {
    expect(rank[7]).toBe(1);
    expect(flags[7]).toBe(1);
  }
  if (rows.length === 30 || rows.length === 1) expect(flags.every((flag) => flag === 0)).toBe(true);
  await detector.dispose();
});

test("progress is told of each member, and a signal ends the work with nothing left behind", async () => {
  const rows = sensors(300);
  const told: number[] = [];
  const before = usedWithoutSpares(engine);
  const full = await detect(rows, { members: 3, steps: 5, onProgress: ({ member }) => told.push(member) });
  expect(told).toEqual([1, 2, 3]);
  await full.detector.dispose();
  const controller = new AbortController();
  const reason = new Error("enough");
  const onProgress = ({ member }: { member: number }) => {
    if (member === 2) controller.abort(reason);
  };
  expect(await failure(() => detect(rows, { signal: controller.signal, onProgress }))).toBe(reason);
  expect(usedWithoutSpares(engine)).toBe(before);
});

test("a detector that was disposed of is refused", async () => {
  const rows = sensors(50);
  const { detector } = await detect(rows, { members: 1, steps: 2 });
  await detector.dispose();
  await detector.dispose();
  for (const call of [
    () => detector.score(rows),
    () => detector.predict(rows),
    () => detector.explain(rows),
    () => detector.evaluate(rows, [1]),
    () => detector.toSafetensors(),
  ])
    expect(await failure(call)).toBeInstanceOf(StateError);
});

const table = sensors(20);
type Refusal = [string, unknown, unknown, new (message: string) => Error, RegExp];
test.each<Refusal>([
  [
    "NaN",
    [
      [1, 2],
      [3, Number.NaN],
    ],
    {},
    NonFiniteError,
    /row 1, column 1 of data is NaN/,
  ],
  [
    "NaN to learn from",
    table,
    { fitOn: [[1, 2, Infinity, 4, 5]] },
    NonFiniteError,
    /column 2 of fitOn is Infinity/,
  ],
  ["values too far apart", [[1e308], [-1e308]], {}, NonFiniteError, /column 0 of data spans more/],
  ["no rows", [], {}, ArgumentError, /no rows to tell its width by.*inputSize/],
  [
    "numbers without a width",
    new Float32Array(10),
    {},
    ArgumentError,
    /give an array of rows or a Matrix, .*inputSize/,
  ],
  ["text", "rows", {}, ArgumentError, /data is "rows"/],
  ["rows of different widths", [[1, 2], [3]], {}, ShapeError, /row 1 of data has 1 columns/],
  ["other columns to learn from", table, { fitOn: [[1, 2]] }, ShapeError, /row 0 of fitOn has 2 columns/],
  ["a misspelt option", table, { contaminaton: 0.1 }, ArgumentError, /did you mean "contamination"/],
  ["Keras's epochs", table, { epochs: 3 }, ArgumentError, /steps/],
  [
    "two thresholds",
    table,
    { sigma: 3, threshold: 2 },
    ArgumentError,
    /sigma and threshold exclude each other/,
  ],
  [
    "a share above a half",
    table,
    { contamination: 0.6 },
    ArgumentError,
    /contamination must be .* 0 to 0\.5/,
  ],
  ["an unknown threshold", table, { threshold: "min" }, ArgumentError, /"fence", "max", "labels"/],
  [
    "a negative threshold",
    table,
    { threshold: -1 },
    ArgumentError,
    /threshold must be a number of at least 0, not -1/,
  ],
  ["labels missing", table, { threshold: "labels" }, ArgumentError, /needs labels/],
  ["too few labels", table, { labels: [1, 0] }, ShapeError, /2 labels for 20 samples/],
  ["no members", table, { members: 0 }, ArgumentError, /members must be a positive integer/],
  ["no steps", table, { steps: 0.5 }, ArgumentError, /steps must be a positive integer/],
  ["no seed", table, { seed: -1 }, ArgumentError, /seed must be/],
  ["no signal", table, { signal: 3 }, ArgumentError, /signal must be an AbortSignal/],
  ["no engine", table, { engine: 3 }, ArgumentError, /options of the engine must be an object, not 3/],
  ["no function", table, { onProgress: 3 }, ArgumentError, /onProgress must be a function/],
  ["samples again", table, table, ArgumentError, /takes the samples once/],
  ["too few names", table, { columns: ["a"] }, ShapeError, /row 0 of data has 5 columns/],
  [
    "a feature of no column",
    table,
    { inputSize: 5, columns: ["a", "b", "c", "d"] },
    ShapeError,
    /feature 4 is in no column/,
  ],
  [
    "a feature of two columns",
    table,
    { columns: [...NAMES.slice(0, 4), { name: "e", features: [2] }] },
    ArgumentError,
    /feature 2 is in columns\[2\] and in columns\[4\]/,
  ],
  [
    "a feature that is not there",
    table,
    { inputSize: 5, columns: [{ name: "a", features: [5] }] },
    ShapeError,
    /has feature 5/,
  ],
  [
    "a column without a name",
    table,
    { columns: [{ features: [0, 1, 2, 3, 4] }] },
    ArgumentError,
    /name of columns\[0\] must be a string/,
  ],
  ["names that are none", table, { columns: "abc" }, ArgumentError, /columns must be an array/],
])("%s is refused", async (_, data, options, type, message) => {
  // biome-ignore format: a table
  const error = await failure(() => detect(data as Samples, options as DetectAnomaliesOptions));
  expect(error).toBeInstanceOf(type);
  expect((error as Error).message).toMatch(message);
});
