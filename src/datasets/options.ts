import { ArgumentError } from "../errors.js";

/** What came, short enough for a message. */
function show(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") return `${value}`;
  if (value === null || value === undefined) return `${value}`;
  return Array.isArray(value) ? "an array" : `a value of type ${typeof value}`;
}

/**
 * @throws {ArgumentError} when `options` is not a plain object or has a name that is not among `names`
 */
export function checkOptionNames(of: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new ArgumentError(`${of}: options must be an object, not ${show(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new ArgumentError(`${of}: unknown option ${show(name)}; the options are ${names.join(", ")}`);
    }
  }
}

/** @throws {ArgumentError} when `value` is not an integer from `least` to `most` */
export function checkInteger(name: string, value: unknown, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw new ArgumentError(`${name} must be an integer from ${least} to ${most}, not ${show(value)}`);
  }
}

/** @throws {ArgumentError} when `seed` is not a safe integer or is negative */
export function checkSeed(seed: unknown): void {
  checkInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws {ArgumentError} when `value` is not a number from `least` to `most` */
export function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    throw new ArgumentError(`${name} must be a number from ${least} to ${most}, not ${show(value)}`);
  }
}
