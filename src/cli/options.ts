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
import { plural } from "./text.js";

/** Options of every command that takes data. */
export interface DataOptions {
  samples?: number;
  noise?: number;
  /** Bytes that a gzipped file may unpack to. */
  maxUnpacked?: number;
  seed: number;
}

/** Options of commands that show samples. */
export interface ImageOptions {
  imageShape?: { width: number; height: number } | "none";
}

/** Options of every command that calculates. */
export interface CalculationOptions {
  threads?: number | "auto";
  math?: string;
  turbo: boolean;
}

/** What `digits` and `spiral` stand for is made on the spot; anything else is the path of a file. */
export const DATA_HELP = "digits, spiral, or a file: IDX or .npy, plain or gzipped";

/** Digits made for the commands that use a model. */
export const USED_DIGITS = 10_000;

/** What those commands make; another seed than train's, so that they are not the samples trained on. */
export const USED_DATA = { samples: "10,000 digits, 500 points", seed: 1, seeds: "made data; train has 0" };

/** @throws {InvalidArgumentError} unless `text` is a positive integer */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError("A positive integer is wanted.");
  }
  return value;
}

function seed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value)) {
    throw new InvalidArgumentError("An integer from 0 to 2^53 - 1 is wanted.");
  }
  return value;
}

function decimal(text: string, wanted: string, valid: (value: number) => boolean): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!Number.isFinite(value) || !valid(value)) throw new InvalidArgumentError(`${wanted} is wanted.`);
  return value;
}

/** A number above 0. */
export const positiveNumber = (text: string) => decimal(text, "A number above 0", (value) => value > 0);

/** A number from 0 up to, but not including, 1. */
export const fraction = (text: string) =>
  decimal(text, "A number from 0 up to, but not including, 1", (value) => value >= 0 && value < 1);

/** A number of at least 0. */
export const notNegative = (text: string) => decimal(text, "A number of at least 0", (value) => value >= 0);

/** A schedule of the learning rate as the user gave it: the library checks its name and options. */
export interface ScheduleFlag {
  readonly kind: string;
  readonly [option: string]: string | number;
}

/** `name` or `name:option=value,option=value`, where a value that is a number becomes one. */
export function schedule(text: string): ScheduleFlag {
  const [, kind, options] = /^([^:]+)(?::(.+))?$/s.exec(text) ?? [];
  const pairs = (options?.split(",") ?? []).map((pair) => /^([^=]+)=(.+)$/s.exec(pair));
  if (!kind || pairs.includes(null)) {
    throw new InvalidArgumentError("A name is wanted, or name:option=value,option=value.");
  }
  const entries = pairs.map((pair): [string, string | number] => {
    const value = Number(pair![2]);
    return [pair![1]!, Number.isNaN(value) ? pair![2]! : value];
  });
  return { ...Object.fromEntries(entries), kind };
}

/** `28x28`, height and width; `none` is none. */
export function imageShape(text: string): { width: number; height: number } | "none" {
  if (text === "none") return text;
  try {
    const [height, width, ...rest] = text.split(/[x×,]/).map(positiveInteger);
    if (height !== undefined && width !== undefined && rest.length === 0) return { width, height };
  } catch {
    // Told below.
  }
  throw new InvalidArgumentError('Height and width are wanted, as 28x28, or "none".');
}

/** Widths with commas between them; `none` is none. */
export function widths(text: string): number[] {
  if (text === "none") return [];
  try {
    return text.split(",").map(positiveInteger);
  } catch {
    throw new InvalidArgumentError('Positive integers with commas between them are wanted, or "none".');
  }
}

/** A number between 0 and 1, both excluded. */
export const probability = (text: string) =>
  decimal(text, "A number between 0 and 1", (value) => value > 0 && value < 1);

/** `gaussian:0.2`, `masking:0.3` or `saltAndPepper:0.1`. */
export function corruption(text: string): Corruption {
  const wanted = "gaussian:<deviation>, masking:<rate> or saltAndPepper:<rate>";
  return parts<Corruption>(text, wanted, { gaussian: gaussianNoise, masking: maskingNoise, saltAndPepper });
}

/** `l1:1e-4`, `kl` or `kl:<target>:<weight>`. */
export function sparsity(text: string): L1 | KlSparsity {
  const kl = (target?: number, weight?: number) =>
    klSparsity({ ...(target !== undefined && { target }), ...(weight !== undefined && { weight }) });
  // The library has a default strength, but one for weights.
  const given = (strength = Number.NaN) => l1(strength);
  return parts<L1 | KlSparsity>(text, "l1:<strength>, kl or kl:<target>:<weight>", { l1: given, kl });
}

