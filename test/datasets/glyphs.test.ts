import { describe, expect, test } from "vitest";
import { GLYPHS } from "../../src/datasets/glyphs.js";
import { MOST_POINTS, MOST_TRACE, PIECES } from "../../src/datasets/pen.js";
import { MOST_HANDS, parseGlyphs, pickStyle } from "../../src/datasets/strokes.js";

const STYLES = GLYPHS.flatMap((styles, digit) =>
  styles.map((style, index) => ({ name: `style ${index} of ${digit}`, style })),
);

test("there are ten digits", () => {
  expect(GLYPHS).toHaveLength(10);
});

describe.each(STYLES)("$name", ({ style }) => {
  test("has points in every place, in the same notation for every hand", () => {
    for (const stroke of style.strokes) {
      for (const hand of stroke) expect(hand).toMatch(/^-?\d+,-?\d+\*?( -?\d+,-?\d+\*?)+$/);
    }
  });

  test("has the same hands for every stroke, and the same points and corners for every hand", () => {
    const hands = style.strokes[0]!.length;
    expect(hands).toBeLessThanOrEqual(MOST_HANDS);
    let trace = 0;
    for (const stroke of style.strokes) {
      expect(stroke).toHaveLength(hands);
      const kinds = stroke.map((hand) => hand.replace(/-?\d+,-?\d+/g, "o"));
      expect(new Set(kinds).size).toBe(1);
      const points = stroke[0]!.split(" ").length;
      expect(points).toBeLessThanOrEqual(MOST_POINTS);
      trace += 1 + (points - 1) * PIECES;
    }
    expect(trace).toBeLessThanOrEqual(MOST_TRACE);
  });

  test("is about as high as a digit should be in every hand", () => {
    for (let h = 0; h < style.strokes[0]!.length; h++) {
      const points = style.strokes.map((stroke) => stroke[h]!).join(" ");
      const heights = points.split(" ").map((point) => Number.parseFloat(point.split(",")[1]!));
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(-8);
      expect(Math.min(...heights)).toBeLessThanOrEqual(8);
      expect(Math.max(...heights)).toBeGreaterThanOrEqual(92);
      expect(Math.max(...heights)).toBeLessThanOrEqual(112);
    }
  });
});

test("styles are picked by their weights", () => {
  parseGlyphs().forEach((styles, digit) => {
    const picked = new Map(styles.map((style) => [style, 0]));
    for (let i = 0; i < 1000; i++) {
      const style = pickStyle(styles, (i + 0.5) / 1000);
      picked.set(style, picked.get(style)! + 1);
    }
    const total = GLYPHS[digit]!.reduce((sum, style) => sum + style.weight, 0);
    styles.forEach((style, index) => {
      expect(picked.get(style)! / 1000).toBeCloseTo(GLYPHS[digit]![index]!.weight / total, 2);
    });
  });
});
