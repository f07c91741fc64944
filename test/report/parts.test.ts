import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { encodePng } from "../../src/codecs/pngFile.js";
import { resolveColours } from "../../src/report/colours.js";
import { lossTrend, trainingAdvice } from "../../src/report/lossTrend.js";
import {
  evenly,
  extentOf,
  fewTicks,
  histogram,
  logTicks,
  quantile,
  ranking,
  roomFor,
  shown,
  tick,
  ticksAcross,
  ticksOf,
} from "../../src/report/numberText.js";
import { principalComponents } from "../../src/report/principal.js";
import { signedTile } from "../../src/report/strips.js";
import { element, escapeText, wrap } from "../../src/report/svg.js";
import { principalAxes } from "../../src/statistics/principalAxes.js";
import { separations } from "../../src/statistics/separation.js";
import { expectClose, values } from "../support/models.js";
import { principalComponents as jacobi } from "../support/pca.js";

test("numbers are shown with four digits that count", () => {
  expect([0, 1, 0.1234567, 1234.567, 0.00012345, -2.5, 1e7, 1e-7, Number.NaN].map(shown)).toEqual([
    ...["0", "1", "0.1235", "1235", "1.234e−4", "−2.5", "1.000e7", "1.000e−7", "not defined"],
  ]);
  expect([0.1 + 0.2, -5, 1e-5, 20].map(tick)).toEqual(["0.3", "−5", "1e−5", "20"]);
});

test("rows are taken evenly, the first among them, none twice", () => {
  expect(evenly(10, 5)).toEqual([0, 2, 4, 6, 8]);
  expect(evenly(3, 5)).toEqual([0, 1, 2]);
  expect(new Set(evenly(1001, 1000)).size).toBe(1000);
});

test("a histogram counts every value once, between ends that fit together", () => {
  const numbers = fc.array(fc.double({ min: 0.01, max: 50, noNaN: true }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 20 }), fc.boolean(), (given, bins, logarithmic) => {
      const range = extentOf(given);
      const found = histogram(given, bins, range, logarithmic);
      expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(given.length);
      expect([found[0]!.from, found.at(-1)!.to]).toEqual(range);
      found.slice(1).forEach(({ from }, i) => {
        expect(from).toBe(found[i]!.to);
      });
    }),
  );
});

test("an axis of a logarithmic scale has a few round numbers within it", () => {
  expect(logTicks([0.011, 0.93])).toEqual([0.03, 0.1, 0.3]);
  expect(logTicks([1e-4, 3])).toEqual([1e-4, 1e-3, 0.01, 0.1, 1]);
  const numbers = fc.tuple(
    fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
    fc.double({ min: 1.05, max: 1e6, noNaN: true }),
  );
  fc.assert(
    fc.property(numbers, ([low, ratio]) => {
      const ticks = logTicks([low, low * ratio]);
      for (const value of ticks) expect(value >= low && value <= low * ratio).toBe(true);
      if (ratio > 1.3) expect(ticks.length).toBeGreaterThanOrEqual(3);
      expect(ticks.length).toBeLessThan(14);
    }),
  );
});

test("an axis with little room has two or three round numbers", () => {
  expect(fewTicks([-8, 8.5])).toEqual([-5, 0, 5]);
  expect(fewTicks([0, 20])).toEqual([0, 10, 20]);
  expect(fewTicks([0, 15.5])).toEqual([0, 10]);
  const ends = fc.tuple(
    fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    fc.double({ min: 1e-3, max: 1e4, noNaN: true }),
  );
  fc.assert(
    fc.property(ends, ([low, size]) => {
      const ticks = fewTicks([low, low + size]);
      expect(ticks.length).toBeGreaterThanOrEqual(1);
      expect(ticks.length).toBeLessThanOrEqual(3);
      const slack = 1e-9 * (Math.abs(low) + size);
      for (const value of ticks) expect(value >= low - slack && value <= low + size + slack).toBe(true);
    }),
  );
});

