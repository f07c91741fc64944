// Kernels that draw random numbers.

import {
  OP_GAUSSIAN_NOISE,
  OP_REPLACEMENT_NOISE,
  OP_SAMPLE_LATENT,
  OP_SAMPLE_LATENT_BACKWARD,
} from "../../../assembly/abi.js";
import type { Address } from "../memory.js";
import { GRAIN, type PlanBuilder } from "../plan.js";

/** What a kernel draws its numbers from, beside the samples of its rows. */
export interface NoiseSource {
  /** The step block, which tells the samples and the epoch. */
  step: Address;
  stream: number;
  seed: readonly [low: number, high: number];
}

export function gaussianNoise(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  source: Address,
  target: Address,
  { step, stream, seed }: NoiseSource,
  deviation: number,
): void {
  const integers = [columns, source, target, step, stream, ...seed];
  plan.call(OP_GAUSSIAN_NOISE, rows, GRAIN, integers, [deviation]);
}

/** @param ones below this rate of `rate`, elements become 0; from there on, 1 */
export function replacementNoise(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  source: Address,
  target: Address,
  { step, stream, seed }: NoiseSource,
  { rate, ones, scale }: { rate: number; ones: number; scale: number },
): void {
  const thresholds = [rate, ones].map((part) => Math.min(Math.round(part * 2 ** 32), 2 ** 32 - 1));
  const integers = [columns, source, target, step, stream, ...seed, ...thresholds];
  plan.call(OP_REPLACEMENT_NOISE, rows, GRAIN, integers, [scale]);
}

export function sampleLatent(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  heads: Address,
  z: Address,
  divergences: Address,
  { step, stream, seed }: NoiseSource,
): void {
  const integers = [columns, heads, z, divergences, step, stream, ...seed];
  plan.call(OP_SAMPLE_LATENT, rows, GRAIN, integers);
}

export function sampleLatentBackward(
  plan: PlanBuilder,
  rows: number,
  columns: number,
  heads: Address,
  z: Address,
  dz: Address,
  dheads: Address,
  step: Address,
  scale: number,
): void {
  const integers = [columns, heads, z, dz, dheads, step];
  plan.call(OP_SAMPLE_LATENT_BACKWARD, rows, GRAIN, integers, [scale]);
}
