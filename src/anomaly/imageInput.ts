import { integer, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { checkValues, type Rows, type Samples, toOwnRows } from "../data/samples.js";
import type { SampleArray } from "../data/values.js";
import { type ImageDimensions, imageDimensions } from "./imageRegions.js";

/** Images with their shape, as `loadImages`, `loadSamples` and `imageSamples` return them. */
export interface ShapedImages {
  /** The values, image by image, row-major and channels last. */
  readonly data: SampleArray;
  /** `[images, height, width]` or `[images, height, width, channels]`. */
  readonly shape: readonly number[];
}

/** Images in memory, with or without their shape. */
export type ImageInput = Samples | ShapedImages;

/** The shape of an image: grey ones need no channels. */
export type GivenShape = readonly [height: number, width: number] | ImageDimensions;

/**
 * Images as rows, all of whose values are bytes or from 0 to 1.
 *
 * @param size values of an image
 * @throws {ShapeError} {ArgumentError} {NonFiniteError} for anything else
 */
export function imageRows(name: string, images: ImageInput, size: number): Rows {
  const rows = toOwnRows(name, isShaped(images) ? images.data : images, size);
  for (const _ of checkValues(rows, "finite")) {
    // All values are checked before anything else happens.
  }
  const { data, columns } = rows;
  const beyond = data instanceof Uint8Array ? -1 : data.findIndex((value) => !(value >= 0 && value <= 1));
  if (beyond < 0) return rows;
  throw new ArgumentError(
    `image ${Math.floor(beyond / columns)} of ${name} has the value ${data[beyond]}; ` +
      "images must be bytes, or numbers from 0 to 1",
  );
}

/**
 * The shape of an image, as given or as the images say.
 *
 * @throws {ArgumentError} if neither tells
 * @throws {ShapeError} unless it is that of an image
 */
export function imageShapeOf(images: ImageInput, given: GivenShape | undefined): ImageDimensions {
  const found: unknown = given ?? (isShaped(images) ? images.shape.slice(1) : undefined);
  if (found === undefined) {
    throw new ArgumentError(
      "images has no shape of its own; give imageShape, the height and width of an image, and 3 for RGB",
    );
  }
  if (!Array.isArray(found)) throw new ArgumentError(`imageShape must be an array, not ${show(found)}`);
  const sides = found.map((side, i) => integer(`imageShape[${i}]`, side));
  const shape = imageDimensions(sides.length === 2 ? [...sides, 1] : sides);
  if (shape) return shape;
  throw new ShapeError(
    `imageShape must be a height, a width, and 1 or 3 channels, not [${sides.join(", ")}]`,
  );
}

/** Matrices have a shape, too, but none of images. */
function isShaped(images: ImageInput): images is ShapedImages {
  const { shape, data } = (images ?? {}) as Partial<ShapedImages>;
  return Array.isArray(shape) && shape.length > 2 && ArrayBuffer.isView(data);
}