test("an axis has room for its numbers", () => {
  expect(ticksOf([0, 1])).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
  expect(ticksOf([10_000.1, 10_000.6])).toEqual([1, 2, 3, 4, 5, 6].map((digit) => `10000.${digit}`));
  expect(ticksOf([0, 1_234_567]).at(-1)).toBe("1.2e6");
  expect([ticksAcross([0, 1]), ticksAcross([10_000.1, 10_000.9])]).toEqual([6, 3]);
  expect(roomFor(["−10000.5"])).toBeGreaterThan(roomFor(["1"]));
});

test("ranks and quantiles", () => {
  const rank = ranking([5, 1, 3]);
  expect([1, 3, 5, 0, 9].map(rank)).toEqual([0, 0.5, 1, 0, 1]);
  expect(ranking([2])(2)).toBe(0.5);
  expect([0, 0.5, 1].map((share) => quantile([3, 1, 2], share))).toEqual([1, 2, 3]);
});

test("principal components are those of Jacobi's method, and do not flip", () => {
  const [rows, width] = [200, 5] as const;
  const codes = values(rows, width, 4, -1, 1).map(
    (value, i) => value * [9, 5, 2, 1, 0.5][i % width]! + (i % width),
  );
  const table = Array.from({ length: rows }, (_, i) => [...codes.subarray(i * width, (i + 1) * width)]);
  const means = table[0]!.map((_, d) => table.reduce((sum, row) => sum + row[d]!, 0) / rows);
  const centred = table.map((row) => row.map((value, d) => value - means[d]!));
  const directions = jacobi(centred, 2);
  const found = principalComponents(codes, width);
  const total = centred.flat().reduce((sum, value) => sum + value * value, 0);
  for (const [index, along] of [found.x, found.y].entries()) {
    const direction = directions[index]!;
    const greatest = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    const expected = centred.map(
      (row) => row.reduce((sum, value, d) => sum + value * direction[d]!, 0) * Math.sign(greatest),
    );
    expectClose(along, expected, { absolute: 1e-6 });
    const share = expected.reduce((sum, value) => sum + value * value, 0) / total;
    expect(found.shares[index]).toBeCloseTo(share, 9);
  }
  expect(principalComponents(new Float32Array(12), 3).shares).toEqual([0, 0]);
});

