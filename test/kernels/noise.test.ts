import { describe, expect, test } from "vitest";
import { STEP_EPOCH, STEP_INDICES, STEP_WORDS } from "../../assembly/abi.js";
import { BUILDS } from "../support/kernels.js";
import { inShares, Sandbox } from "./sandbox.js";
import { distinct, expectSameBits } from "./values.js";

/** Rows and columns of the samples that statistics are taken of: 200,704 elements. */
const [ROWS, COLUMNS] = [256, 784] as const;
const SEED = 5;
const STREAM = 9;

function stepBlock(box: Sandbox, samples: readonly number[], epoch = 0): number {
  const words = new Uint32Array(STEP_WORDS);
  words[STEP_INDICES] = box.words(samples.length).set(samples).at();
  words[STEP_EPOCH] = epoch;
  return box.words(STEP_WORDS).set(words).at();
}

const upTo = (count: number) => Array.from({ length: count }, (_, i) => i);

interface Drawn {
  samples?: readonly number[];
  columns?: number;
  epoch?: number;
  stream?: number;
  seed?: number;
}

/** Standard normal numbers, a row for each sample. */
function normals(box: Sandbox, drawn: Drawn = {}): Float32Array {
  const { samples = upTo(ROWS), columns = COLUMNS, epoch = 0, stream = STREAM, seed = SEED } = drawn;
  const step = stepBlock(box, samples, epoch);
  const source = box.floats(samples.length, columns).set(new Float32Array(samples.length * columns));
  const target = box.floats(samples.length, columns);
  const addresses = [source.at(), target.at(), step] as const;
  box.kernels.gaussianNoise(0, samples.length, columns, ...addresses, stream, seed, 0, 1, box.scratch());
  box.check("gaussianNoise");
  const result = target.get();
  box.clear();
  return result;
}

function moment(values: ArrayLike<number>, power: number): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! ** power;
  return sum / values.length;
}

/** Mean product of elements of independent standard normal numbers, in standard errors. */
function correlation(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / Math.sqrt(a.length);
}

