import { describe, expect, test } from "vitest";
import { paintSegment } from "../../src/datasets/raster.js";

const SIZE = 16;

function paint(...segments: [number, number, number, number, number, number][]): Uint8Array {
  const image = new Uint8Array(SIZE * SIZE);
  for (const [x0, y0, r0, x1, y1, r1] of segments) {
    paintSegment(image, 0, SIZE, SIZE, x0, y0, r0, x1, y1, r1, 1);
  }
  return image;
}

function at(image: Uint8Array, x: number, y: number): number {
  return image[y * SIZE + x]!;
}

describe("paintSegment", () => {
  test("fills the pen's width and fades across its edge", () => {
    const image = paint([3, 8, 1.25, 12, 8, 1.25]);
    expect([6, 7, 8, 9, 10].map((y) => at(image, 7, y))).toEqual([0, 191, 255, 191, 0]);
  });

  test("ends in round caps", () => {
    const image = paint([8, 8, 3, 8, 8, 3]);
    for (let y = 0; y < SIZE; y++) {
      for (let x = 0; x < SIZE; x++) {
        const coverage = Math.min(1, Math.max(0, 3.5 - Math.sqrt((x - 8) ** 2 + (y - 8) ** 2)));
        expect(Math.abs(at(image, x, y) - 255 * coverage)).toBeLessThanOrEqual(0.5);
      }
    }
  });

  test("covers about length times width", () => {
    const ink = paint([4, 4, 1.5, 11, 12, 1.5]).reduce((sum, value) => sum + value, 0) / 255;
    const length = Math.sqrt(7 ** 2 + 8 ** 2);
    expect(Math.abs(ink / (length * 3 + Math.PI * 1.5 ** 2) - 1)).toBeLessThan(0.05);
  });

  test("widens from one radius to the other", () => {
    const image = paint([2, 8, 0.5, 13, 8, 4]);
    const column = (x: number) => Array.from({ length: SIZE }, (_, y) => at(image, x, y));
    const ink = [3, 6, 9, 12].map((x) => column(x).reduce((sum, value) => sum + value, 0));
    expect(ink).toEqual([...ink].sort((a, b) => a - b));
    expect(new Set(ink).size).toBe(4);
  });

  test("keeps the greater value where strokes cross, in either order", () => {
    const across: [number, number, number, number, number, number] = [2, 8, 1, 13, 8, 1];
    const down: [number, number, number, number, number, number] = [8, 2, 0.6, 8, 13, 0.6];
    const both = paint(across, down);
    expect(paint(down, across)).toEqual(both);
    const one = paint(across);
    const other = paint(down);
    expect(both).toEqual(one.map((value, i) => Math.max(value, other[i]!)));
  });

  test("stays inside the picture and its place in the buffer", () => {
    const guard = 32;
    const image = new Uint8Array(2 * guard + SIZE * SIZE);
    paintSegment(image, guard, SIZE, SIZE, -5, -5, 3, 30, 25, 3, 1);
    paintSegment(image, guard, SIZE, SIZE, -50, 3, 3, -40, 3, 3, 1);
    expect(image.subarray(0, guard).every((value) => value === 0)).toBe(true);
    expect(image.subarray(guard + SIZE * SIZE).every((value) => value === 0)).toBe(true);
    expect(image[guard]).toBe(255);
  });
});
