import { type Seed, seedWords } from "../math/seed.js";
import type { Engine } from "./engine.js";
import type { Tensor } from "./tensor.js";

/** Selects random numbers: the same source always gives the same ones, and each stream has its own. */
export interface RandomSource {
  readonly seed: Seed;
  /** One of the STREAM_ constants of assembly/abi.ts. */
  readonly stream: number;
  readonly epoch?: number;
  readonly sample?: number;
}

/** Fills a tensor from the uniform distribution over [low, high). */
export function fillUniform(
  engine: Engine,
  target: Tensor,
  low: number,
  high: number,
  from: RandomSource,
): void {
  engine.kernels.randomUniform(
    target.address,
    target.values.length,
    low,
    high,
    ...wordsOf(from),
    engine.scratch,
  );
}

/** Fills a tensor from a normal distribution. */
export function fillNormal(
  engine: Engine,
  target: Tensor,
  mean: number,
  deviation: number,
  from: RandomSource,
): void {
  const { address, values } = target;
  engine.kernels.randomNormal(address, values.length, mean, deviation, ...wordsOf(from), engine.scratch);
}

/** Fills a tensor with random words. */
export function fillWords(engine: Engine, target: Tensor<Uint32Array>, from: RandomSource): void {
  engine.kernels.randomWords(target.address, target.values.length, ...wordsOf(from), engine.scratch);
}

/** Shuffles the elements of a tensor, with the random numbers of sample 0 of the source. */
export function shuffle(
  engine: Engine,
  target: Tensor<Uint32Array>,
  { seed, stream, epoch = 0 }: RandomSource,
): void {
  const [low, high] = seedWords(seed);
  engine.kernels.shuffle(target.address, target.values.length, low, high, stream, epoch, engine.scratch);
}

function wordsOf({ seed, stream, epoch = 0, sample = 0 }: RandomSource) {
  return [...seedWords(seed), stream, epoch, sample] as const;
}
