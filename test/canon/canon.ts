// What the tests of the canon share. Each reproduces a row of the reference results: a public tutorial, trained by Keras
// or PyTorch on the data of ../shared/data with three seeds. A row is reached when the mean over three seeds lies within the
// range of those three, or is better.
import { expect } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  conv2d,
  conv2dTranspose,
  type FitOptions,
  maxPooling2d,
  type Samples,
} from "../../src/index.js";
import { loadMnist, PIXELS } from "../support/mnist.js";

/**
 * Whether to train every model with three seeds, and to print the figures: `CANON_SEEDS=all npx vitest run test/canon`. One
 * seed is the default, as it takes a third of the time.
 */
export const thorough = process.env.CANON_SEEDS === "all";

/**
 * Whether to train the networks that take minutes as well, as they do on Node 20, which has no turbo: `CANON_SEEDS=one` or
 * `all`.
 */
export const patient = process.env.CANON_SEEDS !== undefined;

/** Time for a test, in ms: enough for one seed on a busy machine; three seeds take what they take. */
export const PATIENCE = thorough ? 0 : 1_200_000;

/** All threads, and turbo where there is one: what is tested here are figures that hold for any build. */
export const engine = { turbo: "auto" } as const;

/** Layers with these options halve their input's height and width, or double them. */
export const strided = { strides: 2, padding: "same" } as const;

const same = { padding: "same" } as const;

/** The network of Keras's example "Convolutional autoencoder for image denoising". */
export const pooled: AutoencoderOptions = {
  inputShape: [28, 28, 1],
  encoder: [conv2d(32, 3, "relu", same), maxPooling2d(), conv2d(32, 3, "relu", same), maxPooling2d()],
  decoder: [
    conv2dTranspose(32, 3, "relu", strided),
    conv2dTranspose(32, 3, "relu", strided),
    conv2d(1, 3, "sigmoid", same),
  ],
  loss: "binaryCrossentropy",
};

/** What three seeds of the reference give, from the best to the worst. */
export type Range = readonly [best: number, worst: number];

/**
 * The limit for the mean of this run's figures. With three seeds it is the worst of the reference's. One seed alone may be
 * worse by as much as the reference's seeds differ: they say no more about how far one can be from their mean.
 */
export function limitOf([best, worst]: Range): number {
  return thorough ? worst : worst + (worst - best);
}

/** Expects that a figure, where less is better, was reached; prints the figures of three seeds. */
export function expectReached(what: string, figures: readonly number[], range: Range): void {
  const mean = figures.reduce((sum, figure) => sum + figure, 0) / figures.length;
  const [list, [best, worst]] = [figures.map((figure) => figure.toPrecision(4)).join(", "), range];
  if (thorough) console.info(`${what}: ${list}; mean ${mean.toPrecision(4)}, reference ${best} to ${worst}`);
  expect(mean, `${what}: ${list}`).toBeLessThanOrEqual(limitOf(range));
}

/** Trains a model with the first of the seeds, or with each of them, and returns what `measure` finds. */
export async function withEachSeed<T>(
  options: AutoencoderOptions,
  samples: Samples,
  how: FitOptions,
  measure: (model: Autoencoder) => T | Promise<T>,
  seeds: readonly number[] = [1, 2, 3],
): Promise<T[]> {
  const found: T[] = [];
  for (const seed of seeds.slice(0, thorough ? seeds.length : 1)) {
    const model = await Autoencoder.create({ ...options, seed, engine });
    await model.fit(samples, how);
    found.push(await measure(model));
    await model.dispose();
  }
  return found;
}

/** The digits, and how many there are. */
export function digits() {
  const { training, heldOut } = loadMnist();
  expect([training.length / PIXELS, heldOut.length / PIXELS]).toEqual([9000, 1000]);
  return { training, heldOut };
}
