import { SampleRandom } from "../../datasets/sampleRandom.js";
import { Matrix, shapes, spiral } from "../../index.js";
import { drawnPoints } from "./drawnPoints.js";
import type { RunSettings } from "./runSettings.js";

/** Points in the plane, n×2, with their places on the curve where there is an order. */
export interface Points {
  readonly points: Matrix;
  readonly positions?: Float32Array;
}

/** A run's points: those to train on, and those that training does not see. */
export interface RunPoints {
  readonly training: Points;
  readonly heldOut?: Matrix;
}

/** Random stream of the noise of drawings, independent of those of the data sets. */
const STREAM = 0x6472;

/** Noise is given as for a spiral of one turn. These divisors make it look the same on shapes, and on drawings. */
const OF_SHAPES = 5;
const OF_DRAWINGS = 10;

/** Ends of the line that stands for an empty drawing. */
const [FIRST, LAST] = [0.15, 0.85];

/** Makes the points of a run. The same settings give the same bits. */
export function pointsOf(settings: RunSettings): RunPoints {
  const { points: samples, noise, turns, seed, heldOut, heldOutShare = 0 } = settings;
  const all = allPoints(settings);
  // Another seed gives the same spiral with other noise.
  if (heldOut === "show") {
    return { training: all, heldOut: spiral({ samples, noise, turns, seed: otherSeed(seed) }).points };
  }
  return heldOutShare > 0 ? divided(all, heldOutShare / 100) : { training: all };
}

function allPoints({
  data = "spiral",
  drawing = "",
  points: samples,
  noise,
  turns,
  seed,
}: RunSettings): Points {
  if (data === "spiral") return spiral({ samples, noise, turns, seed });
  if (data === "drawing") return { points: drawn(drawing, samples, noise / OF_DRAWINGS, seed) };
  const { points, positions } = shapes({ shape: data, samples, noise: noise / OF_SHAPES, seed });
  return data === "s-curve" ? { points, positions } : { points };
}

/** So many points at the drawn ones, each with its own noise; without a drawing, on a straight line. */
function drawn(text: string, samples: number, noise: number, seed: number): Matrix {
  const own = drawnPoints(text) ?? [];
  const count = own.length / 2;
  const random = new SampleRandom(seed, STREAM);
  const values = new Float32Array(2 * samples);
  for (let i = 0; i < samples; i++) {
    random.at(i);
    const from = 2 * Math.floor((i * count) / samples);
    const line = FIRST + ((LAST - FIRST) * i) / (samples - 1);
    for (const axis of [0, 1]) {
      values[2 * i + axis] = (count > 0 ? own[from + axis]! : line) + noise * random.normal();
    }
  }
  return new Matrix(values, samples, 2);
}

/** Holds a share of the points out, evenly spread, so that every part of the curve has some of both kinds. */
function divided({ points, positions }: Points, share: number): RunPoints {
  const rows = Array.from({ length: points.rows }, (_, row) => row);
  const isHeldOut = (row: number) => Math.floor((row + 1) * share) > Math.floor(row * share);
  const training = rows.filter((row) => !isHeldOut(row));
  return {
    training: {
      points: rowsOf(points, training),
      ...(positions && { positions: Float32Array.from(training, (row) => positions[row]!) }),
    },
    heldOut: rowsOf(points, rows.filter(isHeldOut)),
  };
}

function rowsOf(points: Matrix, rows: readonly number[]): Matrix {
  const data = Float32Array.from(rows.flatMap((row) => [...points.row(row)]));
  return new Matrix(data, rows.length, points.columns);
}

function otherSeed(seed: number): number {
  return seed === 0 ? 1 : seed - 1;
}
