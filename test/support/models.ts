import { createHash } from "node:crypto";
import { expect } from "vitest";
import {
  Autoencoder,
  type AutoencoderOptions,
  dense,
  type Engine,
  type NamedWeight,
} from "../../src/index.js";
import { hashedUniform } from "../golden/load.js";

/** Both ways to calculate; most tests run on each. */
export const MATHS = ["portable", "fast"] as const;
export type MathName = (typeof MATHS)[number];

/** `rows`×`columns` values in [low, high], a function of `tag`. */
export function values(rows: number, columns: number, tag = 1, low = 0, high = 1): Float32Array {
  return hashedUniform(tag, rows * columns, low, high);
}

/** 6 → 3 → 6, tanh and linear, unless told otherwise. */
export function smallModel(options: Partial<AutoencoderOptions> = {}): Promise<Autoencoder> {
  return Autoencoder.create({
    inputSize: 6,
    encoder: [dense(3, "tanh")],
    decoder: [dense(6)],
    engine: { math: "portable" },
    ...options,
  });
}

/** A fingerprint (SHA-256) of bits: short enough for a message when two differ. */
export function bits(...arrays: readonly ArrayBufferView[]): string {
  const hash = createHash("sha256");
  for (const { buffer, byteOffset, byteLength } of arrays)
    hash.update(Buffer.from(buffer, byteOffset, byteLength));
  return hash.digest("hex");
}

/** A fingerprint of the data of weights, in their order. */
export function bitsOfWeights(weights: readonly NamedWeight[]): string {
  return bits(...weights.map(({ data }) => data));
}

/** A fingerprint of a model's weights, in the order of `getWeights`. */
export function weightBits(model: Autoencoder): string {
  return bitsOfWeights(model.getWeights());
}

/** Expects |actual − expected| ≤ absolute + relative·|expected| of every element; names the worst one. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { absolute = 0, relative = 0 }: { absolute?: number; relative?: number },
  what = "element",
): void {
  expect(actual.length, `${what}: length`).toBe(expected.length);
  let worst = -Infinity;
  let at = 0;
  for (let i = 0; i < expected.length; i++) {
    const excess = Math.abs(actual[i]! - expected[i]!) - absolute - relative * Math.abs(expected[i]!);
    // A NaN must count as the worst of all.
    if (!(excess <= worst)) {
      worst = Number.isNaN(excess) ? Infinity : excess;
      at = i;
    }
  }
  const message = `${what} ${at} is ${actual[at]}, expected ${expected[at]} ± ${absolute} + ${relative}·|it|`;
  expect(worst <= 0, message).toBe(true);
}

/** Bytes in use once the engine has freed what its models keep for their next calls. */
export function usedWithoutSpares({ memory }: Engine): number {
  memory.freeSpares();
  return memory.used;
}

/** What a call is rejected with or throws. */
export async function failure(call: () => unknown): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error("the call did not fail");
}
