import { knownKeys } from "../common/check.js";
import type { Matrix } from "../data/matrix.js";
import { cosPi, sinPi } from "../math/elementary.js";
import { checkInteger, checkNumber, checkSeed } from "./datasetOptions.js";
import { SampleRandom } from "./sampleRandom.js";
import { toUnitSquare } from "./unitSquare.js";

/** Random stream of the spiral's noise. Separate streams make data sets with the same seed independent. */
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
  /** Number of turns around the origin, 1e-6 to 1e6. Default 1. */
  turns?: number;
  /** A safe integer of at least 0. Default 0. */
  seed?: number;
}

/** Points along a spiral, with their positions on it. */
export interface Spiral {
  /** `samples`×2, each axis scaled to [0, 1]. */
  points: Matrix;
  /** `samples` angles t along the curve, in radians, increasing from 0 to 2π·`turns`. */
  positions: Float32Array;
}

/**
 * Generates points along an Archimedean spiral with normal noise: a one-dimensional curve in the plane, which a code with
 * one component can represent. With t evenly spaced from 0 to 2π·turns, x₁ = t·cos t + noise·n₁ and x₂ = t·sin t + noise·n₂;
 * then each axis is scaled to [0, 1] by its minimum and maximum.
 *
 * The same options give the same bits in every runtime. The noise of point i depends only on `seed` and i.
 *
 * @throws {ArgumentError} for unknown or invalid options
 *
 * @example
 * ```ts
 * import { spiral } from "isthmus";
 *
 * const { points, positions } = spiral({ samples: 500, noise: 0.3, seed: 1 });
 * console.log(points.shape, positions.length); // [ 500, 2 ] 500
 * ```
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
  return { points: toUnitSquare(raw), positions };
}
