import type { Autoencoder, History, ThresholdOptions } from "../index.js";
import type { Sides } from "./strips.js";

/** Losses by epoch, as of `History`. */
export type LossHistory = Pick<History, "loss" | "valLoss" | "reconstructionLoss" | "klLoss">;

/** A threshold that was learnt before. */
export interface KnownThreshold {
  readonly threshold: number;
}

/** What a report is about. */
export interface Subject {
  readonly model: Autoencoder;
  /** Samples, row-major, as many as wished. */
  readonly data: Float32Array | Float64Array | Uint8Array;
  /** What the samples are, for the reader. */
  readonly dataTitle: string;
  /** The model's file, for the reader. */
  readonly modelTitle: string;
  /** Sides of samples that are images. */
  readonly image?: Sides;
  /** The class of each sample. */
  readonly labels?: ArrayLike<number>;
  /** Where each sample lies on the curve that samples of the plane come from. */
  readonly positions?: ArrayLike<number>;
  /** Of the training that the model comes from. */
  readonly history?: LossHistory;
  /** Where anomalies begin, or how to find out; default the library's. */
  readonly threshold?: KnownThreshold | ThresholdOptions;
}

/** Values that go through the model at a time. */
const VALUES_AT_A_TIME = 1 << 22;

/** How many samples there are. */
export function rowsOf({ model: { inputSize }, data }: Subject): number {
  return data.length / inputSize;
}

/** Some rows of rows of a width. */
export function pickRows(values: Float32Array, columns: number, rows: readonly number[]): Float32Array {
  const picked = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    picked.set(rowOf(values, columns, row), i * columns);
  });
  return picked;
}

/** The samples in blocks that memory has room for several of. */
export function* blocksOf({ model: { inputSize }, data }: Subject) {
  const step = Math.max(1, Math.floor(VALUES_AT_A_TIME / inputSize));
  for (let first = 0; first * inputSize < data.length; first += step) {
    yield { first, part: data.subarray(first * inputSize, (first + step) * inputSize) };
  }
}

/** Some of the samples. */
export function takeRows({ model: { inputSize }, data }: Subject, rows: readonly number[]) {
  const taken = new (data instanceof Uint8Array ? Uint8Array : Float32Array)(rows.length * inputSize);
  rows.forEach((row, i) => {
    taken.set(data.subarray(row * inputSize, (row + 1) * inputSize), i * inputSize);
  });
  return taken;
}

/** The same as numbers: bytes stand for themselves divided by 255. */
export function takeNumbers(subject: Subject, rows: readonly number[]): Float32Array {
  const taken = takeRows(subject, rows);
  return taken instanceof Float32Array ? taken : Float32Array.from(taken, (byte) => byte / 255);
}

/** Row `index` of rows of a width. */
export function rowOf(values: Float32Array, columns: number, index: number): Float32Array {
  return values.subarray(index * columns, (index + 1) * columns);
}

/** What a value stands for: bytes for themselves divided by 255. */
export function unitOf(data: Float32Array | Float64Array | Uint8Array): number {
  return data instanceof Uint8Array ? 1 / 255 : 1;
}
