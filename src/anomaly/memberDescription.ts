import { maskingNoise } from "../layers/corruption.js";
import { dense } from "../layers/dense.js";
import type { Seed } from "../math/seed.js";
import type { AutoencoderDescription } from "../network/description.js";
import { adam } from "../optimizers/adam.js";

/** Rows of a step of training. */
export const BATCH_SIZE = 64;

/**
 * The network of a member. Small, with a narrow code, and trained briefly to fill in values that are masked: so it learns
 * what most rows have in common, and no single row. Members with different activations err in different ways.
 */
export function memberDescription(inputSize: number, index: number, seed: Seed): AutoencoderDescription {
  const activation = index % 2 === 0 ? "tanh" : "relu";
  return {
    inputSize,
    encoder: [dense(32, activation), dense(16, activation), dense(Math.ceil(Math.sqrt(inputSize)))],
    decoder: [dense(16, activation), dense(32, activation), dense(inputSize)],
    corruption: maskingNoise(0.5),
    loss: "meanAbsoluteError",
    optimizer: adam({ learningRate: 0.003 }),
    seed,
  };
}
