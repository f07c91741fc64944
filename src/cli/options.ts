import { type Command, InvalidArgumentError, Option } from "commander";
import {
  ArgumentError,
  type Corruption,
  type EngineInfo,
  type EngineOptions,
  gaussianNoise,
  type KlSparsity,
  klSparsity,
  type L1,
  l1,
  maskingNoise,
  saltAndPepper,
} from "../index.js";
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

/** Options of all commands that run a model. */
export interface CalculationOptions {
  threads?: number | "auto";
  math?: string;
  turbo: boolean;
}

/** `digits` and `spiral` are built in; anything else is the path of a file. */
export const DATA_HELP =
  "digits, spiral, or a file: IDX, .npy, .npz, Parquet, Arrow, PNG, JPEG, or a table of numbers in .csv, .tsv or .json";

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

/** A learning rate schedule as the user gave it. The library checks its name and options. */
export interface ScheduleFlag {
  readonly kind: string;
  readonly [option: string]: string | number;
}

/** Parses `name` or `name:option=value,option=value`; values that look like numbers become numbers. */
export function schedule(text: string): ScheduleFlag {
  const [, kind, options] = /^([^:]+)(?::(.+))?$/s.exec(text) ?? [];
  const pairs = (options?.split(",") ?? []).map((pair) => /^([^=]+)=(.+)$/s.exec(pair));
  if (!kind || pairs.includes(null)) {
    throw new InvalidArgumentError("It must be a name, or name:option=value,option=value.");
  }
  const entries = pairs.map((pair): [string, string | number] => {
    const value = Number(pair![2]);
    return [pair![1]!, Number.isNaN(value) ? pair![2]! : value];
  });
  return { ...Object.fromEntries(entries), kind };
}

/** Parses a height and a width, such as `28x28`, or `none`. */
export function imageShape(text: string): { width: number; height: number } | "none" {
  if (text === "none") return text;
  try {
    const [height, width, ...rest] = text.split(/[x×,]/).map(positiveInteger);
    if (height !== undefined && width !== undefined && rest.length === 0) return { width, height };
  } catch {
    // The error below says what is allowed.
  }
  throw new InvalidArgumentError('It must be a height and a width, such as 28x28, or "none".');
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

/** A number between 0 and 1, exclusive. */
export const probability = (text: string) =>
  decimal(text, "a number between 0 and 1", (value) => value > 0 && value < 1);

/** `gaussian:0.2`, `masking:0.3` or `saltAndPepper:0.1`. */
export function corruption(text: string): Corruption {
  const wanted = "gaussian:<deviation>, masking:<rate> or saltAndPepper:<rate>";
  return parts<Corruption>(text, wanted, { gaussian: gaussianNoise, masking: maskingNoise, saltAndPepper });
}

/** `l1:1e-4`, `kl` or `kl:<target>:<weight>`. */
export function sparsity(text: string): L1 | KlSparsity {
  const kl = (target?: number, weight?: number) =>
    klSparsity({ ...(target !== undefined && { target }), ...(weight !== undefined && { weight }) });
  // The library's default strength is meant for weights, so it does not apply here.
  const given = (strength = Number.NaN) => l1(strength);
  return parts<L1 | KlSparsity>(text, "l1:<strength>, kl or kl:<target>:<weight>", { l1: given, kl });
}

/** Parses `name:number:number` and passes the numbers to the function of that name. */
function parts<T>(text: string, wanted: string, makers: Record<string, (...numbers: number[]) => T>): T {
  const [name = "", ...rest] = text.split(":");
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker || rest.length > 2) throw new InvalidArgumentError(`It must be ${wanted}.`);
  try {
    return maker(...rest.map((part) => (part.trim() === "" ? Number.NaN : Number(part))));
  } catch (error) {
    if (error instanceof ArgumentError)
      throw new InvalidArgumentError(`It must be ${wanted}: ${error.message}.`);
    throw error;
  }
}

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
        "size limit of an unpacked gzip file, in bytes (default: 1073741824, 1 GiB)",
      ).argParser(positiveInteger),
    )
    .addOption(new Option("--seed <n>", `seed of ${defaults.seeds}`).argParser(seed).default(defaults.seed));
}

/** Adds `train`'s options for the learning rate schedule, gradient clipping and weight penalties. */
export function addOptimizationOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--schedule <name[:option=value,…]>",
        "learning rate schedule: exponentialDecay, stepDecay, cosineDecay or reduceOnPlateau",
      ).argParser(schedule),
    )
    .addOption(
      new Option("--warmup <n>", "steps during which the learning rate rises from 0").argParser(
        positiveInteger,
      ),
    )
    .addOption(
      new Option("--clip-value <x>", "clip each element of the gradients to ±x").argParser(positiveNumber),
    )
    .addOption(
      new Option(
        "--clip-norm <x>",
        "clip the norm of each gradient (one per weight matrix or bias) to x",
      ).argParser(positiveNumber),
    )
    .addOption(
      new Option("--global-clip-norm <x>", "clip the norm of all gradients together to x").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option("--l1 <x>", "penalty on the sum of the weights' absolute values").argParser(notNegative),
    )
    .addOption(new Option("--l2 <x>", "penalty on the sum of the weights' squares").argParser(notNegative));
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
