import { parseHTML } from "linkedom";
import { describe, expect, test } from "vitest";
import { apart, type Box } from "../../src/report/classNames.js";
import { classLook } from "../../src/report/colours.js";
import { drawPicture, drawReport } from "../../src/report/drawReport.js";
import { linearBaseline } from "../../src/report/linearBaseline.js";
import { measure } from "../../src/report/measure.js";
import { modelVerdict } from "../../src/report/modelVerdict.js";
import { digitSubject, spiralSubject, tableSubject } from "./subjects.js";

const parse = (html: string) => parseHTML(html).document;

describe("the verdict", () => {
  test("compares with PCA of the same code size, as the covariance of two columns gives it", async () => {
    const { subject, dispose } = await spiralSubject();
    const measured = await measure(subject);
    const baseline = linearBaseline(subject, measured)!;
    const { scale } = subject.model.scaling ?? { scale: [1, 1] };
    const [x, y] = [0, 1].map((j) =>
      Array.from({ length: 300 }, (_, i) => subject.data[2 * i + j]! / scale[j]!),
    ) as [number[], number[]];
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const covariance = (a: number[], b: number[]) =>
      mean(a.map((value, i) => (value - mean(a)) * (b[i]! - mean(b))));
    const [xx, xy, yy] = [covariance(x, x), covariance(x, y), covariance(y, y)];
    // The lesser eigenvalue of [[xx, xy], [xy, yy]] is what one component leaves.
    const least = (xx + yy) / 2 - Math.sqrt(((xx - yy) / 2) ** 2 + xy * xy);
    expect(baseline).toMatchObject({ components: 1, rows: 300 });
    expect(baseline.error).toBeCloseTo(least / 2, 6);
    expect(baseline.variance).toBeCloseTo((xx + yy) / 2, 6);
    expect(baseline.modelError).toBeCloseTo(mean([...measured.scores]), 7);
    const html = await drawReport(subject);
    expect(parse(html).querySelector("#verdict")!.textContent).toBe(
      modelVerdict(subject, measured, baseline),
    );
    await dispose();
  });

  test("says which of the two is better", async () => {
    const { subject, dispose } = await tableSubject();
    const measured = await measure(subject);
    const told = (modelError: number, error: number) =>
      modelVerdict(subject, measured, { components: 2, rows: 9, modelError, error, variance: 1 });
    expect(told(0.1, 0.2)).toMatch(/keeps 90 % of the variance .* takes away 50 % of the error\.$/);
    expect(told(0.004, 0.004)).toMatch(/keeps 99\.60 % .* a linear method would do as well here\.$/);
    expect(told(0.3, 0.2)).toMatch(/PCA rebuilds them better/);
    expect(told(1.2, 0.2)).toMatch(/no better than their mean does/);
    expect(modelVerdict(subject, measured, undefined)).toMatch(/^With a code of .* mean squared error of /);
    await dispose();
  });
});

test("names of classes are moved apart, stay in the box and near their places", () => {
  const box: Box = { x: [0, 1], y: [0, 1], left: 50, right: 430, top: 30, bottom: 390 };
  // Ten names in one place, in a corner.
  const places = Array.from({ length: 10 }, () => ({ x: 425, y: 35, halfWidth: 8 }));
  const labels = apart(places, box);
  for (const [i, a] of labels.entries()) {
    expect(a.x + a.halfWidth).toBeLessThanOrEqual(box.right + 0.01);
    expect(a.y - 8.5).toBeGreaterThanOrEqual(box.top - 0.01);
    expect(Math.hypot(a.x - 425, a.y - 35)).toBeLessThan(200);
    for (const b of labels.slice(0, i)) {
      const overlaps = Math.abs(a.x - b.x) < 15.9 && Math.abs(a.y - b.y) < 16.9;
      expect(overlaps, `${i}`).toBe(false);
    }
  }
  const far = [
    { x: 100, y: 100, halfWidth: 8 },
    { x: 300, y: 300, halfWidth: 8 },
  ];
  expect(apart(far, box)).toEqual(far);
});

test("classes differ in colour or shape, and the first seven in both", () => {
  const looks = Array.from({ length: 56 }, (_, i) => classLook(i));
  expect(new Set(looks.map(({ colour, symbol }) => colour + symbol)).size).toBe(56);
  expect(new Set(looks.slice(0, 7).map(({ symbol }) => symbol)).size).toBe(7);
  expect(new Set(looks.slice(0, 8).map(({ colour }) => colour)).size).toBe(8);
});

test("values show when the pointer rests on them, without a script", async () => {
  const { subject, dispose } = await digitSubject("plain");
  const titles = async (name: string) =>
    Array.from(
      parse(await drawPicture(subject, name)).querySelectorAll("g title"),
      (title) => title.textContent!,
    );
  expect((await titles("map"))[0]).toMatch(/^row 1, label \d\n\(\S+, \S+\)$/);
  expect((await titles("loss"))[0]).toMatch(/^epoch 1, training: 0\.\d+$/);
  expect((await titles("codes"))[0]).toMatch(/^z₁, \S+ to \S+: \d+ samples?$/);
  await dispose();
});

test("axes say whether the loss is a sum or a mean", async () => {
  const [plain, variational] = [await digitSubject("plain"), await digitSubject("variational")];
  expect(await drawPicture(plain.subject, "loss")).toContain("binaryCrossentropy, mean of 784 values");
  expect(await drawPicture(variational.subject, "loss")).toContain(
    "binaryCrossentropy, sum of 784 values + KL",
  );
  await Promise.all([plain.dispose(), variational.dispose()]);
});
