import { show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import { objectTag } from "../common/objectTag.js";
import { bytesOf } from "../formats/typedArrays.js";
import type { Raster } from "./rasterImage.js";

/** Pixels in memory, a byte a channel: an `Image`, a canvas's `ImageData`, or the like. */
export interface ImagePixels {
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; default: as many as `data` has for each pixel. */
  readonly channels?: 1 | 2 | 3 | 4;
  /** Row-major, channels last. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/**
 * Checks an image in memory.
 *
 * @param name what the caller calls it, for messages
 */
export function requirePixels(name: string, image: unknown): Raster {
  const { width, height, channels, data } = (image ?? {}) as Partial<ImagePixels>;
  const size = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 1;
  if (!size(width) || !size(height) || !isBytes(data)) {
    throw new ArgumentError(
      `${name} must be an image with width, height and bytes as data, not ${describeImage(image)}`,
    );
  }
  const each = channels ?? data.length / (width! * height!);
  if (![1, 2, 3, 4].includes(each) || data.length !== width! * height! * each) {
    throw new ShapeError(
      `${name} has ${data.length} bytes, but ${width} × ${height} pixels take ${channels ?? "1, 2, 3 or 4"} each`,
    );
  }
  return { width: width!, height: height!, channels: each as Raster["channels"], data: bytesOf(data) };
}

function isBytes(data: unknown): data is Uint8Array {
  return ArrayBuffer.isView(data) && ["Uint8Array", "Uint8ClampedArray"].includes(objectTag(data));
}

function describeImage(image: unknown): string {
  if (typeof image !== "object" || image === null) return show(image);
  const { width, height, data } = image as Partial<ImagePixels>;
  return `one with width ${show(width)}, height ${show(height)} and data that is ${show(data)}`;
}
