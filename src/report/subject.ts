import type { Autoencoder, Evaluation, History, ThresholdOptions } from "../index.js";
import { evenly } from "./numberText.js";
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

/** What the model gives for all samples, from which every picture is drawn. */
export interface Measured {
  readonly rows: number;
  readonly columns: number;
  readonly evaluation: Evaluation;
  /** Mean over all values, in the units of the samples. */
  readonly meanSquaredError: number;
  readonly meanAbsoluteError: number;
  /** Mean squared error of each sample, in the units of the samples. */
  readonly errors: Float64Array;
  /** Mean squared error of each feature, in the units of the samples. */
  readonly featureErrors: Float64Array;
  /** The codes of all samples, [rows, latentSize], row-major. */
  readonly allCodes: Float32Array;
  /** The reconstructions of points of the plane, [rows, 2], row-major; of wider samples there may be too many to keep. */
  readonly rebuiltPoints: Float32Array | undefined;
  /** Samples whose codes are looked at, evenly spread. */
  readonly coded: readonly number[];
  /** Their codes, [coded, latentSize], row-major. */
  readonly codes: Float32Array;
}

/** Samples whose codes are looked at. */
const MOST_CODES = 10_000;
/** Values that go through the model at a time. */
const VALUES_AT_A_TIME = 1 << 22;

/** Sends all samples through the model: once for the loss that it was trained by, once for codes and reconstructions. */
export async function measure(subject: Subject): Promise<Measured> {
  const { model, data } = subject;
  const { inputSize: columns, latentSize } = model;
  const rows = data.length / columns;
  const evaluation = await model.evaluate(data);
  const errors = new Float64Array(rows);
  const featureErrors = new Float64Array(columns);
  const allCodes = new Float32Array(rows * latentSize);
  const rebuiltPoints = columns === 2 ? new Float32Array(data.length) : undefined;
  let [squares, absolutes] = [0, 0];
  for (const { first, part } of blocksOf(subject)) {
    const codes = await model.encode(part);
    allCodes.set(codes.data, first * latentSize);
    const rebuilt = (await model.decode(codes)).data;
    rebuiltPoints?.set(rebuilt, first * columns);
    const unit = unitOf(part);
    for (let i = 0; i < part.length; i++) {
      const difference = rebuilt[i]! - part[i]! * unit;
      const square = difference * difference;
      errors[first + Math.floor(i / columns)]! += square / columns;
      featureErrors[i % columns]! += square / rows;
      absolutes += Math.abs(difference);
    }
  }
  for (const error of errors) squares += error;
  const coded = evenly(rows, MOST_CODES);
  return {
    rows,
    columns,
    evaluation,
    meanSquaredError: squares / rows,
    meanAbsoluteError: absolutes / (rows * columns),
    errors,
    featureErrors,
    allCodes,
    rebuiltPoints,
    coded,
    codes: pickRows(allCodes, latentSize, coded),
  };
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

function unitOf(data: Float32Array | Float64Array | Uint8Array): number {
  return data instanceof Uint8Array ? 1 / 255 : 1;
}
