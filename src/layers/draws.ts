import { seedWords } from "../math/seed.js";
import type { Draws } from "./layer.js";

/** What a kernel draws its numbers from. */
export function drawnFrom({ seed, step }: Draws, stream: number) {
  const [seedLow, seedHigh] = seedWords(seed);
  return { step: step.tensor, stream, seedLow, seedHigh };
}

/** A probability as the number of 2³² that are below it. */
export function thresholdOf(probability: number): number {
  return Math.min(Math.round(probability * 2 ** 32), 2 ** 32 - 1);
}
