import { integer } from "../common/check.js";

/** A seed: an integer from 0 to 2⁵³ − 1. */
export type Seed = number;

/** @throws {ArgumentError} unless `value` is a seed */
export function checkSeed(name: string, value: unknown): Seed {
  return integer(name, value, 0);
}

/** A seed as two 32-bit words, the lower one first: the key of the random generator. */
export function seedWords(seed: Seed): [number, number] {
  return [seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0];
}
