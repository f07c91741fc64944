import { knownKeys } from "../common/check.js";
import { checkInteger, checkSeed } from "./datasetOptions.js";
import { Hand } from "./hand.js";
import { Trace } from "./pen.js";
import { drawTrace, placeTrace } from "./placement.js";
import { SampleRandom } from "./sampleRandom.js";
import { parseGlyphs } from "./strokes.js";

/** The stream of the digits; streams keep the data sets of one seed independent of each other. */
const STREAM = 0x6467;

const SIZE = 28;
const CLASSES = 10;

/** As many as fit into 2³¹ − 1 bytes, the most that every supported runtime gives one array. */
const MOST_SAMPLES = Math.floor((2 ** 31 - 1) / (SIZE * SIZE));

/** Options of `digits`. */
export interface DigitsOptions {
  /** Number of pictures, 1 to 2,739,137. Default 60,000. */
  samples?: number;
  /** A safe integer, not negative. Default 0. */
  seed?: number;
}

/** Pictures of handwriting-like digits, with their labels. */
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
 * Handwriting-like digits, made and not stored: each picture is the path of a pen, deformed as hands differ. As in
 * MNIST the digit fits a box of 20×20 and has its centre of mass in the middle of the picture. Labels are
 * uniformly random.
 *
 * The same seed gives the same bytes in every runtime; picture i is a function of `seed` and i alone.
 *
 * @throws {ArgumentError} for an option that is unknown, of the wrong type or out of range
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
