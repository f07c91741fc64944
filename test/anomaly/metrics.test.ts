import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluateFlags, evaluateScores } from "../../src/anomaly/ranking.js";
import { averageRanks } from "../../src/statistics/ranks.js";

/** The share of pairs (anomaly, normal) in which the anomaly scores higher; equal ones count half. */
function pairs(scores: Float32Array, labels: Uint8Array): number {
  let [won, all] = [0, 0];
  scores.forEach((a, i) => {
    scores.forEach((b, j) => {
      if (labels[i] !== 1 || labels[j] !== 0) return;
      all++;
      won += a > b ? 1 : a === b ? 0.5 : 0;
    });
  });
  return won / all;
}

test("the area under the curve is the share of pairs in the right order, ties or not, to the bit", () => {
  const score = fc.oneof(fc.integer({ min: 0, max: 4 }), fc.float({ noNaN: true, min: 0, max: 10 }));
  const rows = fc.array(fc.tuple(score, fc.integer({ min: 0, max: 1 })), { minLength: 2, maxLength: 60 });
  fc.assert(
    fc.property(rows, (drawn) => {
      const labels = Uint8Array.from(drawn, ([, label]) => label);
      fc.pre(labels.includes(0) && labels.includes(1));
      const scores = Float32Array.from(drawn, ([value]) => value);
      expect(evaluateScores(scores, labels, 1).rocAuc).toBe(pairs(scores, labels));
    }),
    { numRuns: 300, seed: 5 },
  );
});

test("precision, recall and F1 of a worked example; a score at the threshold is normal", () => {
  const scores = Float32Array.of(5, 4, 3, 3, 2, 1);
  const labels = Uint8Array.of(1, 0, 1, 0, 1, 0);
  // Above 3: one anomaly and one normal sample, of three anomalies.
  expect(evaluateScores(scores, labels, 3)).toEqual({
    rocAuc: (3 + 1.5 + 1) / 9,
    // Precision 1 at 5, 2 of 4 at 3, and 3 of 5 at 2.
    averagePrecision: expect.closeTo((1 + 2 / 4 + 3 / 5) / 3, 12),
    precision: 1 / 2,
    recall: 1 / 3,
    f1: 2 / 5,
    threshold: 3,
  });
  expect(evaluateScores(scores, labels, 5)).toMatchObject({ precision: 0, recall: 0, f1: 0 });
  expect(evaluateScores(scores, labels, 0)).toMatchObject({ precision: 1 / 2, recall: 1, f1: 2 / 3 });
});

test("average precision is the mean, over anomalies, of the precision at their scores", () => {
  const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 })), {
    minLength: 2,
    maxLength: 60,
  });
  fc.assert(
    fc.property(rows, (drawn) => {
      const labels = Uint8Array.from(drawn, ([, label]) => label);
      fc.pre(labels.includes(0) && labels.includes(1));
      const anomalies = drawn.filter(([, label]) => label === 1);
      const precisions = anomalies.map(([least]) => {
        const above = drawn.filter(([score]) => score >= least);
        return above.filter(([, label]) => label === 1).length / above.length;
      });
      const mean = precisions.reduce((sum, precision) => sum + precision) / anomalies.length;
      const scores = Float32Array.from(drawn, ([value]) => value);
      expect(evaluateScores(scores, labels, 1).averagePrecision).toBeCloseTo(mean, 12);
    }),
    { numRuns: 200, seed: 5 },
  );
});

test("perfect, reversed and tied scores", () => {
  const labels = Uint8Array.of(0, 0, 1, 1);
  const auc = (...scores: number[]) => evaluateScores(Float32Array.from(scores), labels, 0).rocAuc;
  expect(auc(1, 2, 3, 4)).toBe(1);
  expect(auc(4, 3, 2, 1)).toBe(0);
  expect(auc(1, 1, 1, 1)).toBe(0.5);
});

test("equal values share the mean of their ranks", () => {
  expect(Array.from(averageRanks([3, 1, 3, 2, 3]))).toEqual([4, 1, 4, 2, 4]);
  expect(Array.from(averageRanks([5, 5]))).toEqual([1.5, 1.5]);
  expect(Array.from(averageRanks([-Infinity, 0, -0, 1]))).toEqual([1, 2.5, 2.5, 4]);
  expect(Array.from(averageRanks([]))).toEqual([]);
});

test("a row without a score, which no window covers, comes last", () => {
  const labels = Uint8Array.of(0, 1, 0, 1, 0);
  const flags = Uint8Array.of(0, 0, 0, 1, 0);
  const found = evaluateFlags([0.2, Number.NaN, 0.4, 0.9, Number.NaN], flags, labels, 0.5);
  const lowest = evaluateFlags([0.2, -1, 0.4, 0.9, -1], flags, labels, 0.5);
  expect(found).toEqual(lowest);
  // Of six pairs, 3 of the second anomaly are in order, and one of the first is a tie.
  expect(found.rocAuc).toBe(3.5 / 6);
  expect(found.recall).toBe(0.5);
});
