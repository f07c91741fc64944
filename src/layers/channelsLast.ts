import { ShapeError } from "../common/errors.js";
import { type Shape, shapeText, sizeOf } from "./shape.js";

/** Lengths of a picture: a sequence is one of height 1. */
export type Picture = readonly [height: number, width: number, channels: number];

/** The shape that would make a picture of `shape`, as well as that can be told. */
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
 * Takes the shape of a sample as that of a picture.
 *
 * @param name of the layer in messages: `encoder[0]`
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
 * Takes the shape of a sample as that of a sequence, and that as a picture of height 1.
 *
 * @param name of the layer in messages: `encoder[0]`
 * @throws {ShapeError} unless it has two dimensions
 */
export function toSequence(name: string, kind: string, shape: Shape): Picture {
  if (shape.length === 2) return [1, ...(shape as unknown as [number, number])];
  const channels = shape.length > 2 ? shape.at(-1)! : 1;
  throw new ShapeError(
    `${name}, ${kind}, must get samples of the shape [steps, channels], not ${shapeText(shape)}; ` +
      `put reshape(${shapeText([sizeOf(shape) / channels, channels])}) before it` +
      (shape.length === 3 && kind.endsWith("1d") ? `, or use ${kind.replace(/1d$/, "2d")}` : ""),
  );
}
