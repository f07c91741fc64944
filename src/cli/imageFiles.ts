import { mkdir, realpath, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ArgumentError } from "../index.js";
import { savePng } from "../node.js";
import { timesText } from "./samplesSource.js";

/** Images as numbers from 0 to 1. */
export interface Images {
  readonly data: Float32Array;
  readonly rows: number;
  readonly height: number;
  readonly width: number;
  /** 1 or 3. */
  readonly channels: 1 | 3;
  /** The file that each was made of. */
  readonly names: readonly string[] | undefined;
}

/** Pixels between two images of a sheet. */
const GAP = 2;
/** The most pixels of a sheet. */
const MOST_PIXELS = 1 << 26;

/** Whether a path names a folder for images. */
export const isFolderName = (path: string) => /[/\\]$/.test(path);

/**
 * Checks, before any work, that images can be written to a folder.
 *
 * @param data the path that they are made of
 * @throws {ArgumentError} if the folder cannot be made, or is that of the originals
 */
export async function checkImageFolder(
  option: string,
  path: string,
  data: string | undefined,
): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && !found.isDirectory()) throw new ArgumentError(`${option} ${path} is a file, not a folder`);
  const parent = dirname(path);
  if (!found && !(await stat(parent).catch(() => undefined))?.isDirectory()) {
    throw new ArgumentError(`${option} ${path} cannot be made: there is no folder ${parent}`);
  }
  if (!found || data === undefined) return;
  const originals = (await stat(data).catch(() => undefined))?.isDirectory() ? data : dirname(data);
  const [own, others] = await Promise.all([path, originals].map((each) => realpath(each).catch(() => each)));
  if (own === others)
    throw new ArgumentError(`${option} ${path} has the images of DATA, which would be overwritten`);
}

/** Writes each image to a file of its own, named as the file that it was made of, or by its number. */
export async function saveImageFolder(path: string, images: Images): Promise<void> {
  const names = fileNames(images);
  await mkdir(path, { recursive: true });
  const { height, width, channels } = images;
  const size = height * width * channels;
  for (const [i, name] of names.entries()) {
    const data = toBytes(images.data.subarray(i * size, (i + 1) * size));
    await savePng(join(path, name), { width, height, channels, data });
  }
}

function fileNames({ rows, names }: Images): string[] {
  const digits = String(rows - 1).length;
  if (!names) return Array.from({ length: rows }, (_, i) => `${String(i).padStart(digits, "0")}.png`);
  const whole = names.map((name) => basename(name));
  const stems = whole.map((name) => name.replace(/\.(png|jpe?g)$/i, ""));
  // a.png and a.jpg become a.png.png and a.jpg.png.
  return new Set(stems).size === stems.length
    ? stems.map((stem) => `${stem}.png`)
    : whole.map((name) => `${name}.png`);
}

/**
 * Writes one image, or a sheet with all of them in rows.
 *
 * @throws {ArgumentError} if there are too many for a sheet
 */
export async function saveImageSheet(path: string, images: Images): Promise<void> {
  const { rows, height, width, channels } = images;
  const across = Math.ceil(Math.sqrt((rows * height) / width));
  const columns = Math.min(rows, Math.max(1, across));
  const down = Math.ceil(rows / columns);
  const sheet = {
    width: columns * (width + GAP) - GAP,
    height: down * (height + GAP) - GAP,
    channels,
  };
  if (sheet.width * sheet.height > MOST_PIXELS) {
    throw new ArgumentError(
      `${rows} images of ${timesText([height, width])} are too many for one sheet; give a folder, such as --out ${path.replace(/\.png$/i, "")}/`,
    );
  }
  const data = new Uint8Array(sheet.width * sheet.height * channels).fill(255);
  const [line, size] = [width * channels, height * width * channels];
  for (let i = 0; i < rows; i++) {
    const bytes = toBytes(images.data.subarray(i * size, (i + 1) * size));
    const [x, y] = [(i % columns) * (width + GAP), Math.floor(i / columns) * (height + GAP)];
    for (let row = 0; row < height; row++) {
      data.set(bytes.subarray(row * line, (row + 1) * line), ((y + row) * sheet.width + x) * channels);
    }
  }
  await savePng(path, { ...sheet, data });
}

/** Bytes of numbers from 0 to 1; what is beyond is cut off. */
function toBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * Math.min(1, Math.max(0, value))));
}
