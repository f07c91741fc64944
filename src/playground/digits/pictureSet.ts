import { digits } from "../../index.js";
import { PIXELS } from "./pictures.js";

/** Share of the samples that training does not see. */
const HELD_OUT = 0.1;

/** Pictures to train on, and held-out pictures to show. */
export interface PictureSet {
  /** Describes the pictures to the visitor. */
  readonly title: string;
  readonly training: Uint8Array;
  readonly heldOut: Uint8Array;
  /** Labels of the held-out pictures, if they are known. */
  readonly labels?: Uint8Array;
  /** Whether they are only to be looked at, and others to train on. */
  readonly preview?: boolean;
}

/** The built-in digits. */
export function makeDigits(samples: number, seed: number): PictureSet {
  const { images, labels } = digits({ samples, seed });
  return divide(`${samples.toLocaleString("en")} built-in digits, seed ${seed}`, images, labels);
}

const PREVIEW = { samples: 1000, seed: 1_000_001 };

/**
 * A few built-in digits that no settings make, to show a model that has been trained before: they are made in a moment. One
 * half is for the threshold, and one is held out.
 */
export function previewDigits(): PictureSet {
  const { images, labels } = digits(PREVIEW);
  return { ...divide("1,000 built-in digits", images, labels, 0.5), preview: true };
}

/** The first `samples` pictures of a file, or all if there are fewer. */
export function takePictures(name: string, pictures: Uint8Array, samples: number): PictureSet {
  const all = pictures.length / PIXELS;
  const taken = Math.min(samples, all);
  const count = (rows: number) => rows.toLocaleString("en");
  const title =
    taken < all
      ? `the first ${count(taken)} of ${count(all)} pictures of ${name}`
      : `${count(all)} pictures of ${name}`;
  return divide(title, pictures.subarray(0, taken * PIXELS));
}

function divide(title: string, pictures: Uint8Array, labels?: Uint8Array, share = HELD_OUT): PictureSet {
  const rows = pictures.length / PIXELS;
  const trained = rows - Math.max(1, Math.floor(rows * share));
  return {
    title,
    training: pictures.subarray(0, trained * PIXELS),
    heldOut: pictures.subarray(trained * PIXELS),
    ...(labels && { labels: labels.subarray(trained) }),
  };
}

/** Chooses held-out pictures to show during training: one of each label first, if labels are known. */
export function showcaseRows({ heldOut, labels }: PictureSet, count: number): number[] {
  const rows = heldOut.length / PIXELS;
  const all = Array.from({ length: rows }, (_, row) => row);
  if (!labels) return all.slice(0, count);
  const first = Array.from({ length: 10 }, (_, label) => labels.indexOf(label)).filter((row) => row >= 0);
  return [...first, ...all.filter((row) => !first.includes(row))].slice(0, count);
}
