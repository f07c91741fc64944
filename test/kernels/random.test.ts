import { describe, expect, test } from "vitest";
import { philox4x32 } from "../../src/datasets/sampleRandom.js";
import { BUILDS } from "../support/kernels.js";
import { Sandbox } from "./sandbox.js";
import { expectWithin, SIZES } from "./values.js";

/** What a sequence is a function of: seed (low word, high word), stream, epoch, sample. */
type Sequence = readonly [number, number, number, number, number];
const SEQUENCES: Sequence[] = [
  [0, 0, 0, 0, 0],
  [42, 0, 1, 3, 0],
  [0xffffffff, 0xfffffffe, 0xfffffffd, 0xfffffffc, 0xfffffffb],
  [0xa4093822, 0x299f31d0, 0x03707344, 0x13198a2e, 0x85a308d3],
];
const SAMPLES = 200_000;

/** Word `element` of a sequence, as assembly/random.ts lays them out: 16g + 4w + l is word w of counter 4g + l. */
function word(element: number, [seedLow, seedHigh, stream, epoch, sample]: Sequence): number {
  const out = new Uint32Array(4);
  const counter = Uint32Array.of(4 * (element >> 4) + (element & 3), sample, epoch, stream);
  philox4x32(counter, Uint32Array.of(seedLow, seedHigh), out);
  return out[(element >> 2) & 3]!;
}

/** Normal number `element`: of each 8 elements, 4 radii from the first 4 words, 4 angles from the others. */
function normal(element: number, sequence: Sequence): number {
  const first = element & ~4;
  const radius = Math.sqrt(-2 * Math.log(((word(first, sequence) >>> 8) + 1) / 2 ** 24));
  const angle = (2 * Math.PI * (word(first + 4, sequence) >>> 8)) / 2 ** 24;
  return radius * (element & 4 ? Math.sin(angle) : Math.cos(angle));
}

/** Cumulative normal distribution, by Abramowitz and Stegun's formula 7.1.26, within 1.5e-7. */
function cumulative(x: number): number {
  const z = Math.abs(x) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * z);
  const p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * p * Math.exp(-z * z);
  return x < 0 ? tail : 1 - tail;
}

/** √N times the largest distance between a sample's distribution and `cdf` (Kolmogorov and Smirnov). */
function kolmogorov(values: Float32Array, cdf: (x: number) => number): number {
  const sorted = Float32Array.from(values).sort();
  let largest = 0;
  sorted.forEach((x, i) => {
    const p = cdf(x);
    largest = Math.max(largest, p - i / sorted.length, (i + 1) / sorted.length - p);
  });
  return Math.sqrt(sorted.length) * largest;
}

/** Mean of (x − center)^power. */
function moment(values: Float32Array, power: number, center = 0): number {
  return values.reduce((sum, x) => sum + (x - center) ** power, 0) / values.length;
}

/** The largest √N·D that chance exceeds once in a thousand samples. */
const KOLMOGOROV_999 = 1.95;

