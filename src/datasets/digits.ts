import { knownKeys } from "../common/check.js";
import { checkInteger, checkSeed } from "./datasetOptions.js";
import { Hand } from "./hand.js";
import { Trace } from "./pen.js";
import { drawTrace, placeTrace } from "./placement.js";
import { SampleRandom } from "./sampleRandom.js";
import { parseGlyphs } from "./strokes.js";

/** Random stream of the digits. Separate streams make data sets with the same seed independent. */
const STREAM = 0x6467;

const SIZE = 28;
const CLASSES = 10;

/** The most that fit into 2³¹ − 1 bytes, the largest array in every supported runtime. */
const MOST_SAMPLES = Math.floor((2 ** 31 - 1) / (SIZE * SIZE));

/** Options of `digits`. */
export interface DigitsOptions {
  /** Number of pictures, 1 to 2,739,137. Default 60,000. */
  samples?: number;
  /** A safe integer of at least 0. Default 0. */
  seed?: number;
}

/** Pictures of handwriting-like digits, with labels. */
export interface Digits {
  /** `samples`×784 bytes: pictures of 28×28, row-major, ink 255 on 0. */
  images: Uint8Array;
  /** `samples` labels, 0 to 9. */
  labels: Uint8Array;
  /** Columns of a picture. */
  width: 28;
  /** Rows of a picture. */
  height: 28;
}

/**
 * Generates handwriting-like digits. Each picture follows the path of a pen, varied as hands differ. As in MNIST, a digit
 * fits a box of 20×20 and has its centre of mass in the middle of the picture. Labels are uniformly random.
 *
 * The same seed gives the same bytes in every runtime. Picture i depends only on `seed` and i.
 *
 * @throws {ArgumentError} for unknown or invalid options
 *
 * @example
 * ```ts
 * import { digits } from "isthmus";
 *
 * const { images, labels } = digits({ samples: 100, seed: 1 });
 * console.log(images.length, labels.length); // 78400 100
 * ```
 */
export function digits(options: DigitsOptions = {}): Digits {
  knownKeys("digits", options, ["samples", "seed"]);
  const { samples = 60_000, seed = 0 } = options;
  checkInteger("samples", samples, 1, MOST_SAMPLES);
  checkSeed(seed);

  const glyphs = parseGlyphs();
  const random = new SampleRandom(seed, STREAM);
  const hand = new Hand();
  const trace = new Trace();
  const images = new Uint8Array(samples * SIZE * SIZE);
  const labels = new Uint8Array(samples);
  for (let i = 0; i < samples; i++) {
    const label = Math.floor(random.at(i).uniform() * CLASSES);
    labels[i] = label;
    hand.write(glyphs[label]!, random, trace);
    placeTrace(trace, SIZE, random);
    drawTrace(trace, images, i * SIZE * SIZE, SIZE, random);
  }
  return { images, labels, width: SIZE, height: SIZE };
}
