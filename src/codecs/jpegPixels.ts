import jpeg from "jpeg-js";
import { FormatError } from "../common/errors.js";
import { printable } from "../common/printable.js";
import { invalidJpeg, readJpegHeader } from "./jpegHeader.js";
import { blankRaster, checkSize, type Raster, upright } from "./rasterImage.js";

/** Bytes of memory that the decoder takes for a pixel of three components, about. */
const PER_PIXEL = 16;

/**
 * The pixels of a JPEG file, baseline or progressive: grey where it has one component, else RGB. The orientation that Exif
 * data asks for is carried out.
 *
 * @throws {FormatError} when it is not one whole JPEG file, or would take more than `maximumBytes`
 */
export function decodeJpeg(file: Uint8Array, maximumBytes: number): Raster {
  const { width, height, components, rgb, orientation } = readJpegHeader(file);
  checkSize(width, height, PER_PIXEL, maximumBytes);
  const megabytes = Math.min(maximumBytes, Number.MAX_SAFE_INTEGER) / 2 ** 20;
  const decoded = decodeStrictly(file, megabytes, rgb);
  const channels = components === 1 ? 1 : 3;
  if (decoded.width !== width || decoded.height !== height)
    throw invalidJpeg("it has more than one image size");
  const result = blankRaster(width, height, channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    for (let c = 0; c < channels; c++) result.data[pixel * channels + c] = decoded.data[3 * pixel + c]!;
  }
  return upright(result, orientation);
}

function decodeStrictly(file: Uint8Array, megabytes: number, rgb: boolean) {
  try {
    return jpeg.decode(file, {
      // The decoder takes any three components for brightness and colour unless told otherwise.
      ...(rgb && { colorTransform: false }),
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxResolutionInMP: Number.POSITIVE_INFINITY,
      maxMemoryUsageInMB: megabytes,
    });
  } catch (cause) {
    const reason = printable(cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
    throw new FormatError(invalidJpeg(reason).message, { cause });
  }
}