describe.each(BUILDS)("%s", (build) => {
  const box = new Sandbox(build);

  function words(count: number, sequence: Sequence): Uint32Array {
    const target = box.words(count);
    box.kernels.randomWords(target.at(), count, ...sequence, box.scratch());
    box.check(`randomWords of ${count}`);
    return target.get();
  }

  function floats(
    name: "randomUniform" | "randomNormal",
    count: number,
    [a, b]: readonly [number, number],
    sequence: Sequence,
  ): Float32Array {
    const target = box.floats(count, 1);
    box.kernels[name](target.at(), count, a, b, ...sequence, box.scratch());
    box.check(`${name} of ${count}`);
    return target.get();
  }

  test("randomWords are Philox4x32-10 of the documented counters", () => {
    for (const sequence of SEQUENCES) {
      const wanted = Uint32Array.from({ length: 100 }, (_, i) => word(i, sequence));
      expect(words(100, sequence)).toEqual(wanted);
    }
  });

  test("randomWords give Random123's known answer for counter 0 and key 0", () => {
    const found = words(16, [0, 0, 0, 0, 0]);
    expect([0, 4, 8, 12].map((i) => found[i])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  test("every part of the counter and of the key counts", () => {
    const base: Sequence = [1, 2, 3, 4, 5];
    const seen = new Set([words(16, base).join()]);
    for (let i = 0; i < 5; i++) {
      for (const change of [1, 0x10000, 0x80000000]) {
        seen.add(words(16, base.map((x, j) => (i === j ? x + change : x)) as unknown as Sequence).join());
      }
    }
    expect(seen.size).toBe(16);
  });

  test("numbers do not depend on how many are asked for", () => {
    const sequence = SEQUENCES[1]!;
    const longest = 70;
    const all = {
      words: words(longest, sequence),
      uniform: floats("randomUniform", longest, [-1, 1], sequence),
      normal: floats("randomNormal", longest, [0, 1], sequence),
    };
    for (const count of [...SIZES, 63, 64, 65]) {
      expect(words(count, sequence)).toEqual(all.words.slice(0, count));
      expect(floats("randomUniform", count, [-1, 1], sequence)).toEqual(all.uniform.slice(0, count));
      expect(floats("randomNormal", count, [0, 1], sequence)).toEqual(all.normal.slice(0, count));
      box.clear();
    }
  });

  test("randomUniform scales the words' upper 24 bits", () => {
    for (const [low, high] of [
      [0, 1],
      [-0.25, 0.75],
      [3, 3.5],
    ] as const) {
      const wanted = Float32Array.from({ length: 50 }, (_, i) => {
        return Math.fround(((word(i, SEQUENCES[1]!) >>> 8) / 2 ** 24) * (high - low)) + low;
      });
      const found = floats("randomUniform", 50, [low, high], SEQUENCES[1]!);
      // A fused multiply-add rounds once less.
      const bound = build === "relaxed" ? 2 ** -22 : 0;
      expectWithin(found, wanted, () => bound, `uniform in ${low}, ${high}`);
    }
  });

  test("randomUniform is uniform", () => {
    const values = floats("randomUniform", SAMPLES, [-2, 3], [7, 0, 0, 0, 0]);
    expect(values.every((x) => x >= -2 && x <= 3)).toBe(true);
    // Five standard errors: variance 25/12, fourth central moment 25²/80.
    expect(Math.abs(moment(values, 1) - 0.5)).toBeLessThan(5 * Math.sqrt(25 / 12 / SAMPLES));
    const spread = Math.sqrt((625 / 80 - (25 / 12) ** 2) / SAMPLES);
    expect(Math.abs(moment(values, 2, 0.5) - 25 / 12)).toBeLessThan(5 * spread);
    expect(kolmogorov(values, (x) => (x + 2) / 5)).toBeLessThan(KOLMOGOROV_999);
    const standard = floats("randomUniform", SAMPLES, [0, 1], [8, 0, 0, 0, 0]);
    expect(standard.every((x) => x >= 0 && x < 1)).toBe(true);
  });

  test("randomNormal is Box and Muller's transform of the words", () => {
    for (const sequence of SEQUENCES) {
      const wanted = Float64Array.from({ length: 100 }, (_, i) => 2 + 0.5 * normal(i, sequence));
      expectWithin(floats("randomNormal", 100, [2, 0.5], sequence), wanted, () => 1e-6, "normal");
    }
  });

  test("randomNormal is normal", () => {
    const values = floats("randomNormal", SAMPLES, [0, 1], [9, 0, 0, 0, 0]);
    // Five standard errors of the first four moments: variances 1, 2, 15 and 96 over the number of samples.
    const error = (variance: number) => 5 * Math.sqrt(variance / SAMPLES);
    expect(Math.abs(moment(values, 1))).toBeLessThan(error(1));
    expect(Math.abs(moment(values, 2) - 1)).toBeLessThan(error(2));
    expect(Math.abs(moment(values, 3))).toBeLessThan(error(15));
    expect(Math.abs(moment(values, 4) - 3)).toBeLessThan(error(96));
    expect(kolmogorov(values, cumulative)).toBeLessThan(KOLMOGOROV_999);
    // The elements of a pair, four apart, share a radius, and must not be correlated all the same.
    const pairs = values.reduce((sum, x, i) => sum + (i & 4 ? 0 : x * values[i + 4]!), 0) / (SAMPLES / 2);
    expect(Math.abs(pairs)).toBeLessThan(5 / Math.sqrt(SAMPLES / 2));
  });

  describe("shuffle", () => {
    function shuffled(count: number, epoch: number, seed = 5): number[] {
      const indices = box.words(count).set(Array.from({ length: count }, (_, i) => i));
      box.kernels.shuffle(indices.at(), count, seed, 0, 1, epoch, box.scratch());
      box.check(`shuffle of ${count}`);
      return [...indices.get()];
    }

    test("is Fisher and Yates's with the words of its stream", () => {
      for (const count of [0, ...SIZES, 100, 1000]) {
        const wanted = Array.from({ length: count }, (_, i) => i);
        for (let i = count - 1, drawn = 0; i > 0; i--, drawn++) {
          const j = Math.floor((word(drawn, [5, 0, 1, 2, 0]) * (i + 1)) / 2 ** 32);
          [wanted[i], wanted[j]] = [wanted[j]!, wanted[i]!];
        }
        expect(shuffled(count, 2)).toEqual(wanted);
        box.clear();
      }
    });

    test("gives permutations that differ by epoch and by seed", () => {
      const orders = [shuffled(500, 0), shuffled(500, 1), shuffled(500, 0, 6)];
      for (const order of orders) expect([...order].sort((a, b) => a - b)).toEqual([...order.keys()]);
      expect(new Set(orders.map(String)).size).toBe(3);
      expect(shuffled(500, 0)).toEqual(orders[0]);
    });

    test("gives each of the 24 orders of four equally often", () => {
      const counts = new Map<string, number>();
      const epochs = 24_000;
      for (let epoch = 0; epoch < epochs; epoch++) {
        const order = shuffled(4, epoch).join();
        counts.set(order, (counts.get(order) ?? 0) + 1);
        box.clear();
      }
      expect(counts.size).toBe(24);
      const chiSquare = [...counts.values()].reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
      expect(chiSquare).toBeLessThan(49.73); // 23 degrees of freedom, p = 0.001
    });
  });
});
