import { contextOf } from "../shared/screenCanvas.js";
import type { Rgb } from "./diverging.js";

type Colour = (value: number) => Rgb;

/** Draws a unit's outputs as a picture of `side`×`side` pixels, which the style sheet enlarges. */
export function paintHeatMap(
  canvas: HTMLCanvasElement,
  values: Float32Array,
  side: number,
  colour: Colour,
): void {
  if (canvas.width !== side) {
    canvas.width = side;
    canvas.height = side;
  }
  const image = new ImageData(side, side);
  const { data } = image;
  for (let field = 0; field < values.length; field++) {
    const [red, green, blue] = colour(values[field]!);
    data[4 * field] = red;
    data[4 * field + 1] = green;
    data[4 * field + 2] = blue;
    data[4 * field + 3] = 255;
  }
  contextOf(canvas).putImageData(image, 0, 0);
}

/** The middle of some values and the largest distance from it, so that (value − middle) / reach is from −1 to 1. */
export function spanOf(values: Float32Array): { middle: number; reach: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { middle: (low + high) / 2, reach: (high - low) / 2 };
}
