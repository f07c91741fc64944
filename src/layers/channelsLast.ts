import { ShapeError } from "../common/errors.js";
import { type Shape, shapeText, sizeOf } from "./shape.js";

/** Dimensions of an image. A sequence is treated as an image of height 1. */
export type Picture = readonly [height: number, width: number, channels: number];

/** Suggests an image shape for `shape`, as a best guess. */
function pictureFor(shape: Shape): string {
  const size = sizeOf(shape);
  if (shape.length === 2) return shapeText([...shape, 1]);
  for (const channels of [1, 3]) {
    const side = Math.sqrt(size / channels);
    if (shape.length === 1 && Number.isInteger(side)) return shapeText([side, side, channels]);
  }
  return "[height, width, channels]";
}

/**
 * Reads a sample's shape as an image's.
 *
 * @param name the layer's name in messages: `encoder[0]`
 * @throws {ShapeError} unless it has three dimensions
 */
export function toPicture(name: string, kind: string, shape: Shape): Picture {
  if (shape.length === 3) return shape as unknown as Picture;
  throw new ShapeError(
    `${name}, ${kind}, must get samples of the shape [height, width, channels], not ${shapeText(shape)}; ` +
      `put reshape(${pictureFor(shape)}) before it`,
  );
}

/**
 * Reads a sample's shape as a sequence's, and returns it as an image of height 1.
 *
 * @param name the layer's name in messages: `encoder[0]`
 * @throws {ShapeError} unless it has two dimensions
 */
export function toSequence(name: string, kind: string, shape: Shape): Picture {
  if (shape.length === 2) return [1, ...(shape as unknown as [number, number])];
  const channels = shape.length > 2 ? shape.at(-1)! : 1;
  throw new ShapeError(
    `${name}, ${kind}, must get samples of the shape [steps, channels], not ${shapeText(shape)}; ` +
      `put reshape(${shapeText([sizeOf(shape) / channels, channels])}) before it` +
      (shape.length === 3 && kind.includes("1d") ? `, or use ${kind.replace("1d", "2d")}` : ""),
  );
}
