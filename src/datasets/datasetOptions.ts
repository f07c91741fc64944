import { show } from "../common/check.js";
import { ArgumentError } from "../common/errors.js";

/** @throws {ArgumentError} unless `value` is an integer from `least` to `most` */
export function checkInteger(name: string, value: unknown, least: number, most: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    throw new ArgumentError(`${name} must be an integer from ${least} to ${most}, not ${show(value)}`);
  }
}

/** @throws {ArgumentError} unless `seed` is a safe integer of at least 0 */
export function checkSeed(seed: unknown): void {
  checkInteger("seed", seed, 0, Number.MAX_SAFE_INTEGER);
}

/** @throws {ArgumentError} unless `value` is a number from `least` to `most` */
export function checkNumber(name: string, value: unknown, least: number, most: number): void {
  if (typeof value !== "number" || !(value >= least && value <= most)) {
    throw new ArgumentError(`${name} must be a number from ${least} to ${most}, not ${show(value)}`);
  }
}
