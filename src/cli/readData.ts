import { ArgumentError, FormatError, ShapeError } from "../index.js";
import { loadImages, loadSamples } from "../node.js";
import { digitSource, spiralSource } from "./builtIn.js";
import { type DataShape, dataShapeOf, isBuiltIn } from "./fileFormat.js";
import { loadNumbers } from "./numberTable.js";
import type { DataOptions, ImageInputOptions } from "./options.js";
import { arraySource } from "./samplesSource.js";
import type { Source } from "./source.js";
import {
  assertNoSeriesOptions,
  assertNoTableOptions,
  flagOf,
  type ReadingOptions,
  readingOptions,
  type TableOptions,
  unpackingLimit,
} from "./tableOptions.js";
import { learntSource, openTableOrArray } from "./tableSource.js";

/** How `--kind` calls the kinds of data. */
export const KINDS = ["table", "series", "images", "matrix"] as const;
export type GivenKind = (typeof KINDS)[number];

/** Options of a command that learns from data. */
export interface LearningOptions extends DataOptions, ImageInputOptions, TableOptions {
  kind?: GivenKind;
}

/**
 * Opens data to learn from: built-in data by name, a file, a folder of images, or standard input. What they are is guessed
 * unless `--kind` says it.
 *
 * @param digitCount number of digits unless `--samples` is given
 */
export async function openData(name: string, options: LearningOptions, digitCount: number): Promise<Source> {
  if (isBuiltIn(name)) {
    assertBuiltIn(options);
    return builtInSource(name, options, digitCount);
  }
  const shape = await dataShapeOf(name);
  assertFile(options);
  const kind = options.kind ?? guessed(shape, options);
  if (kind !== "table" && kind !== "series") {
    assertNoTableOptions(options, kind ?? "an array");
    if (shape !== "images") assertNoResizing(options, name);
    return kind === "images" && shape === "images"
      ? arraySource(name, await imagesOf(name, options), "images")
      : arraySource(name, await numbersOf(name, shape, options), kind);
  }
  if (kind === "table") {
    assertNoSeriesOptions(options);
    if (options.window !== undefined)
      throw new ArgumentError("--window is for a series, not for --kind table");
  } else if (options.window === undefined) {
    throw new ArgumentError("a series is cut into windows: give --window, the number of rows in each");
  }
  assertNoResizing(options, name);
  return learntSource(name, await openTableOrArray(name, options), options);
}

/** The kind of data; undefined where only the numbers tell. */
function guessed(shape: DataShape, { window }: TableOptions): GivenKind | undefined {
  if (window !== undefined) return "series";
  return shape === "images" || shape === "table" ? shape : undefined;
}

/** @throws {ArgumentError} for options that built-in data do not have */
export function assertBuiltIn(
  options: TableOptions & { kind?: unknown; resize?: unknown; grey?: unknown },
): void {
  const { kind, maxUnpacked, resize, grey } = options;
  const [one] = Object.entries({ kind, maxUnpacked, resize, grey }).filter(
    ([, value]) => value !== undefined,
  );
  if (one) throw new ArgumentError(`${flagOf(one[0])} is only for files, not for built-in data`);
  assertNoTableOptions(options, "built-in data");
}

/** Built-in data by their name. */
export function builtInSource(name: string, options: DataOptions, digitCount: number): Source {
  if (name === "spiral") return spiralSource(options);
  refuse("noise", options.noise, "spiral");
  return digitSource({ ...options, samples: options.samples ?? digitCount });
}

/** @throws {ArgumentError} for options that only built-in data have */
export function assertFile({ noise, samples }: DataOptions): void {
  refuse("noise", noise, "spiral");
  refuse("samples", samples, "digits and spiral");
}

function refuse(option: string, value: unknown, of: string): void {
  if (value === undefined) return;
  throw new ArgumentError(`--${option} is only for the built-in ${of}, not for files`);
}

/** @throws {ArgumentError} for options that only files of images have */
export function assertNoResizing({ resize, grey }: ImageInputOptions, name: string): void {
  const flag = resize === undefined ? "--grey" : "--resize";
  if (resize === undefined && grey === undefined) return;
  throw new ArgumentError(`${flag} is for PNG and JPEG images, which ${name} is not`);
}

/** One image, or those of a folder. */
export async function imagesOf(
  name: string,
  { resize, grey, maxUnpacked }: Pick<LearningOptions, "resize" | "grey" | "maxUnpacked">,
) {
  const options = {
    ...resize,
    ...(grey && { channels: 1 as const }),
    ...(maxUnpacked !== undefined && { maximumBytes: maxUnpacked }),
  };
  return loadImages(name, options).catch((error: unknown) => {
    if (!(error instanceof ShapeError)) throw error;
    const message = error.message.replace("give width and height", "give --resize HxW");
    throw new ShapeError(message, { cause: error });
  });
}

/** The numbers of a file as samples, one a row; nothing is learned from them. */
export async function numbersOf(name: string, shape: DataShape, options: ReadingOptions) {
  if (shape === "table") return loadNumbers(name, readingOptions(options));
  return loadSamples(name, unpackingLimit(options)).catch((error: unknown) => {
    if (!(error instanceof FormatError && / is text, not /.test(error.message))) throw error;
    throw new FormatError(`${error.message}; train --kind table reads it as a table`, { cause: error });
  });
}
