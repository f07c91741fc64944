import { unzlibSync } from "fflate";
import { FormatError } from "../common/errors.js";
import { allocated } from "../formats/typedArrays.js";
import { invalidPng, type PngChunks, pngChunks } from "./pngChunks.js";
import { blankRaster, checkSize, type Raster } from "./rasterImage.js";

/** Section 8.2: of every part of an interlaced image, its first pixel and the steps between its pixels. */
const ADAM7 = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];
const WHOLE = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];

/**
 * The pixels of a PNG file, of any kind that the standard has; 16 bits a value are rounded to 8.
 *
 * @throws {FormatError} when it is not one whole PNG file, or would take more than `maximumBytes`
 */
export function decodePng(file: Uint8Array, maximumBytes: number): Raster {
  const chunks = pngChunks(file);
  const { width, height, depth, samples, palette, transparency } = chunks;
  checkSize(width, height, Math.max(4, (samples * depth) / 8), maximumBytes);
  const values = readValues(chunks);
  const alpha = transparency ? 1 : 0;
  if (palette) return coloured(chunks, values, palette);
  const result = blankRaster(width, height, (samples + alpha) as Raster["channels"]);
  const most = 2 ** depth - 1;
  const bytes = Uint8Array.from({ length: most + 1 }, (_, value) => Math.round((255 * value) / most));
  const clear = Array.from(
    { length: alpha * samples },
    (_, i) => transparency![2 * i]! * 256 + transparency![2 * i + 1]!,
  );
  let to = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    let seen = false;
    for (let c = 0; c < samples; c++) {
      const value = values[pixel * samples + c]!;
      seen ||= value !== clear[c];
      result.data[to++] = bytes[value]!;
    }
    if (alpha) result.data[to++] = seen ? 255 : 0;
  }
  return result;
}

/** The colours of indices. */
function coloured(
  { width, height, transparency }: PngChunks,
  indices: ArrayLike<number>,
  palette: Uint8Array,
) {
  const channels = transparency ? 4 : 3;
  const result = blankRaster(width, height, channels);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const index = indices[pixel]!;
    if (3 * index >= palette.length) {
      throw invalidPng(`it has the colour ${index}, but ${palette.length / 3} in its palette`);
    }
    for (let c = 0; c < 3; c++) result.data[pixel * channels + c] = palette[3 * index + c]!;
    if (transparency) result.data[pixel * channels + 3] = transparency[index] ?? 255;
  }
  return result;
}

/** The values of all pixels, as wide as the file has them. */
function readValues(chunks: PngChunks): Uint8Array | Uint16Array {
  const { width, height, depth, samples, interlaced } = chunks;
  const parts = (interlaced ? ADAM7 : WHOLE)
    .map(({ x, y, stepX, stepY }) => {
      const columns = Math.ceil((width - x) / stepX);
      return {
        x,
        y,
        stepX,
        stepY,
        columns,
        rows: Math.ceil((height - y) / stepY),
        line: lineBytes(columns, chunks),
      };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const size = parts.reduce((sum, { rows, line }) => sum + rows * (1 + line), 0);
  const lines = inflatedLines(chunks.data, size);
  const count = width * height * samples;
  const values = depth === 16 ? new Uint16Array(allocated(2 * count).buffer) : allocated(count);
  let at = 0;
  for (const { x, y, stepX, stepY, columns, rows, line } of parts) {
    let above: Uint8Array = new Uint8Array(line);
    for (let row = 0; row < rows; row++) {
      const current = lines.subarray(at + 1, at + 1 + line);
      unfilter(lines[at]!, current, above, Math.max(1, (samples * depth) / 8));
      spread(current, depth, columns * samples, (value, i) => {
        const column = x + Math.floor(i / samples) * stepX;
        values[((y + row * stepY) * width + column) * samples + (i % samples)] = value;
      });
      above = current;
      at += 1 + line;
    }
  }
  return values;
}

function lineBytes(columns: number, { depth, samples }: PngChunks): number {
  return Math.ceil((columns * samples * depth) / 8);
}

function inflatedLines(data: Uint8Array, size: number): Uint8Array {
  // Deflate has no more than this in so few bytes.
  if (size > 1032 * data.length) throw invalidPng("its data is cut short");
  try {
    const lines = unzlibSync(data, { out: allocated(size) });
    if (lines.length === size) return lines;
  } catch (cause) {
    throw new FormatError(invalidPng("its data is damaged").message, { cause });
  }
  throw invalidPng("its data is cut short");
}

/** Section 9: a line from what its filter left of it, in place; `step` is the distance to the pixel before. */
function unfilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  if (filter > 4) throw invalidPng(`it has a line with filter ${filter}`);
  if (filter === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i < step ? 0 : line[i - step]!;
    const up = above[i]!;
    if (filter === 1) line[i]! += left;
    else if (filter === 2) line[i]! += up;
    else if (filter === 3) line[i]! += (left + up) >> 1;
    else line[i]! += paeth(left, up, i < step ? 0 : above[i - step]!);
  }
}

function paeth(left: number, up: number, corner: number): number {
  const toLeft = Math.abs(up - corner);
  const toUp = Math.abs(left - corner);
  const toCorner = Math.abs(left + up - 2 * corner);
  if (toLeft <= toUp && toLeft <= toCorner) return left;
  return toUp <= toCorner ? up : corner;
}

/** Calls with each of `count` values of `depth` bits. */
function spread(
  line: Uint8Array,
  depth: number,
  count: number,
  take: (value: number, index: number) => void,
): void {
  for (let i = 0; i < count; i++) {
    if (depth === 8) take(line[i]!, i);
    else if (depth === 16) take(line[2 * i]! * 256 + line[2 * i + 1]!, i);
    else take((line[(i * depth) >> 3]! >> (8 - depth - ((i * depth) & 7))) & (2 ** depth - 1), i);
  }
}
