import { maskingNoise } from "../layers/corruption.js";
import { dense } from "../layers/dense.js";
import type { Seed } from "../math/seed.js";
import type { AutoencoderDescription } from "../network/description.js";
import { adam } from "../optimizers/adam.js";

/** Rows of a step of training. */
export const BATCH_SIZE = 64;

/**
 * The network of a member. Small, with a narrow code, and trained briefly to fill in values that are masked: so it learns
 * what most rows have in common, and no single row.
 */
export function memberDescription(inputSize: number, seed: Seed): AutoencoderDescription {
  const code = Math.ceil(1.5 * Math.sqrt(inputSize));
  return {
    inputSize,
    encoder: [dense(48, "tanh"), dense(16, "tanh"), dense(code)],
    decoder: [dense(16, "tanh"), dense(48, "tanh"), dense(inputSize)],
    corruption: maskingNoise(0.4),
    loss: "meanAbsoluteError",
    optimizer: adam({ learningRate: 0.002 }),
    seed,
  };
}
