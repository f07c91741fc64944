import { knownKeys, show } from "../common/check.js";
import { ArgumentError, ShapeError } from "../common/errors.js";
import type { LoadedSamples } from "../formats/readSamples.js";
import { allocated } from "../formats/typedArrays.js";
import { checkImageOptions, IMAGE_OPTIONS, type Image, type ImageOptions, toImage } from "./decodeImage.js";
import { type ImagePixels, requirePixels } from "./imagePixels.js";

/**
 * Makes samples of images in memory, one a row: for canvases, and images that were decoded one by one.
 *
 * @param images of one size, unless the options give one
 * @param options as of `decodeImage`; `channels` is by default 3 if any of the images has colours, else 1
 * @returns bytes of shape `[images, height, width, channels]`; its `data` is what a model takes
 * @throws {ArgumentError} {ShapeError} when something is no image, or images differ in size, which names the first
 */
export function imageSamples(images: readonly ImagePixels[], options: ImageOptions = {}): LoadedSamples {
  knownKeys("imageSamples", options, IMAGE_OPTIONS);
  const wanted = checkImageOptions(options);
  if (!Array.isArray(images))
    throw new ArgumentError(`images must be an array of images, not ${show(images)}`);
  if (images.length === 0) throw new ShapeError("images is empty; at least one image is needed");
  const rasters = images.map((image, i) => requirePixels(`image ${i}`, image));
  const channels = wanted.channels ?? (rasters.some((raster) => raster.channels > 2) ? 3 : 1);
  return stackImages(
    rasters.map((raster) => toImage(raster, { ...wanted, channels })),
    (index) => `image ${index}`,
  );
}

/**
 * Images of one size as samples.
 *
 * @param name what an image is called
 * @throws {ShapeError} when one has another size than the first
 */
export function stackImages(images: readonly Image[], name: (index: number) => string): LoadedSamples {
  const { width, height, channels } = images[0]!;
  const columns = width * height * channels;
  const data = allocated(images.length * columns);
  images.forEach((image, index) => {
    if (image.width !== width || image.height !== height) {
      throw new ShapeError(
        `${name(index)} has ${image.width} × ${image.height} pixels, but ${name(0)} has ${width} × ${height}; ` +
          "give width and height to resize all of them",
      );
    }
    data.set(image.data, index * columns);
  });
  return { data, rows: images.length, columns, shape: [images.length, height, width, channels] };
}
