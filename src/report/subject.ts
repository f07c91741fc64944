import type { Autoencoder, History, ThresholdOptions } from "../index.js";
import type { ImageShape, Sides } from "./strips.js";

/** Losses by epoch; part of `History`. */
export type LossHistory = Pick<History, "loss" | "valLoss" | "reconstructionLoss" | "klLoss">;

/** A threshold that was saved with the model. */
export interface KnownThreshold {
  readonly threshold: number;
}

/** The model and the data of a report. */
export interface Subject {
  readonly model: Autoencoder;
  /** Any number of samples, row-major. */
  readonly data: Float32Array | Float64Array | Uint8Array;
  /** Describes the samples to the reader. */
  readonly dataTitle: string;
  /** Names the model's file to the reader. */
  readonly modelTitle: string;
  /**
   * Width and height, if the samples are images; null if they are none. Without it, models with an `inputShape` of three
   * dimensions know theirs.
   */
  readonly image?: Sides | null;
  /** The class of each sample. */
  readonly labels?: ArrayLike<number>;
  /** The position of each point on the curve that it was sampled from. */
  readonly positions?: ArrayLike<number>;
  /** Names of the values of a sample; default x1, x2, … */
  readonly featureNames?: readonly string[];
  /** The losses of the model's training. */
  readonly history?: LossHistory;
  /** The threshold for anomalies, or how to learn it; default: the library's rule. */
  readonly threshold?: KnownThreshold | ThresholdOptions;
}

/** The most values that go through the model at a time. */
const VALUES_AT_A_TIME = 1 << 22;

/** The shape of the samples if they are images: as given, or the model's. */
export function imageShapeOf({ model: { inputShape, inputSize }, image }: Subject): ImageShape | undefined {
  if (image === null) return undefined;
  const [height, width, channels] = image
    ? [image.height, image.width, inputSize / (image.height * image.width)]
    : inputShape;
  if (channels !== 1 && channels !== 3) return undefined;
  return { height: height!, width: width!, channels };
}

/** Number of samples. */
export function rowsOf({ model: { inputSize }, data }: Subject): number {
  return data.length / inputSize;
}

/** Copies some rows of a matrix. */
export function pickRows(values: Float32Array, columns: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    picked.set(rowOf(values, columns, row), i * columns);
  });
  return picked;
}

/** The samples in blocks, small enough to have several copies of one in memory. */
export function* blocksOf({ model: { inputSize }, data }: Subject) {
  const step = Math.max(1, Math.floor(VALUES_AT_A_TIME / inputSize));
  for (let first = 0; first * inputSize < data.length; first += step) {
    yield { first, part: data.subarray(first * inputSize, (first + step) * inputSize) };
  }
}

/** Copies some of the samples. */
export function takeRows({ model: { inputSize }, data }: Subject, rows: readonly number[]) {
  const taken = new (data instanceof Uint8Array ? Uint8Array : Float32Array)(rows.length * inputSize);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * inputSize, (row + 1) * inputSize), i * inputSize);
  });
  return taken;
}

/** Copies some of the samples as floats; bytes are divided by 255. */
export function takeNumbers(subject: Subject, rows: readonly number[]): Float32Array {
  const taken = takeRows(subject, rows);
  return taken instanceof Float32Array ? taken : Float32Array.from(taken, (byte) => byte / 255);
}

/** Row `index` of a matrix with `columns` columns. */
export function rowOf(values: Float32Array, columns: number, index: number): Float32Array {
  return values.subarray(index * columns, (index + 1) * columns);
}

/** One component of all codes. */
export function component(codes: Float32Array, latentSize: number, index: number): Float32Array {
  return Float32Array.from({ length: codes.length / latentSize }, (_, i) => codes[i * latentSize + index]!);
}

/** The factor that turns values into model inputs: bytes are divided by 255. */
export function unitOf(data: Float32Array | Float64Array | Uint8Array): number {
  return data instanceof Uint8Array ? 1 / 255 : 1;
}
