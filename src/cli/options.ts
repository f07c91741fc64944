import { type Command, InvalidArgumentError, Option } from "commander";
import type { EngineInfo, EngineOptions } from "../index.js";
import { plural } from "../report/numberText.js";

/** Options of all commands that take data. */
export interface DataOptions {
  samples?: number;
  noise?: number;
  /** Size limit of an unpacked file, in bytes. */
  maxUnpacked?: number;
  seed: number;
}

/** Options of commands that draw samples. */
export interface ImageOptions {
  imageShape?: { width: number; height: number } | "none";
}

/** Options of commands that learn from images. */
export interface ImageInputOptions {
  /** The size that images are given. */
  resize?: { width: number; height: number };
  grey?: true;
}

/** Options of all commands that run a model. */
export interface CalculationOptions {
  threads?: number | "auto";
  math?: string;
  turbo: boolean;
}

/** `digits` and `spiral` are built in; anything else is the path of a file. */
export const DATA_HELP =
  "digits, spiral, a table (.csv, .tsv, .json, Parquet, Arrow, or - for standard input), images (PNG, JPEG, a folder of them), or arrays (IDX, .npy, .npz)";

/** How many digits the commands make that use a trained model. */
export const USED_DIGITS = 10_000;

/** Built-in data for those commands. The seed differs from train's, so they see new samples. */
export const USED_DATA = {
  samples: "10,000 digits, 500 points",
  seed: 1,
  seeds: "the built-in data; train uses 0",
};

/** @throws {InvalidArgumentError} unless `text` is a positive integer */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("It must be a positive integer.");
  }
  return value;
}

/** An integer that can be a seed. */
export function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("It must be an integer from 0 to 2^53 - 1.");
  }
  return value;
}

function decimal(text: string, wanted: string, valid: (value: number) => boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !valid(value)) throw new InvalidArgumentError(`It must be ${wanted}.`);
  return value;
}

/** A number above 0. */
export const positiveNumber = (text: string) => decimal(text, "a number above 0", (value) => value > 0);

/** A number from 0 up to, but not including, 1. */
export const fraction = (text: string) =>
  decimal(text, "a number from 0 up to, but not including, 1", (value) => value >= 0 && value < 1);

/** A number of at least 0. */
export const notNegative = (text: string) => decimal(text, "a number of at least 0", (value) => value >= 0);

/** Parses a height and a width, such as `28x28`, or `none`. */
export function imageShape(text: string): { width: number; height: number } | "none" {
  return text === "none" ? text : imageSides(text, ', or "none"');
}

/** Parses a height and a width, such as `28x28`. */
export function imageSize(text: string): { width: number; height: number } {
  return imageSides(text, "");
}

function imageSides(text: string, or: string): { width: number; height: number } {
  try {
    const [height, width, ...rest] = text.split(/[x×,]/).map(positiveInteger);
    if (height !== undefined && width !== undefined && rest.length === 0) return { width, height };
  } catch {
    // The error below says what is allowed.
  }
  throw new InvalidArgumentError(`It must be a height and a width, such as 28x28${or}.`);
}

/** Parses widths separated by commas, or `none`. */
export function widths(text: string): number[] {
  if (text === "none") return [];
  try {
    return text.split(",").map(positiveInteger);
  } catch {
    throw new InvalidArgumentError('It must be positive integers separated by commas, or "none".');
  }
}

/** A rate of dropout: a number between 0 and 1, exclusive, or 0 for none. */
export const dropoutRate = (text: string) =>
  decimal(text, "a number between 0 and 1, or 0 for none", (value) => value >= 0 && value < 1);

function threads(text: string): number | "auto" {
  if (text === "auto") return text;
  try {
    return positiveInteger(text);
  } catch {
    throw new InvalidArgumentError('It must be a positive integer or "auto".');
  }
}

/** Adds `--samples`, `--noise`, `--max-unpacked` and `--seed`. */
export function addDataOptions(
  command: Command,
  defaults: { samples: string; seed: number; seeds: string },
): Command {
  return command
    .addOption(
      new Option(
        "--samples <n>",
        `how many digits or points to make (default: ${defaults.samples})`,
      ).argParser(positiveInteger),
    )
    .addOption(
      new Option("--noise <x>", "noise added to the spiral's points (default: 0.3)").argParser(notNegative),
    )
    .addOption(
      new Option(
        "--max-unpacked <bytes>",
        "size limit of an unpacked file, in bytes (default: 1073741824, 1 GiB)",
      ).argParser(positiveInteger),
    )
    .addOption(new Option("--seed <n>", `seed of ${defaults.seeds}`).argParser(seed).default(defaults.seed));
}

/** Adds `--threads`, `--turbo` and `--math`. */
export function addCalculationOptions(command: Command, math: "portable" | "fast" = "fast"): Command {
  return command
    .addOption(
      new Option(
        "--threads <n|auto>",
        "number of threads; auto: as many as the machine has, if the work is worth it (default: auto)",
      ).argParser(threads),
    )
    .option("--no-turbo", "do not change V8's flags: no revectorizer, and on Node 20 no relaxed SIMD")
    .option(
      "--math <portable|fast>",
      `portable: the same bits on every machine; fast: as fast as possible (default: ${math})`,
    );
}

/** Adds `--contamination` and `--sigma`. */
export function addThresholdOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--contamination <x>",
        "share of the samples to flag as anomalies, from 0 to 0.5 (default: 0.01)",
      ).argParser(fraction),
    )
    .addOption(
      new Option("--sigma <k>", "flag errors more than k standard deviations above the mean")
        .argParser(notNegative)
        .conflicts("contamination"),
    );
}

/** Adds `--image-shape`. */
export function addImageOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--image-shape <HxW|none>",
      "height and width of images (default: from the file, or square)",
    ).argParser(imageShape),
  );
}

/** Adds `--resize` and `--grey`. */
export function addImageInputOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--resize <HxW>", "height and width to give to PNG and JPEG images").argParser(imageSize),
    )
    .option("--grey", "take the brightness of PNG and JPEG images instead of their colours");
}

/** Adds `--json`. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print only JSON, one object per line");
}

/**
 * Options for the library's engine. Apart from turbo, only what the user gave: the library checks names and chooses the
 * rest.
 */
export function engineOptions({ threads, math, turbo }: CalculationOptions): EngineOptions {
  const given = { ...(threads !== undefined && { threads }), ...(math !== undefined && { math }) };
  return { ...given, turbo: turbo ? "auto" : false } as EngineOptions;
}

/** `relaxed build, tile 6x16, turbo, 2 threads`. */
export function showEngine({ build, tile, turbo, threads }: EngineInfo): string {
  return `${build} build, tile ${tile}, ${turbo ? "turbo" : "no turbo"}, ${plural(threads, "thread")}`;
}
