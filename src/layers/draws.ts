import { seedWords } from "../math/seed.js";
import type { Draws } from "./layer.js";

/** The fields from which a kernel draws its random numbers. */
export function drawnFrom({ seed, step }: Draws, stream: number) {
  const [seedLow, seedHigh] = seedWords(seed);
  return { step: step.tensor, stream, seedLow, seedHigh };
}

/** A probability as a 32-bit threshold: how many of the 2³² numbers are below it. */
export function thresholdOf(probability: number): number {
  return Math.min(Math.round(probability * 2 ** 32), 2 ** 32 - 1);
}
