import type { Rows } from "./source.js";
import type { Terminal } from "./terminal.js";

/** Columns between two pictures. */
const GAP = 2;
/** Pictures shrink until this many fit side by side, */
const WANTED = 5;
/** but they stay at least this many pixels wide. */
const LEAST_WIDTH = 10;
/** Values up to this count as background. Edges that are background in all pictures are cut off. */
const PAPER = 0.1;

const SHADES = " ░▒▓█";

/** Part of a picture. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Grey values from 0 to 1. */
interface Picture {
  readonly values: Float32Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Draws as many pictures side by side as fit, each original above its reconstruction. A terminal with colours shows
 * half blocks (two pixels per character), others show shades.
 */
export function drawPictures(
  originals: Rows,
  reconstructions: Rows,
  sides: { readonly width: number; readonly height: number },
  terminal: Terminal,
): string {
  const all = [toPictures(originals, sides), toPictures(reconstructions, sides)];
  const box = inkBox(all.flat());
  const fitting = Math.floor((terminal.columns + GAP) / Math.min(WANTED, originals.rows)) - GAP;
  const width = Math.min(box.width, Math.max(LEAST_WIDTH, fitting));
  const height = 2 * Math.max(1, Math.round((box.height * width) / box.width / 2));
  const shown = Math.max(1, Math.floor((terminal.columns + GAP) / (width + GAP)));
  return all
    .map((pictures) => pictures.slice(0, shown).map((picture) => resize(picture, box, width, height)))
    .map((pictures) => drawRow(pictures, height, terminal))
    .join("\n\n");
}

function toPictures(
  { data, rows, columns }: Rows,
  { width, height }: { width: number; height: number },
): Picture[] {
  const scale = data instanceof Uint8Array ? 1 / 255 : 1;
  return Array.from({ length: rows }, (_, i) => ({
    values: Float32Array.from(data.subarray(i * columns, (i + 1) * columns), (value) =>
      Math.min(1, Math.max(0, value * scale)),
    ),
    width,
    height,
  }));
}

/** The smallest box around all ink, with a margin of one pixel. */
function inkBox(pictures: readonly Picture[]): Box {
  const { width, height } = pictures[0]!;
  const hasInk = (x: number, y: number) => pictures.some(({ values }) => values[y * width + x]! > PAPER);
  const xs = Array.from({ length: width }, (_, x) => x);
  const ys = Array.from({ length: height }, (_, y) => y);
  const inkedX = xs.filter((x) => ys.some((y) => hasInk(x, y)));
  const inkedY = ys.filter((y) => inkedX.some((x) => hasInk(x, y)));
  if (inkedX.length === 0) return { left: 0, top: 0, width, height };
  const left = Math.max(0, inkedX[0]! - 1);
  const top = Math.max(0, inkedY[0]! - 1);
  const right = Math.min(width, inkedX.at(-1)! + 2);
  const bottom = Math.min(height, inkedY.at(-1)! + 2);
  return { left, top, width: right - left, height: bottom - top };
}

/** Resizes part of a picture. Each pixel is the mean of the area that it covers. */
function resize(picture: Picture, box: Box, width: number, height: number): Picture {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const rows = covered(box.top, box.height, y, height, picture.height);
    for (let x = 0; x < width; x++) {
      const columns = covered(box.left, box.width, x, width, picture.width);
      let sum = 0;
      let area = 0;
      for (const [row, tall] of rows) {
        for (const [column, wide] of columns) {
          sum += tall * wide * picture.values[row * picture.width + column]!;
          area += tall * wide;
        }
      }
      values[y * width + x] = sum / area;
    }
  }
  return { values, width, height };
}

/** The source pixels under target pixel `index` of `parts`, and how much of each it covers. */
function covered(
  start: number,
  length: number,
  index: number,
  parts: number,
  limit: number,
): [number, number][] {
  const from = start + (index * length) / parts;
  const to = start + ((index + 1) * length) / parts;
  const pixels: [number, number][] = [];
  for (let i = Math.floor(from); i < Math.min(to, limit); i++) {
    pixels.push([i, Math.min(to, i + 1) - Math.max(from, i)]);
  }
  return pixels;
}

function drawRow(pictures: readonly Picture[], height: number, terminal: Terminal): string {
  const lines = Array.from({ length: height / 2 }, (_, line) =>
    pictures.map((picture) => drawLine(picture, 2 * line, terminal)).join(" ".repeat(GAP)),
  );
  return lines.join("\n");
}

/** Draws rows `y` and `y + 1` of a picture as one line of characters. */
function drawLine({ values, width }: Picture, y: number, { depth }: Terminal): string {
  const upper = values.subarray(y * width, (y + 1) * width);
  const lower = values.subarray((y + 1) * width, (y + 2) * width);
  if (depth < 8) {
    const shade = (value: number) => SHADES[Math.min(SHADES.length - 1, Math.floor(value * SHADES.length))]!;
    return Array.from(upper, (value, x) => shade((value + lower[x]!) / 2)).join("");
  }
  const code = depth >= 24 ? trueGrey : indexedGrey;
  const cells = Array.from(upper, (value, x) => `\x1b[38;${code(value)};48;${code(lower[x]!)}m▀`);
  return `${cells.join("")}\x1b[0m`;
}

function trueGrey(value: number): string {
  const level = Math.round(value * 255);
  return `2;${level};${level};${level}`;
}

/** Greys among the 256 colours: black is 16, then 232 to 255, and white is 231. */
function indexedGrey(value: number): string {
  const level = Math.round(value * 25);
  if (level === 0) return "5;16";
  return level === 25 ? "5;231" : `5;${231 + level}`;
}
