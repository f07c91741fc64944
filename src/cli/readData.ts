import { statSync } from "node:fs";
import { basename } from "node:path";
import { nearest } from "../common/nearest.js";
import { ArgumentError, digits, ShapeError, spiral } from "../index.js";
import { type LoadedSamples, loadSamples } from "../node.js";
import { plural } from "../report/numberText.js";
import { isTextTable, loadNumbers } from "./numberTable.js";
import type { DataOptions } from "./options.js";

/** A matrix with one sample per row. */
export interface Rows {
  readonly data: Uint8Array | Float32Array | Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** The kind of samples decides how they are modelled and drawn. */
export type Kind =
  /** All values are bytes, or from 0 to 1. */
  | "pictures"
  /** Points with two coordinates. */
  | "points"
  /** Any other numbers. */
  | "table";

/** Samples to train on, and held-out samples that training does not see. */
export interface Split {
  readonly training: Rows;
  readonly heldOut: Rows;
  /** Describes the held-out samples to the user. */
  readonly heldOutTitle: string;
}

/** Samples for a report, with labels or positions if they are known. */
export interface Examples extends Rows {
  /** Says what the samples are and how many. */
  readonly title: string;
  /** The class of each sample. */
  readonly labels?: Uint8Array | Float32Array | Float64Array;
  /** The position of each point on its curve. */
  readonly positions?: Uint8Array | Float32Array | Float64Array;
}

/** A data set of known shape; built-in data are made only when needed. */
export interface Source {
  readonly kind: Kind;
  readonly columns: number;
  /** Says what the samples are and how many. */
  readonly title: string;
  /** Width and height, if the samples are pictures. */
  readonly picture?: { readonly width: number; readonly height: number };
  all(): Examples;
  split(): Split;
  /** Samples that training does not see; training samples if there are too few others. */
  examples(validationSplit: number): Examples;
}

/** How many samples are held out from training and shown afterwards. */
const HELD_OUT = 10;
const POINTS = 500;
/** How many digits the report of a training shows. */
const EXAMPLES = 2_000;
/** (√5 − 1)/2: the fractional parts of its multiples leave no large gaps between 0 and 1. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Whether a name stands for built-in data and not for a file. */
export const isBuiltIn = (name: string) => name === "digits" || name === "spiral";

/** The path of a data file; undefined for built-in data. */
export const dataFile = (name: string) => (isBuiltIn(name) ? undefined : name);

/**
 * Opens built-in data by name, or reads a file. Built-in data are made later, when needed.
 *
 * @param digitCount number of digits unless `--samples` is given
 */
export async function openData(name: string, options: DataOptions, digitCount: number): Promise<Source> {
  if (name !== "spiral") refuse("noise", options.noise, "spiral");
  if (isBuiltIn(name) && options.maxUnpacked !== undefined) {
    throw new ArgumentError("--max-unpacked is only for files, not for built-in data");
  }
  if (name === "digits") return digitSource({ ...options, samples: options.samples ?? digitCount });
  if (name === "spiral") return spiralSource(options);
  if (isMissing(name)) {
    const near = nearest(name, ["digits", "spiral"]);
    const hint = near === undefined ? "" : `; did you mean ${near}?`;
    throw new ArgumentError(`File not found: ${name} (built-in data: digits, spiral)${hint}`);
  }
  refuse("samples", options.samples, "digits and spiral");
  const { maxUnpacked: maximumBytes } = options;
  if (isTextTable(name)) return fileSource(name, await loadNumbers(name, maximumBytes));
  return fileSource(name, await loadSamples(name, maximumBytes === undefined ? {} : { maximumBytes }));
}

/** Whether the file certainly does not exist. In a folder without permission to look, nobody can tell. */
function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

function refuse(option: string, value: unknown, of: string): void {
  if (value !== undefined)
    throw new ArgumentError(`--${option} is only for the built-in ${of}, not for files`);
}

function digitSource({ samples, seed }: { samples: number; seed: number }): Source {
  const columns = 28 * 28;
  const rows = (data: Uint8Array): Rows => ({ data, rows: data.length / columns, columns });
  const title = (count: number, from: number) => `${plural(count, "digit")} of 28×28, made from seed ${from}`;
  const labelled = (count: number, from: number, more = ""): Examples => {
    const { images, labels } = digits({ samples: count, seed: from });
    return { ...rows(images), labels, title: title(count, from) + more };
  };
  return {
    kind: "pictures",
    columns,
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

function spiralSource({ samples = POINTS, noise, seed }: DataOptions): Source {
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

function fileSource(path: string, loaded: LoadedSamples): Source {
  const { data, rows, columns, shape } = loaded;
  const picture = pictureSides(shape, columns);
  const part = (first: number, end: number): Rows => ({
    data: data.subarray(first * columns, end * columns),
    rows: end - first,
    columns,
  });
  const title = `${plural(rows, "sample")} of ${shape.length > 1 ? shape.slice(1).join("×") : 1} from ${basename(path)}`;
  const heldOut = Math.min(HELD_OUT, Math.floor(rows / 10));
  return {
    kind: kindOf(loaded),
    columns,
    title,
    ...(picture && { picture }),
    all: () => ({ data, rows, columns, title }),
    examples(validationSplit) {
      if (validationSplit === 0)
        return { data, rows, columns, title: `${title}, most of which were used for training` };
      // `fit` splits them in the same way.
      const trained = Math.floor((rows - heldOut) * (1 - validationSplit));
      const unseen = rows - trained;
      return {
        ...part(trained, rows),
        title: `the last ${plural(unseen, "sample")} of ${basename(path)}, not trained on`,
      };
    },
    split() {
      if (heldOut === 0) {
        const shown = Math.min(HELD_OUT, rows);
        return {
          training: loaded,
          heldOut: part(0, shown),
          heldOutTitle: `${plural(shown, "training sample")} (${rows} are too few to hold any out)`,
        };
      }
      return {
        training: part(0, rows - heldOut),
        heldOut: part(rows - heldOut, rows),
        heldOutTitle: `the last ${plural(heldOut, "sample")}, held out`,
      };
    },
  };
}

function kindOf({ data, columns }: LoadedSamples): Kind {
  if (data instanceof Uint8Array) return "pictures";
  if (columns === 2) return "points";
  return data.every((value) => value >= 0 && value <= 1) ? "pictures" : "table";
}

/**
 * Sets the size of samples as pictures; `"none"` if they are not pictures.
 *
 * @throws {ArgumentError} if the size does not match the number of values
 */
export function withImageShape(source: Source, shape: Source["picture"] | "none" | undefined): Source {
  if (shape === undefined) return source;
  const { picture: _, ...rest } = source;
  if (shape === "none") return rest;
  const { width, height } = shape;
  if (width * height !== source.columns) {
    throw new ArgumentError(
      `--image-shape ${height}x${width} has ${width * height} values, but the samples have ${source.columns}`,
    );
  }
  return { ...rest, picture: shape };
}

/** @throws {ShapeError} unless the samples have as many columns as the model expects */
export function assertColumns({ title, columns }: Source, wanted: number, as: string): void {
  if (columns !== wanted) {
    throw new ShapeError(
      `DATA (${title}) has ${columns} columns, but the model expects ${as} with ${wanted}`,
    );
  }
}

/** Width and height from the file's shape. Flat samples count as square images if they can be at least 8×8. */
function pictureSides(shape: readonly number[], columns: number): Source["picture"] {
  if (shape.length === 3) return { height: shape[1]!, width: shape[2]! };
  const side = Math.round(Math.sqrt(columns));
  return shape.length === 2 && side >= 8 && side * side === columns
    ? { width: side, height: side }
    : undefined;
}
