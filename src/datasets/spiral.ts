import { knownKeys } from "../common/check.js";
import { Matrix } from "../data/matrix.js";
import { cosPi, sinPi } from "../math/elementary.js";
import { checkInteger, checkNumber, checkSeed } from "./datasetOptions.js";
import { SampleRandom } from "./sampleRandom.js";

/** The stream of the spiral's noise; streams keep the data sets of one seed independent of each other. */
const STREAM = 0x7370;

const MOST_SAMPLES = 2 ** 28;
const LEAST_TURNS = 1e-6;
const MOST = 1e6;

/** Options of `spiral`. */
export interface SpiralOptions {
  /** Number of points, 2 to 2²⁸. Default 500. */
  samples?: number;
  /** Standard deviation of the normal noise on each axis before scaling, 0 to 1e6. Default 0.3. */
  noise?: number;
  /** How often the curve winds round the origin, 1e-6 to 1e6. Default 1. */
  turns?: number;
  /** A safe integer, not negative. Default 0. */
  seed?: number;
}

/** Points along a spiral, and where on it each stands. */
export interface Spiral {
  /** `samples`×2, each axis scaled to [0, 1]. */
  points: Matrix;
  /** `samples` angles t along the curve, in radians, rising from 0 to 2π·`turns`. */
  positions: Float32Array;
}

/** Scales column `column` of a two-column table to [0, 1] by its own minimum and maximum; a constant one to 0. */
function scaleColumn(values: Float64Array, column: number, out: Float32Array): void {
  let least = Infinity;
  let most = -Infinity;
  for (let i = column; i < values.length; i += 2) {
    least = Math.min(least, values[i]!);
    most = Math.max(most, values[i]!);
  }
  const range = most > least ? most - least : 1;
  for (let i = column; i < values.length; i += 2) out[i] = (values[i]! - least) / range;
}

/**
 * Points along an Archimedean spiral with normal noise: a one-dimensional curve in the plane, to be found again
 * by a code of size 1. With t evenly spaced from 0 to 2π·turns, x₁ = t·cos t + noise·n₁ and
 * x₂ = t·sin t + noise·n₂, then each axis is scaled to [0, 1] by its own minimum and maximum.
 *
 * The same options give the same bits in every runtime; the noise of point i is a function of `seed` and i alone.
 *
 * @throws {ArgumentError} for an option that is unknown, of the wrong type or out of range
 */
export function spiral(options: SpiralOptions = {}): Spiral {
  knownKeys("spiral", options, ["samples", "noise", "turns", "seed"]);
  const { samples = 500, noise = 0.3, turns = 1, seed = 0 } = options;
  checkInteger("samples", samples, 2, MOST_SAMPLES);
  checkNumber("noise", noise, 0, MOST);
  checkNumber("turns", turns, LEAST_TURNS, MOST);
  checkSeed(seed);

  const random = new SampleRandom(seed, STREAM);
  const raw = new Float64Array(2 * samples);
  const positions = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    random.at(i);
    const halfTurns = (2 * turns * i) / (samples - 1);
    const t = Math.PI * halfTurns;
    raw[2 * i] = t * cosPi(halfTurns) + noise * random.normal();
    raw[2 * i + 1] = t * sinPi(halfTurns) + noise * random.normal();
    positions[i] = t;
  }
  const points = new Matrix(new Float32Array(raw.length), samples, 2);
  scaleColumn(raw, 0, points.data);
  scaleColumn(raw, 1, points.data);
  return { points, positions };
}
