import { digits, spiral } from "../index.js";
import { plural } from "../report/numberText.js";
import type { DataOptions } from "./options.js";
import { type Examples, HELD_OUT, type Rows, type Source } from "./source.js";

const POINTS = 500;
/** How many digits the report of a training shows. */
const EXAMPLES = 2_000;
/** (√5 − 1)/2: the fractional parts of its multiples leave no large gaps between 0 and 1. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Digits, made from a seed. */
export function digitSource({ samples, seed }: { samples: number; seed: number }): Source {
  const columns = 28 * 28;
  const rows = (data: Uint8Array): Rows => ({ data, rows: data.length / columns, columns });
  const title = (count: number, from: number) => `${plural(count, "digit")} of 28×28, made from seed ${from}`;
  const labelled = (count: number, from: number, more = ""): Examples => {
    const { images, labels } = digits({ samples: count, seed: from });
    return { ...rows(images), labels, title: title(count, from) + more };
  };
  return {
    kind: "images",
    columns,
    shape: [columns],
    title: title(samples, seed),
    picture: { width: 28, height: 28 },
    all: () => labelled(samples, seed),
    examples: () => labelled(EXAMPLES, otherSeed(seed), ", not trained on"),
    split() {
      // Digit i depends only on i and the seed, so digits after the training samples are new.
      const { images } = digits({ samples: samples + HELD_OUT, seed });
      const end = samples * columns;
      return {
        training: rows(images.subarray(0, end)),
        heldOut: rows(images.subarray(end)),
        heldOutTitle: `${HELD_OUT} held-out digits`,
      };
    },
  };
}

/** A spiral of points. */
export function spiralSource({ samples = POINTS, noise, seed }: DataOptions): Source {
  const points = (from: number, more = ""): Examples => {
    const made = spiral({ samples, seed: from, ...(noise !== undefined && { noise }) });
    const { data, rows, columns } = made.points;
    return { data, rows, columns, positions: made.positions, title: title(from) + more };
  };
  const title = (from: number) => `a spiral of ${plural(samples, "point")}, made from seed ${from}`;
  // The same curve with different noise. Both the output after training and the report show it.
  const other = otherSeed(seed);
  let made: Examples | undefined;
  const unseen = () => {
    made ??= points(other, ", not trained on");
    return made;
  };
  return {
    kind: "points",
    columns: 2,
    shape: [2],
    title: title(seed),
    all: () => points(seed),
    examples: unseen,
    split: () => ({
      training: spread(points(seed)),
      heldOut: unseen(),
      heldOutTitle: `${plural(samples, "held-out point")}, made from seed ${other}`,
    }),
  };
}

/** A seed for other samples. */
function otherSeed(seed: number): number {
  return seed === Number.MAX_SAFE_INTEGER ? 0 : seed + 1;
}

/**
 * Reorders rows so that neighbours are far apart. The last rows, which may be used for validation, are then spread over
 * the whole curve.
 */
function spread({ data, rows, columns }: Rows): Rows {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  let step = Math.ceil(rows * GOLDEN);
  while (divisor(rows, step) !== 1) step++;
  const ordered = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    const from = ((i * step) % rows) * columns;
    ordered.set(data.subarray(from, from + columns), i * columns);
  }
  return { data: ordered, rows, columns };
}
