import { type Command, InvalidArgumentError, Option } from "commander";
import {
  ArgumentError,
  type Corruption,
  gaussianNoise,
  type KlSparsity,
  klSparsity,
  type L1,
  l1,
  maskingNoise,
  saltAndPepper,
} from "../index.js";
import { notNegative, positiveInteger, positiveNumber } from "./options.js";

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
