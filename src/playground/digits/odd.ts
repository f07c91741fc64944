import { PIXELS, pick } from "./pictures.js";
import { Random } from "./seededRandom.js";

/** Ways to make a picture odd. */
const WAYS: readonly ((picture: Uint8Array, random: Random) => void)[] = [invert, shuffle, fillWithNoise];

/**
 * Makes pictures that do not belong: in turn inverted, with shuffled pixels, or replaced by noise.
 */
export function oddPictures(pictures: Uint8Array, count: number, seed: number): Uint8Array {
  const random = new Random(seed);
  const rows = pictures.length / PIXELS;
  const odd = pick(
    pictures,
    Array.from({ length: count }, () => random.below(rows)),
  );
  for (let i = 0; i < count; i++) {
    WAYS[i % WAYS.length]!(odd.subarray(i * PIXELS, (i + 1) * PIXELS), random);
  }
  return odd;
}

function invert(picture: Uint8Array): void {
  for (let i = 0; i < picture.length; i++) picture[i] = 255 - picture[i]!;
}

/** R. Durstenfeld's "Algorithm 235: Random permutation", 1964. */
function shuffle(picture: Uint8Array, random: Random): void {
  for (let i = picture.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [picture[i], picture[j]] = [picture[j]!, picture[i]!];
  }
}

function fillWithNoise(picture: Uint8Array, random: Random): void {
  for (let i = 0; i < picture.length; i++) picture[i] = random.below(256);
}
