import { integer, knownKeys, show } from "../common/check.js";
import { ArgumentError, FormatError } from "../common/errors.js";
import { foreignFile } from "../formats/foreignFile.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES } from "../formats/gzip.js";
import { type FileBytes, requireBytes } from "../formats/typedArrays.js";
import { decodeJpeg } from "./jpegPixels.js";
import { decodePng } from "./pngPixels.js";
import { opaque, type Raster, withChannels } from "./rasterImage.js";
import { resized } from "./resize.js";

/** An image of bytes, channels last: what a model takes as a sample, as `data`. */
export interface Image {
  /** Pixels of a row. */
  readonly width: number;
  /** Rows. */
  readonly height: number;
  /** Bytes of a pixel: 1 is grey, 3 are red, green and blue. */
  readonly channels: 1 | 3;
  /** Row-major, `height * width * channels` long. */
  readonly data: Uint8Array;
}

/** What to make of an image. */
export interface ImageOptions {
  /** 1 for grey, 3 for red, green and blue; default: as the image is. Grey is 0.299 R + 0.587 G + 0.114 B. */
  channels?: 1 | 3;
  /** Pixels; default: as the image is, or what keeps its proportions if only `height` is given. */
  width?: number;
  /** Pixels; default: as the image is, or what keeps its proportions if only `width` is given. */
  height?: number;
  /** What shows through transparent pixels: a grey from 0 to 255, or red, green and blue. Default 255, white. */
  background?: number | readonly [number, number, number];
}

/** Options of `decodeImage`. */
export interface DecodeImageOptions extends ImageOptions {
  /** Refuse images that take more bytes than this while they are decoded; `Infinity` for no limit. Default 2^30 (1 GiB). */
  maximumBytes?: number;
}

/** Names of the options that say what to make of an image. */
export const IMAGE_OPTIONS = ["channels", "width", "height", "background"] as const;

/**
 * Decodes a PNG or JPEG image, as its first bytes tell. Alpha is laid over `background`, 16 bits a value are rounded to 8,
 * and a photograph is turned upright as its Exif data ask. A new size takes the mean of the area that each pixel covers.
 * Colour profiles are not applied.
 *
 * @param bytes the whole file
 * @throws {FormatError} when it is neither, is damaged, or takes more than `maximumBytes`
 * @throws {ArgumentError} for options out of range
 */
export async function decodeImage(bytes: FileBytes, options: DecodeImageOptions = {}): Promise<Image> {
  return (await decodeSized(bytes, options)).image;
}

/** The same, with the size that the image had before. */
export async function decodeSized(
  bytes: FileBytes,
  options: DecodeImageOptions,
): Promise<{ image: Image; height: number; width: number }> {
  knownKeys("decodeImage", options, [...IMAGE_OPTIONS, "maximumBytes"]);
  const wanted = checkImageOptions(options);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const raster = decodeRaster(requireBytes(bytes), maximumBytes);
  return { image: toImage(raster, wanted), height: raster.height, width: raster.width };
}

function decodeRaster(file: Uint8Array, maximumBytes: number): Raster {
  if (file[0] === 0x89 && file[1] === 0x50) return decodePng(file, maximumBytes);
  if (file[0] === 0xff && file[1] === 0xd8) return decodeJpeg(file, maximumBytes);
  const foreign = foreignFile(file);
  throw new FormatError(
    foreign === undefined
      ? "bytes is neither a PNG nor a JPEG image"
      : `bytes is ${foreign}, not a PNG or JPEG image`,
  );
}

/** Options that have been checked. */
export interface WantedImage {
  readonly channels: 1 | 3 | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly background: readonly [number, number, number];
}

/** No model has wider images, and a slip of a digit must not fill the memory. */
const WIDEST = 1 << 16;

/** @throws {ArgumentError} for a number of channels, a size or a background out of range */
export function checkImageOptions({ channels, width, height, background = 255 }: ImageOptions): WantedImage {
  if (channels !== undefined && channels !== 1 && channels !== 3) {
    throw new ArgumentError(`channels must be 1 (grey) or 3 (red, green, blue), not ${show(channels)}`);
  }
  return {
    channels,
    width: width === undefined ? undefined : pixels("width", width),
    height: height === undefined ? undefined : pixels("height", height),
    background: checkBackground(background),
  };
}

function pixels(name: string, value: unknown): number {
  const size = integer(name, value);
  if (size > WIDEST) throw new ArgumentError(`${name} must be at most ${WIDEST} pixels, not ${size}`);
  return size;
}

function checkBackground(background: unknown): [number, number, number] {
  const list: unknown[] = Array.isArray(background) ? background : [background, background, background];
  const bytes = list.every(
    (value) => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255,
  );
  if (list.length === 3 && bytes) return list as [number, number, number];
  throw new ArgumentError(
    `background must be an integer from 0 to 255, or three of them, not ${show(background)}`,
  );
}

/** Converts a decoded raster to the requested channels and size. */
export function toImage(raster: Raster, { channels, width, height, background }: WantedImage): Image {
  const plain = opaque(raster, background);
  const coloured = withChannels(plain, channels ?? (plain.channels as 1 | 3));
  const scale = (side: number, of: number, to: number) =>
    Math.min(WIDEST, Math.max(1, Math.round((side * to) / of)));
  const wide = width ?? (height === undefined ? raster.width : scale(raster.width, raster.height, height));
  const high = height ?? (width === undefined ? raster.height : scale(raster.height, raster.width, width));
  return resized(coloured, wide, high) as Image;
}
