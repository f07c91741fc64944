import { knownKeys, show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";
import type { Matrix } from "../data/matrix.js";
import { cosPi, sinPi } from "../math/elementary.js";
import { checkInteger, checkNumber, checkSeed } from "./datasetOptions.js";
import { SampleRandom } from "./sampleRandom.js";
import { toUnitSquare } from "./unitSquare.js";

/** Random stream of the shapes' noise. Separate streams make data sets with the same seed independent. */
const STREAM = 0x7368;

const LEAST_SAMPLES = 8;
const MOST_SAMPLES = 2 ** 28;
const MOST_NOISE = 1e6;

/** Half turns of the S-curve, from its upper to its lower end: its bows do not come back to its middle. */
const S_HALF_TURNS = 2.4;
/** The middles of the clusters, at distances that differ, and their own standard deviation. */
const CENTRES = [
  [-0.8, 0.7],
  [0.9, 0.9],
  [-0.4, -0.9],
  [0.8, -0.4],
] as const;
const SPREAD = 0.15;

/**
 * What `shapes` can draw: a closed circle, two half moons that reach into each other, a letter S, or four round clusters.
 */
export type ShapeName = "circle" | "moons" | "s-curve" | "clusters";

/** Options of `shapes`. */
export interface ShapesOptions {
  /** Default `"moons"`. */
  shape?: ShapeName;
  /** Number of points, 8 to 2²⁸. Default 500. */
  samples?: number;
  /** Standard deviation of the normal noise on each axis before scaling, where curves have a radius of 1; 0 to 1e6. Default 0.05. */
  noise?: number;
  /** A safe integer of at least 0. Default 0. */
  seed?: number;
}

/** Points of a shape in the plane, part by part. */
export interface Shapes {
  /** `samples`×2, each axis scaled to [0, 1]. */
  points: Matrix;
  /** `samples` numbers of parts: which moon (0 or 1) or cluster (0 to 3) a point belongs to; 0 for shapes of one piece. */
  labels: Uint8Array;
  /** `samples` places along the point's own part, increasing from 0 to 1; all 0 for clusters, which have no order. */
  positions: Float32Array;
}

/** A point of a part before noise: at `place`, from 0 to 1, of part `label`. */
type Curve = (place: number, label: number) => readonly [number, number];

const SHAPES: { readonly [name in ShapeName]: { readonly parts: number; readonly curve: Curve } } = {
  circle: { parts: 1, curve: (place) => [cosPi(2 * place), sinPi(2 * place)] },
  moons: {
    parts: 2,
    curve: (place, label) =>
      label === 0 ? [cosPi(place), sinPi(place)] : [1 - cosPi(place), 0.5 - sinPi(place)],
  },
  "s-curve": {
    parts: 1,
    curve: (place) => {
      const halfTurns = S_HALF_TURNS * (place - 0.5);
      return [sinPi(halfTurns), Math.sign(halfTurns) * (cosPi(halfTurns) - 1)];
    },
  },
  clusters: { parts: CENTRES.length, curve: (_, label) => CENTRES[label]! },
};

/**
 * Generates points of a well-known shape in the plane, with normal noise: small data to see what a model can do with curves
 * that are closed, with several pieces, or with clusters. Curves have evenly spaced points; parts follow one after the other
 * and have equally many, give or take one. Then each axis is scaled to [0, 1] by its minimum and maximum.
 *
 * The same options give the same bits in every runtime. The noise of point i depends only on `seed` and i.
 *
 * @throws {ArgumentError} for unknown or invalid options
 *
 * @example
 * ```ts
 * import { shapes } from "isthmus";
 *
 * const { points, labels } = shapes({ shape: "moons", samples: 200, seed: 1 });
 * console.log(points.shape, labels[0], labels[199]); // [ 200, 2 ] 0 1
 * ```
 */
export function shapes(options: ShapesOptions = {}): Shapes {
  knownKeys("shapes", options, ["shape", "samples", "noise", "seed"]);
  const { shape = "moons", samples = 500, noise = 0.05, seed = 0 } = options;
  if (typeof shape !== "string" || !Object.hasOwn(SHAPES, shape)) {
    throw new ArgumentError(`shape must be one of ${Object.keys(SHAPES).join(", ")}, not ${show(shape)}`);
  }
  checkInteger("samples", samples, LEAST_SAMPLES, MOST_SAMPLES);
  checkNumber("noise", noise, 0, MOST_NOISE);
  checkSeed(seed);

  const { parts, curve } = SHAPES[shape];
  const random = new SampleRandom(seed, STREAM);
  const spread = shape === "clusters" ? SPREAD : 0;
  const raw = new Float64Array(2 * samples);
  const labels = new Uint8Array(samples);
  const positions = new Float32Array(samples);
  for (let i = 0; i < samples; i++) {
    const label = Math.floor((i * parts) / samples);
    const [first, next] = [label, label + 1].map((part) => Math.ceil((part * samples) / parts)) as [
      number,
      number,
    ];
    // A circle's last point is not its first one again.
    const place = (i - first) / (shape === "circle" ? samples : next - first - 1);
    const [x, y] = curve(place, label);
    random.at(i);
    for (const [axis, value] of [x, y].entries()) {
      raw[2 * i + axis] = value + noise * random.normal() + (spread && spread * random.normal());
    }
    labels[i] = label;
    positions[i] = shape === "clusters" ? 0 : place;
  }
  return { points: toUnitSquare(raw), labels, positions };
}
