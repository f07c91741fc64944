import type { Trace } from "./pen.js";
import { paintSegment } from "./raster.js";
import type { SampleRandom } from "./sampleRandom.js";

/** Length of the longer side of a digit, in pixels, as in MNIST (LeCun et al., 1998). */
const BOX = 20;

/** Width of the empty margin on each side of the picture, in pixels. */
const MARGIN = 1;

/** Maximum distance of the centre of mass from the middle on each axis, in pixels. MNIST moves by whole pixels. */
const SHIFT = 0.5;

/** Width of an edge from no ink to full ink in pixels: minimum and maximum extra. */
const SOFTNESS = 0.9;
const SOFTNESS_RANGE = 0.5;

/**
 * Maximum ink density: the length of the path times the pen's width, per pixel of the path's bounding box with `INK_ROOM`
 * added to each side. A thicker pen is made thinner; otherwise it would fill the loops of an 8.
 */
const INK = 0.6;
const INK_ROOM = 6;

/** Tremor of the pen in pixels, uniform at each point, and the share that carries over to the next point. */
const TREMOR = 0.4;
const TREMOR_KEPT = 0.6;

/** Length of piece i of the trace, which ends at point i; 0 at the start of a stroke. */
function pieceLength(trace: Trace, i: number): number {
  const { x, y, starts } = trace;
  if (starts[i] === 1) return 0;
  const dx = x[i]! - x[i - 1]!;
  const dy = y[i]! - y[i - 1]!;
  return Math.sqrt(dx * dx + dy * dy);
}

/** Scales the trace so that its ink fits the box, and makes the pen thinner if necessary. Radii are already in pixels. */
function scaleToBox(trace: Trace): void {
  const { x, y, radius, length } = trace;
  let left = Infinity;
  let right = -Infinity;
  let top = Infinity;
  let bottom = -Infinity;
  let widest = 0;
  let ink = 0;
  for (let i = 0; i < length; i++) {
    left = Math.min(left, x[i]!);
    right = Math.max(right, x[i]!);
    top = Math.min(top, y[i]!);
    bottom = Math.max(bottom, y[i]!);
    widest = Math.max(widest, radius[i]!);
    ink += pieceLength(trace, i) * 2 * radius[i]!;
  }
  const scale = (BOX - 2 * widest) / Math.max(right - left, bottom - top);
  const room = ((right - left) * scale + INK_ROOM) * ((bottom - top) * scale + INK_ROOM);
  const thinner = Math.min(1, (INK * room) / (ink * scale));
  for (let i = 0; i < length; i++) {
    x[i]! *= scale;
    y[i]! *= scale;
    radius[i]! *= thinner;
  }
}

/** Makes the pen tremble along its path: a first-order autoregression on each axis. */
function tremble(trace: Trace, random: SampleRandom): void {
  const { x, y, length } = trace;
  let dx = 0;
  let dy = 0;
  for (let i = 0; i < length; i++) {
    dx = TREMOR_KEPT * dx + TREMOR * (2 * random.uniform() - 1);
    dy = TREMOR_KEPT * dy + TREMOR * (2 * random.uniform() - 1);
    x[i]! += dx;
    y[i]! += dy;
  }
}

/** The centre of mass on one axis. The weight of a piece is its length times the pen's width. */
function centreOfMass(values: Float64Array, trace: Trace): number {
  const { radius, length } = trace;
  let mass = 0;
  let moment = 0;
  for (let i = 1; i < length; i++) {
    const weight = pieceLength(trace, i) * (radius[i]! + radius[i - 1]!);
    mass += weight;
    moment += (weight * (values[i]! + values[i - 1]!)) / 2;
  }
  return moment / mass;
}

/** Moves one axis by `shift`, but only as far as the ink with its edges stays inside the margin. */
function move(values: Float64Array, trace: Trace, shift: number, size: number): void {
  const { radius, length } = trace;
  const edge = (SOFTNESS + SOFTNESS_RANGE) / 2;
  let least = Infinity;
  let most = -Infinity;
  for (let i = 0; i < length; i++) {
    least = Math.min(least, values[i]! - radius[i]! - edge);
    most = Math.max(most, values[i]! + radius[i]! + edge);
  }
  const kept = Math.max(MARGIN - least, Math.min(size - 1 - MARGIN - most, shift));
  for (let i = 0; i < length; i++) values[i]! += kept;
}

/**
 * Scales a trace to the box and moves its centre of mass to pixel (size/2, size/2) of a picture of `size`×`size` pixels,
 * which MNIST uses as the middle.
 */
export function placeTrace(trace: Trace, size: number, random: SampleRandom): void {
  scaleToBox(trace);
  tremble(trace, random);
  const middle = size / 2;
  const centreX = centreOfMass(trace.x, trace);
  const centreY = centreOfMass(trace.y, trace);
  move(trace.x, trace, middle - centreX + SHIFT * (2 * random.uniform() - 1), size);
  move(trace.y, trace, middle - centreY + SHIFT * (2 * random.uniform() - 1), size);
}

/** Paints a placed trace on the `size`×`size` zero bytes at `offset`. */
export function drawTrace(
  trace: Trace,
  image: Uint8Array,
  offset: number,
  size: number,
  random: SampleRandom,
): void {
  const { x, y, radius, starts, length } = trace;
  const softness = SOFTNESS + SOFTNESS_RANGE * random.uniform();
  for (let i = 1; i < length; i++) {
    if (starts[i] === 1) continue;
    const before = i - 1;
    paintSegment(
      image,
      offset,
      size,
      size,
      x[before]!,
      y[before]!,
      radius[before]!,
      x[i]!,
      y[i]!,
      radius[i]!,
      softness,
    );
  }
}
