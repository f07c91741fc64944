import { SIDE } from "./pictures.js";

/** A point in a picture, in pixels; (0.5, 0.5) is the middle of the first pixel. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Distance between the dabs of a stroke, in pixels. */
const SPACING = 0.25;
/** Width of the soft edge of a dab, in pixels. */
const EDGE = 1;

/**
 * Draws a stroke with a round brush into a picture of 28×28 values from 0 to 1.
 *
 * @param radius radius of the brush, in pixels
 * @param erase whether to remove ink instead
 */
export function paintStroke(
  picture: Float32Array,
  from: Point,
  to: Point,
  radius: number,
  erase = false,
): void {
  const dabs = Math.max(1, Math.ceil(Math.hypot(to.x - from.x, to.y - from.y) / SPACING));
  for (let i = 0; i <= dabs; i++) {
    const part = i / dabs;
    dab(picture, from.x + part * (to.x - from.x), from.y + part * (to.y - from.y), radius, erase);
  }
}

function dab(picture: Float32Array, x: number, y: number, radius: number, erase: boolean): void {
  const reach = radius + EDGE;
  for (let row = lowest(y - reach); row < highest(y + reach); row++) {
    for (let column = lowest(x - reach); column < highest(x + reach); column++) {
      const distance = Math.hypot(column + 0.5 - x, row + 0.5 - y);
      const ink = Math.min(1, Math.max(0, (radius + EDGE / 2 - distance) / EDGE));
      const place = row * SIDE + column;
      const before = picture[place]!;
      picture[place] = erase ? Math.min(before, 1 - ink) : Math.max(before, ink);
    }
  }
}

function lowest(from: number): number {
  return Math.max(0, Math.floor(from));
}

function highest(to: number): number {
  return Math.min(SIDE, Math.ceil(to));
}
