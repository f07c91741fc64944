import { basename } from "node:path";
import { ArgumentError, ShapeError } from "../index.js";
import type { LoadedSamples } from "../node.js";
import { plural } from "../report/numberText.js";
import { HELD_OUT, type Kind, type Rows, type Source } from "./source.js";

/** What is known of the samples of a file, beside their numbers. */
export interface SamplesInfo {
  readonly kind: Kind;
  /** Shape of a sample. */
  readonly shape: readonly number[];
  readonly title: string;
  readonly picture?: Source["picture"];
  readonly unit?: boolean;
  readonly names?: readonly string[];
  readonly prepared?: Source["prepared"];
  /** The class of each sample. */
  readonly labels?: Uint8Array;
}

/**
 * A source of samples in memory.
 *
 * @param path the file or folder that they come from
 */
export function samplesSource(path: string, loaded: Rows, info: SamplesInfo): Source {
  const { data, rows, columns } = loaded;
  const { title, labels, ...rest } = info;
  const part = (first: number, end: number): Rows => ({
    data: data.subarray(first * columns, end * columns),
    rows: end - first,
    columns,
  });
  const labelled = (first: number) => labels && { labels: labels.subarray(first) };
  const heldOut = Math.min(HELD_OUT, Math.floor(rows / 10));
  return {
    ...rest,
    file: path,
    title,
    columns,
    all: () => ({ data, rows, columns, title, ...labelled(0) }),
    examples(validationSplit) {
      if (validationSplit === 0) {
        const used = `${title}, most of which were used for training`;
        return { data, rows, columns, title: used, ...labelled(0) };
      }
      // `fit` splits them in the same way.
      const trained = Math.floor((rows - heldOut) * (1 - validationSplit));
      return {
        ...part(trained, rows),
        ...labelled(trained),
        title: `the last ${plural(rows - trained, "sample")} of ${basename(path)}, not trained on`,
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

/** `28×28`. */
export const timesText = (shape: readonly number[]) => (shape.length === 0 ? "1" : shape.join("×"));

/** Samples of a file of arrays or images: their kind is guessed unless it is given. */
export function arraySource(
  path: string,
  loaded: LoadedSamples & { names?: readonly string[]; array?: string },
  given?: "images" | "matrix",
): Source {
  const { rows, shape, names, array } = loaded;
  const { data } = loaded;
  const unit = data instanceof Uint8Array || data.every((value) => value >= 0 && value <= 1);
  const kind = given === "images" ? given : kindOf(loaded, unit, given !== undefined);
  const what = names ? "image" : "sample";
  // Of an archive of several arrays, one was chosen.
  const from = (basename(path) || path) + (array === undefined ? "" : `, array ${JSON.stringify(array)}`);
  const title = `${plural(rows, what)} of ${timesText(shape.slice(1))} from ${from}`;
  const picture = pictureSides(loaded);
  return samplesSource(path, loaded, {
    kind,
    shape: sampleShape(loaded),
    title,
    unit,
    ...(picture && { picture }),
    ...(names && { names }),
  });
}

/** Images and other samples of two or three dimensions keep their shape, channels last. */
function sampleShape({ shape: [, ...shape], columns }: LoadedSamples): number[] {
  if (shape.length === 2) return [...shape, 1];
  return shape.length === 3 ? shape : [columns];
}

function kindOf({ columns, shape }: LoadedSamples, unit: boolean, flat: boolean): Kind {
  if (!flat && unit && (shape.length > 2 || isSquare(columns))) return "images";
  return columns === 2 ? "points" : "matrix";
}

/** Flat samples count as square images if they can be at least 8×8. */
function isSquare(columns: number): boolean {
  const side = Math.round(Math.sqrt(columns));
  return side >= 8 && side * side === columns;
}

/** Width and height of grey images. */
export function pictureSides({
  shape,
  columns,
}: Pick<LoadedSamples, "shape" | "columns">): Source["picture"] {
  const [, height, width, channels = 1] = shape;
  if (shape.length === 3 || shape.length === 4) {
    return channels === 1 ? { width: width!, height: height! } : undefined;
  }
  const side = Math.round(Math.sqrt(columns));
  return shape.length === 2 && isSquare(columns) ? { width: side, height: side } : undefined;
}

/**
 * Sets the size of samples as images; `"none"` if they are not images.
 *
 * @throws {ArgumentError} if the size does not match the number of values
 */
export function withImageShape(source: Source, shape: Source["picture"] | "none" | undefined): Source {
  if (shape === undefined) return source;
  const { picture: _, ...rest } = source;
  if (shape === "none") return { ...rest, shape: [source.columns] };
  const { width, height } = shape;
  const channels = source.columns / (width * height);
  if (channels === 3) return { ...rest, shape: [height, width, 3] };
  if (channels !== 1) {
    throw new ArgumentError(
      `--image-shape ${height}x${width} has ${width * height} values, but the samples have ${source.columns}`,
    );
  }
  return { ...rest, shape: [height, width, 1], picture: shape };
}

/** @throws {ShapeError} unless the samples have as many columns as the model expects */
export function assertColumns(
  { title, columns }: Pick<Source, "title" | "columns">,
  wanted: number,
  as: string,
): void {
  if (columns !== wanted) {
    throw new ShapeError(
      `DATA (${title}) has ${columns} columns, but the model expects ${as} with ${wanted}`,
    );
  }
}