/** Φ, by numerical integration of its density (Simpson), from a table. */
function normalDistribution(): (z: number) => number {
  const [low, step, count] = [-8, 1 / 512, 8192];
  const density = (z: number) => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
  const table = new Float64Array(count + 1);
  for (let i = 0; i < count; i++) {
    const z = low + i * step;
    table[i + 1] = table[i]! + (step / 6) * (density(z) + 4 * density(z + step / 2) + density(z + step));
  }
  return (z) => {
    const at = (z - low) / step;
    const i = Math.floor(at);
    return table[i]! + (at - i) * (table[i + 1]! - table[i]!);
  };
}

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  test("gaussian noise has the moments of the normal distribution", () => {
    const z = normals(box);
    const errors = [moment(z, 1), moment(z, 2) - 1, moment(z, 3), moment(z, 4) - 3];
    // Standard errors of the moments of n normal numbers: √(1/n), √(2/n), √(15/n), √(96/n).
    [1, 2, 15, 96].forEach((variance, index) => {
      expect(Math.abs(errors[index]!) * Math.sqrt(z.length / variance)).toBeLessThan(3.5);
    });
    const farthest = z.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(farthest).toBeGreaterThan(4);
    expect(farthest).toBeLessThan(5);
  });

  test("gaussian noise has the normal distribution (Kolmogorov and Smirnov)", () => {
    const distribution = normalDistribution();
    for (const epoch of [0, 1, 2]) {
      const z = normals(box, { epoch }).sort();
      let largest = 0;
      z.forEach((value, i) => {
        const p = distribution(value);
        largest = Math.max(largest, Math.abs(p - i / z.length), Math.abs(p - (i + 1) / z.length));
      });
      // Exceeded by chance once in 1,000 times.
      expect(largest * Math.sqrt(z.length)).toBeLessThan(1.95);
      expect(largest).toBeGreaterThan(0);
    }
  });

  test("neighbours, rows, epochs, streams and seeds are not correlated", () => {
    const z = normals(box);
    for (const distance of [1, 2, 3, 4, 5, 7, 8, 9, 12, 16, 32, 784, 788, 1568]) {
      const found = correlation(z.subarray(distance), z.subarray(0, z.length - distance));
      expect(Math.abs(found), `at distance ${distance}`).toBeLessThan(3.7);
    }
    const others: Drawn[] = [{ epoch: 1 }, { epoch: 2 }, { stream: STREAM + 1 }, { seed: SEED + 1 }];
    for (const other of others) {
      expect(Math.abs(correlation(z, normals(box, other))), JSON.stringify(other)).toBeLessThan(3.7);
    }
    // Squares, too: the two numbers of a pair share their radius.
    const squares = z.map((value) => (value * value - 1) / Math.SQRT2);
    for (const distance of [1, 4, 8, 16, 784]) {
      const found = correlation(squares.subarray(distance), squares.subarray(0, z.length - distance));
      expect(Math.abs(found), `squares at distance ${distance}`).toBeLessThan(3.7);
    }
  });

  test("a value is a function of seed, stream, epoch, sample and element alone", () => {
    const whole = normals(box);
    const samples = [200, 3, 3, 77];
    for (const columns of [1, 3, 8, 15, 16, 17, 37, 784]) {
      const z = normals(box, { samples, columns });
      samples.forEach((sample, row) => {
        const expected = whole.slice(sample * COLUMNS, sample * COLUMNS + columns);
        const found = z.slice(row * columns, (row + 1) * columns);
        const what = `sample ${sample}, ${columns} columns`;
        expectSameBits(new Uint8Array(found.buffer), new Uint8Array(expected.buffer), what);
      });
    }
  });

  test("shares give the same bits as the whole, and nothing beside the target is written", () => {
    const [rows, columns] = [33, 37];
    const values = distinct(rows * columns, 3);
    const step = stepBlock(box, upTo(rows), 4);
    const source = box.floats(rows, columns).set(values);
    const [whole, parts] = [box.floats(rows, columns), box.floats(rows, columns)];
    const scratch = box.scratch();
    const noise = [STREAM, SEED, 1] as const;
    const half = 2 ** 31;
    const kernels = [
      (begin: number, end: number, to: number) =>
        box.kernels.gaussianNoise(begin, end, columns, source.at(), to, step, ...noise, 0.5, scratch),
      (begin: number, end: number, to: number) =>
        box.kernels.replacementNoise(
          ...[begin, end, columns, source.at(), to, step, ...noise, half, half / 2, 1.5, scratch],
        ),
    ];
    for (const kernel of kernels) {
      kernel(0, rows, whole.at());
      parts.spoil();
      inShares(rows, [1, 7, 16, 32], (begin, end) => kernel(begin, end, parts.at()));
      expectSameBits(parts.bits(), whole.bits(), "shares");
      box.check("noise");
      expect(whole.get()).not.toEqual(values);
    }
    expectSameBits(source.bits(), new Uint8Array(values.buffer), "source");
  });

  test.each([
    [0.1, 0.05, 1],
    [0.3, 0.3, 1],
    [0.5, 0.5, 2],
    [0.97, 0.4, 1],
  ])("replacement at rate %d: %d of it become 0, the rest 1, others times %d", (rate, ones, scale) => {
    const step = stepBlock(box, upTo(ROWS));
    const source = box.floats(ROWS, COLUMNS).set(new Float32Array(ROWS * COLUMNS).fill(0.25));
    const target = box.floats(ROWS, COLUMNS);
    const thresholds = [rate * 2 ** 32, ones * 2 ** 32] as const;
    box.kernels.replacementNoise(
      ...[0, ROWS, COLUMNS, source.at(), target.at(), step, STREAM, SEED, 0, ...thresholds, scale],
      box.scratch(),
    );
    box.check("replacementNoise");
    const z = target.get();
    const part = (value: number) => z.filter((found) => found === value).length;
    const counts = [part(0), part(1), part(0.25 * scale)];
    expect(counts[0]! + counts[1]! + counts[2]!).toBe(z.length);
    [ones, rate - ones, 1 - rate].forEach((p, index) => {
      const deviation = Math.sqrt(z.length * p * (1 - p));
      expect(Math.abs(counts[index]! - z.length * p)).toBeLessThanOrEqual(3.7 * deviation);
    });
    // Runs: whether an element is replaced says nothing about the next, nor about the one below.
    for (const distance of [1, 4, 8, 784]) {
      const indicators = z.map(
        (value) => ((value === 0.25 * scale ? 1 : 0) - (1 - rate)) / Math.sqrt(rate * (1 - rate)),
      );
      const found = correlation(indicators.subarray(distance), indicators.subarray(0, z.length - distance));
      expect(Math.abs(found), `at distance ${distance}`).toBeLessThan(3.7);
    }
  });

  test("masks anew in place: the same elements", () => {
    const step = stepBlock(box, upTo(5));
    const target = box.floats(5, 13).set(distinct(65, 2));
    const half = 2 ** 31;
    const call = () =>
      box.kernels.replacementNoise(
        ...[0, 5, 13, target.at(), target.at(), step, STREAM, SEED, 0, half, half, 1, box.scratch()],
      );
    call();
    const once = target.bits();
    call();
    expectSameBits(target.bits(), once, "in place");
  });
});