/** What the maker of that name makes of the numbers that follow it, with colons between them. */
function parts<T>(text: string, wanted: string, makers: Record<string, (...numbers: number[]) => T>): T {
  const [name = "", ...rest] = text.split(":");
  const maker = Object.hasOwn(makers, name) ? makers[name] : undefined;
  if (!maker || rest.length > 2) throw new InvalidArgumentError(`${wanted} is wanted.`);
  try {
    return maker(...rest.map((part) => (part.trim() === "" ? Number.NaN : Number(part))));
  } catch (error) {
    if (error instanceof ArgumentError)
      throw new InvalidArgumentError(`${wanted} is wanted: ${error.message}.`);
    throw error;
  }
}

function threads(text: string): number | "auto" {
  if (text === "auto") return text;
  try {
    return positiveInteger(text);
  } catch {
    throw new InvalidArgumentError('A positive integer is wanted, or "auto".');
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
      new Option("--noise <x>", "noise of the spiral's points (default: 0.3)").argParser(notNegative),
    )
    .addOption(
      new Option(
        "--max-unpacked <bytes>",
        "bytes that a gzipped file may unpack to (default: 1073741824, 1 GiB)",
      ).argParser(positiveInteger),
    )
    .addOption(new Option("--seed <n>", `seed of ${defaults.seeds}`).argParser(seed).default(defaults.seed));
}

/** Adds what `train` has beside an optimizer's name and learning rate. */
export function addOptimizationOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--schedule <name[:option=value,…]>",
        "of the learning rate: exponentialDecay, stepDecay, cosineDecay or reduceOnPlateau",
      ).argParser(schedule),
    )
    .addOption(
      new Option("--warmup <n>", "steps in which the learning rate rises from 0").argParser(positiveInteger),
    )
    .addOption(
      new Option("--clip-value <x>", "largest element that a gradient may have").argParser(positiveNumber),
    )
    .addOption(
      new Option("--clip-norm <x>", "largest norm of the gradient of each weight matrix and bias").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option("--global-clip-norm <x>", "largest norm of all gradients together").argParser(
        positiveNumber,
      ),
    )
    .addOption(
      new Option("--l1 <x>", "penalty on the sum of the weights' absolute values").argParser(notNegative),
    )
    .addOption(new Option("--l2 <x>", "penalty on the sum of the weights' squares").argParser(notNegative));
}

/** Adds `--threads`, `--turbo` and `--math`. */
export function addCalculationOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--threads <n|auto>",
        "threads to calculate on; auto: the machine's, if there is enough to do (default: auto)",
      ).argParser(threads),
    )
    .option("--no-turbo", "leave V8's switches alone: no revectorizer, and on Node 20 no relaxed SIMD")
    .option(
      "--math <portable|fast>",
      "portable: the same bits on every machine; fast: whatever is fastest (default: fast)",
    );
}

/** Adds `--contamination` and `--sigma`. */
export function addThresholdOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        "--contamination <x>",
        "the share of the samples that are anomalies, 0 to 0.5 (default: 0.01)",
      ).argParser(fraction),
    )
    .addOption(
      new Option("--sigma <k>", "anomalies are k standard deviations above the mean error")
        .argParser(notNegative)
        .conflicts("contamination"),
    );
}

/** Adds `--image-shape`. */
export function addImageOption(command: Command): Command {
  return command.addOption(
    new Option(
      "--image-shape <HxW|none>",
      "sides of a sample that is an image (default: the file's, or a square's)",
    ).argParser(imageShape),
  );
}

/** Adds `--json`. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print JSON, one object a line, and nothing else");
}

/**
 * Options for the library's engine; beside turbo only what was given, so that the library decides the rest and checks
 * the names.
 */
export function engineOptions({ threads, math, turbo }: CalculationOptions): EngineOptions {
  const given = { ...(threads !== undefined && { threads }), ...(math !== undefined && { math }) };
  return { ...given, turbo: turbo ? "auto" : false } as EngineOptions;
}

/** `relaxed build, tile 6x16, turbo, 2 threads`. */
export function showEngine({ build, tile, turbo, threads }: EngineInfo): string {
  return `${build} build, tile ${tile}, ${turbo ? "turbo" : "no turbo"}, ${plural(threads, "thread")}`;
}