describe("PNG", () => {
  test.each([1, 3] as const)(
    "of %i channels has the pixels, and chunks with their CRCs",
    async (channels) => {
      const [width, height] = [5, 3];
      const data = Uint8Array.from({ length: width * height * channels }, (_, i) => (i * 41) % 256);
      const png = Buffer.from(await encodePng({ width, height, channels, data }));
      expect(png.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
      expect(png.subarray(12, 16).toString()).toBe("IHDR");
      expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([
        width,
        height,
        8,
        channels - 1,
      ]);
      // The CRC of an empty IEND chunk, as in every PNG.
      expect(png.subarray(-4).toString("hex")).toBe("ae426082");
      const length = png.readUInt32BE(33);
      const lines = inflateSync(png.subarray(41, 41 + length));
      const pixels = Array.from({ length: height }, (_, y) => {
        const start = y * (width * channels + 1);
        expect(lines[start]).toBe(0);
        return [...lines.subarray(start + 1, start + 1 + width * channels)];
      });
      expect(pixels.flat()).toEqual([...data]);
    },
  );
});

test("weights of either sign have their own colours, and 0 is white", () => {
  const { data } = signedTile([0, 1, -1, 5], { width: 4, height: 1 }, 1);
  const [zero, plus, minus, beyond] = [0, 3, 6, 9].map((at) => [...data.subarray(at, at + 3)]);
  expect(zero).toEqual([255, 255, 255]);
  expect(plus).not.toEqual(minus);
  expect(beyond).toEqual(plus);
});

test("text in markup is escaped, and lines are no longer than asked for", () => {
  expect(escapeText(`<b a="1">'&\u0000\n\u202e`)).toBe(
    "&lt;b a=&quot;1&quot;&gt;&#39;&amp;\\u0000\\n\\u202e",
  );
  expect(element("g", { x: 1 / 3, title: '"' }, "<a/>")).toBe('<g x="0.33" title="&quot;"><a/></g>');
  const lines = wrap("one two three four five six seven", 80, 10);
  expect(lines.join(" ")).toBe("one two three four five six seven");
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(13);
});

test("every colour is known in both themes", () => {
  const names = ["paper", "ink", "muted", "line", "first", "second", "third", "fourth", "ramp-0", "ramp-15"];
  for (const theme of ["light", "dark"] as const) {
    for (const name of names) expect(resolveColours(`var(--${name})`, theme)).toMatch(/^(#|rgb)/);
  }
});

test.each([
  [6, 3],
  [40, 4],
  [60, 25],
])("principal axes of %i columns, %i of them, are those of Jacobi's method", (width, count) => {
  const rows = 150;
  const given = values(rows, width, 9, -1, 1).map((value, i) => value * 1.2 ** -(i % width) + 3);
  const { means, axes, variances, total } = principalAxes(given, width, count);
  const table = Array.from({ length: rows }, (_, i) =>
    Array.from(given.subarray(i * width, (i + 1) * width)),
  );
  const expected = table[0]!.map((_, d) => table.reduce((sum, row) => sum + row[d]!, 0) / rows);
  expectClose(means, expected, { absolute: 1e-12 });
  const centred = table.map((row) => row.map((value, d) => value - expected[d]!));
  jacobi(centred, count).forEach((direction, i) => {
    const own = axes.subarray(i * width, (i + 1) * width);
    const product = direction.reduce((sum, value, d) => sum + value * own[d]!, 0);
    expect(Math.abs(product)).toBeCloseTo(1, 5);
    const variance = centred.reduce(
      (sum, row) => sum + row.reduce((s, x, d) => s + x * direction[d]!, 0) ** 2,
      0,
    );
    expect(variances[i]).toBeCloseTo(variance / rows, 6);
  });
  expect(total).toBeCloseTo(centred.flat().reduce((sum, x) => sum + x * x, 0) / rows, 6);
});

test("equal columns have one axis, and rows that are all alike none", () => {
  const same = Float32Array.from({ length: 60 }, (_, i) => Math.floor(i / 3));
  const { axes, variances } = principalAxes(same, 3, 2);
  expectClose(
    axes.subarray(0, 3),
    [1, 1, 1].map((x) => x / Math.sqrt(3)),
    { absolute: 1e-9 },
  );
  expect(variances[1]).toBeCloseTo(0, 9);
  expect([...principalAxes(new Float32Array(40 * 50), 40, 2).variances]).toEqual([0, 0]);
});

test("separations flag equal scores together, the largest first", () => {
  expect(separations([1, 3, 3, 2], [0, 1, 0, 1])).toEqual([
    { score: 3, hits: 1, falseAlarms: 1 },
    { score: 2, hits: 2, falseAlarms: 1 },
    { score: 1, hits: 2, falseAlarms: 2 },
  ]);
});

describe("a loss at the end of training", () => {
  const falling = (rate: number, count = 40) => Array.from({ length: count }, (_, i) => (1 - rate) ** i);
  const wavy = (count = 40) => Array.from({ length: count }, (_, i) => 1 + 0.05 * Math.sin(2.5 * i));

  test("that falls asks for more epochs, by its rate", () => {
    expect(lossTrend(falling(0.03))).toMatchObject({ direction: "falling", count: 10 });
    expect(lossTrend(falling(0.03))!.change).toBeCloseTo(0.03, 9);
    expect(trainingAdvice(falling(0.03), [])).toBe(
      "Train longer: the loss was still falling by 3 % an epoch.",
    );
    expect(trainingAdvice(falling(0.03), falling(0.012))).toBe(
      "Train longer: the validation loss was still falling by 1.2 % an epoch.",
    );
  });

  test("that rises asks for something else", () => {
    expect(trainingAdvice(falling(0.03), falling(-0.02))).toMatch(/^Train shorter, or regularize: .* by 2 %/);
    expect(trainingAdvice(falling(-0.02), [])).toMatch(/^Lower the learning rate/);
  });

  test("that is level, noise, too short or not above 0 says nothing", () => {
    expect(lossTrend(wavy())!.direction).toBe("level");
    for (const loss of [
      wavy(),
      falling(0.0005),
      falling(0.1, 12),
      [],
      [3, 2, 1],
      falling(0.1).map((x) => -x),
    ]) {
      expect(trainingAdvice(loss, [])).toBe(undefined);
    }
  });
});
