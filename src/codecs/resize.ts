import { blankRaster, type Raster } from "./rasterImage.js";

/**
 * The image in another size, each pixel the mean of the area that it covers; where it grows, of the nearest pixels.
 *
 * @param image without alpha, which would have to weigh the colours
 */
export function resized(image: Raster, width: number, height: number): Raster {
  if (image.width === width && image.height === height) return image;
  const { channels, data } = image;
  // First along rows, then along columns, with one rounding at the end.
  const narrow = new Float64Array(width * image.height * channels);
  averageAlong(image.width, width, (from, to, share) => {
    for (let y = 0; y < image.height; y++) {
      const source = (y * image.width + from) * channels;
      const target = (y * width + to) * channels;
      for (let c = 0; c < channels; c++) narrow[target + c]! += share * data[source + c]!;
    }
  });
  const row = width * channels;
  const sums = new Float64Array(row * height);
  averageAlong(image.height, height, (from, to, share) => {
    for (let i = 0; i < row; i++) sums[to * row + i]! += share * narrow[from * row + i]!;
  });
  const result = blankRaster(width, height, channels);
  for (let i = 0; i < sums.length; i++) result.data[i] = Math.round(sums[i]!);
  return result;
}

/** Calls for every pair of an old and a new place with the share of the new one that the old one covers. */
function averageAlong(before: number, after: number, add: (from: number, to: number, share: number) => void) {
  for (let to = 0; to < after; to++) {
    // In units of 1 / after of an old place, so that all borders are integers.
    const begin = to * before;
    const end = begin + before;
    for (let from = Math.floor(begin / after); from * after < end; from++) {
      const covered = Math.min(end, (from + 1) * after) - Math.max(begin, from * after);
      add(from, to, covered / before);
    }
  }
}
