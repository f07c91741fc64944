import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { DecodeImageOptions, Image } from "../codecs/decodeImage.js";
import { ArgumentError } from "../common/errors.js";
import { checkMaximumBytes, DEFAULT_MAXIMUM_BYTES, tooMuch } from "../formats/gzip.js";
import type { LoadedSamples } from "../formats/readSamples.js";
import { type FilePath, filePath } from "./filePath.js";
import { inPath, unreadable } from "./inPath.js";
import { inFile } from "./load.js";

/** Samples from image files. */
export interface LoadedImages extends LoadedSamples {
  /** The file of each sample: its name in the folder, or the path of the one file. */
  names: string[];
  /** Height and width of each image before it was resized. */
  sizes: [height: number, width: number][];
}

const IMAGE = /\.(png|jpe?g)$/i;

/**
 * Reads a PNG or JPEG file, or all of those in a folder, in the order of their names as text (so that `10.png` comes before
 * `9.png`). Other files are passed over, and folders in it are not entered.
 *
 * @param path of an image or a folder
 * @param options as of `decodeImage`; `channels` is by default 3 if any of the images has colours, else 1, and
 * `maximumBytes` limits each image, and the samples together
 * @returns bytes of shape `[images, height, width, channels]`, and the images' names
 * @throws {ArgumentError} when there is no such file or folder, or no image in it
 * @throws {ShapeError} when an image has another size than the first, and no `width` and `height` are given; names the file
 * @throws {FormatError} when an image is damaged; the message names the file
 * @throws {IsthmusError} of code `ERR_FILE` when the system refuses to read one
 */
export async function loadImages(path: FilePath, options: DecodeImageOptions = {}): Promise<LoadedImages> {
  const where = filePath(path);
  const [{ checkImageOptions, decodeSized, toImage }, { stackImages }] = await Promise.all([
    import("../codecs/decodeImage.js"),
    import("../codecs/imageSamples.js"),
  ]);
  const wanted = checkImageOptions(options);
  const maximumBytes = checkMaximumBytes(options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES);
  const { files, names } = await imageFiles(where);
  const images: Image[] = [];
  const sizes: [height: number, width: number][] = [];
  let left = maximumBytes;
  for (const file of files) {
    const { image, height, width } = await inFile(file, (bytes) => decodeSized(bytes, options));
    sizes.push([height, width]);
    left -= image.data.length;
    if (left < 0) await inPath(where, () => Promise.reject(tooMuch(maximumBytes)));
    images.push(image);
  }
  const channels = wanted.channels ?? (images.some((image) => image.channels === 3) ? 3 : 1);
  const same = images.map((image) =>
    image.channels === channels ? image : toImage(image, { ...wanted, channels }),
  );
  return { ...stackImages(same, (index) => files[index]!), names, sizes };
}

/** Paths of the images of a folder in their order, with their names; a file is itself. */
export async function imageFiles(where: string): Promise<{ files: string[]; names: string[] }> {
  const status = await stat(where).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(where, error);
  });
  if (!status.isDirectory()) return { files: [where], names: [where] };
  const entries: Dirent[] = await readdir(where, { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      throw unreadable(where, error);
    },
  );
  const names = entries
    .filter((entry) => IMAGE.test(entry.name) && !entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => entry.name)
    .sort();
  if (names.length === 0) throw new ArgumentError(`${where} is a folder without PNG or JPEG images`);
  return { files: names.map((name) => join(where, name)), names };
}
