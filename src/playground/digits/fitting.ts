import { PIXELS, SIDE } from "./pictures.js";

/** The longer side of a digit's bounding box and its centre of mass, in MNIST and in the built-in digits. */
const BOX = 20;
const CENTRE = SIDE / 2;
/** Drawings that differ by at most this much stay as they are, and so stay sharp. Real digits differ as much. */
const TOLERANCE = 2;
/** Pixels of at least this value count as ink. */
const INK = 0.1;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/**
 * Makes a drawing look like the training digits: scaled to fit a box of 20×20, with its centre of mass in the middle. An
 * empty drawing stays empty.
 */
export function fitted(drawing: Float32Array): Float32Array {
  const box = inkBox(drawing);
  if (!box) return drawing.slice();
  const side = Math.max(box.right - box.left, box.bottom - box.top);
  const scale = Math.abs(side - BOX) <= TOLERANCE ? 1 : BOX / side;
  const mass = centreOfMass(drawing);
  const off = Math.max(Math.abs(mass.x - CENTRE), Math.abs(mass.y - CENTRE));
  if (scale === 1 && off <= TOLERANCE) return drawing.slice();
  // Without scaling, move by whole pixels.
  const place = (at: number) => (scale === 1 ? at + Math.round(CENTRE - at) : CENTRE);
  const [x, y] = [place(mass.x), place(mass.y)];
  const result = new Float32Array(PIXELS);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      const left = (column - x) / scale + mass.x;
      const top = (row - y) / scale + mass.y;
      result[row * SIDE + column] = meanOver(drawing, left, top, 1 / scale);
    }
  }
  return result;
}

function inkBox(drawing: Float32Array): Box | undefined {
  let [left, top, right, bottom] = [SIDE, SIDE, 0, 0];
  drawing.forEach((value, place) => {
    if (value < INK) return;
    const [x, y] = [place % SIDE, Math.floor(place / SIDE)];
    left = Math.min(left, x);
    top = Math.min(top, y);
    right = Math.max(right, x + 1);
    bottom = Math.max(bottom, y + 1);
  });
  return right > left ? { left, top, right, bottom } : undefined;
}

function centreOfMass(drawing: Float32Array): { x: number; y: number } {
  let [mass, x, y] = [0, 0, 0];
  drawing.forEach((value, place) => {
    mass += value;
    x += value * ((place % SIDE) + 0.5);
    y += value * (Math.floor(place / SIDE) + 0.5);
  });
  return { x: x / mass, y: y / mass };
}

/** The mean over a square of `side` × `side` pixels; outside the drawing there is no ink. */
function meanOver(drawing: Float32Array, left: number, top: number, side: number): number {
  let sum = 0;
  for (let row = Math.max(0, Math.floor(top)); row < Math.min(SIDE, top + side); row++) {
    const tall = Math.min(row + 1, top + side) - Math.max(row, top);
    for (let column = Math.max(0, Math.floor(left)); column < Math.min(SIDE, left + side); column++) {
      const wide = Math.min(column + 1, left + side) - Math.max(column, left);
      sum += tall * wide * drawing[row * SIDE + column]!;
    }
  }
  return sum / side ** 2;
}
