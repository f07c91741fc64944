import { FormatError } from "../common/errors.js";
import { allocated } from "../formats/typedArrays.js";

/** An image as its file has it: grey (1), grey and alpha (2), RGB (3) or RGBA (4), a byte each, row-major. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** A raster of black. */
export function blankRaster(width: number, height: number, channels: Raster["channels"]): Raster {
  return { width, height, channels, data: allocated(width * height * channels) };
}

/**
 * The sizes that a file states, before any memory is taken for them.
 *
 * @param bytes that a pixel takes while it is decoded
 * @throws {FormatError} when there are no pixels, or they would take more than `maximumBytes`
 */
export function checkSize(width: number, height: number, bytes: number, maximumBytes: number): void {
  if (width === 0 || height === 0) throw new FormatError(`bytes is an image of ${width} × ${height} pixels`);
  if (width * height * bytes > maximumBytes) {
    throw new FormatError(
      `bytes is an image of ${width} × ${height} pixels, which takes more than maximumBytes (${maximumBytes} bytes)`,
    );
  }
}

/**
 * The image without its alpha channel, over a background.
 *
 * @param background red, green and blue
 */
export function opaque(image: Raster, background: readonly [number, number, number]): Raster {
  const { width, height, channels, data } = image;
  if (channels === 1 || channels === 3) return image;
  const grey = channels === 2;
  // A grey image stays grey on a grey background.
  const ground = grey && background.every((value) => value === background[0]) ? [background[0]] : background;
  const result = blankRaster(width, height, ground.length as 1 | 3);
  let to = 0;
  for (let from = 0; from < data.length; from += channels) {
    const alpha = data[from + channels - 1]!;
    for (let c = 0; c < ground.length; c++) {
      const value = data[from + (grey ? 0 : c)]!;
      result.data[to++] = Math.round((value * alpha + ground[c]! * (255 - alpha)) / 255);
    }
  }
  return result;
}

/**
 * Grey from RGB by ITU-R 601-2, rounded as Pillow's `convert("L")` rounds; RGB from grey; else the image itself.
 *
 * @param image without alpha
 */
export function withChannels(image: Raster, channels: 1 | 3): Raster {
  if (image.channels === channels) return image;
  const { data } = image;
  const result = blankRaster(image.width, image.height, channels);
  for (let pixel = 0; pixel < image.width * image.height; pixel++) {
    if (channels === 3) result.data.fill(data[pixel]!, 3 * pixel, 3 * pixel + 3);
    else {
      const [red, green, blue] = [data[3 * pixel]!, data[3 * pixel + 1]!, data[3 * pixel + 2]!];
      result.data[pixel] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
    }
  }
  return result;
}

/** Where a row of pixels goes when an image is turned: whether it is mirrored, and both axes are exchanged. */
const TURNS: readonly { readonly flipX: boolean; readonly flipY: boolean; readonly swap: boolean }[] = [
  { flipX: false, flipY: false, swap: false },
  { flipX: true, flipY: false, swap: false },
  { flipX: true, flipY: true, swap: false },
  { flipX: false, flipY: true, swap: false },
  { flipX: false, flipY: false, swap: true },
  { flipX: false, flipY: true, swap: true },
  { flipX: true, flipY: true, swap: true },
  { flipX: true, flipY: false, swap: true },
];

/**
 * The image upright.
 *
 * @param orientation as Exif has it, 1 to 8: where the first row and the first column of the data belong
 */
export function upright(image: Raster, orientation: number): Raster {
  if (orientation === 1) return image;
  const { flipX, flipY, swap } = TURNS[orientation - 1]!;
  const { channels, data } = image;
  const [width, height] = swap ? [image.height, image.width] : [image.width, image.height];
  const result = blankRaster(width, height, channels);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [a, b] = swap ? [y, x] : [x, y];
      const column = flipX ? image.width - 1 - a : a;
      const row = flipY ? image.height - 1 - b : b;
      const from = (row * image.width + column) * channels;
      for (let c = 0; c < channels; c++) result.data[to++] = data[from + c]!;
    }
  }
  return result;
}
