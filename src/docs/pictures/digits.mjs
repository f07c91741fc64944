// Sheets of digits, as the README's snippets compress, denoise and map them.
import { encodePng } from "isthmus/codecs";
import { run } from "./runs.mjs";

const SIDE = 28;
/** Pixels of a picture for each of a digit. */
const SCALE = 2;
/** Digits in a row of a sheet. */
const ACROSS = 12;

/**
 * A grey PNG with digits side by side, dark on white.
 *
 * @param {readonly ArrayLike<number>[]} digits ink from 0 to 1, or bytes
 * @param {number} across digits in a row
 * @param {number} scale
 */
function sheet(digits, across, scale = SCALE) {
  const [width, height] = [across * SIDE * scale, Math.ceil(digits.length / across) * SIDE * scale];
  const data = new Uint8Array(width * height).fill(255);
  digits.forEach((digit, index) => {
    const ink = digit instanceof Uint8Array ? 1 : 255;
    const [left, top] = [(index % across) * SIDE * scale, Math.floor(index / across) * SIDE * scale];
    for (let y = 0; y < SIDE * scale; y++) {
      for (let x = 0; x < SIDE * scale; x++) {
        const value = ink * digit[Math.floor(y / scale) * SIDE + Math.floor(x / scale)];
        data[(top + y) * width + left + x] = 255 - Math.round(Math.min(255, Math.max(0, value)));
      }
    }
  });
  return encodePng({ width, height, channels: 1, data });
}

/** The first digits of bytes. @param {Uint8Array} images */
const bytes = (images) =>
  Array.from({ length: ACROSS }, (_, i) => images.subarray(i * SIDE * SIDE, (i + 1) * SIDE * SIDE));

/** Rows of a matrix. @param {import("isthmus").Matrix} matrix @param {number} count */
const rows = (matrix, count) => Array.from({ length: count }, (_, i) => matrix.row(i));

/** Originals above reconstructions. */
export async function drawRebuilt() {
  const { images, rebuilt } = await run("Compress images", ["images", "rebuilt"]);
  return sheet([...bytes(images), ...rows(rebuilt, ACROSS)], ACROSS);
}

/** Unseen digits, the same digits with noise added, and the digits after the model has removed it. */
export async function drawDenoised() {
  const { unseen, noisy, clean } = await run("Remove noise", ["unseen", "noisy", "clean"]);
  return sheet([...bytes(unseen), ...rows(noisy, ACROSS), ...rows(clean, ACROSS)], ACROSS);
}

/** The decoder's pictures of a grid of codes. */
export async function drawMap() {
  const { map } = await run("Draw a map", ["map"]);
  return sheet(rows(map, map.rows), 20, 1);
}
