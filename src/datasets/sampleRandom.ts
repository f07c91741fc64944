import { cosPi, log, sinPi } from "../math/elementary.js";

/**
 * Multipliers and key increments of Philox4x32: Salmon, Moraes, Dror and Shaw, "Parallel Random Numbers: As Easy
 * as 1, 2, 3", SC 2011.
 */
const MULTIPLIER_0 = 0xd2511f53;
const MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9;
const WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

const TWO_32 = 2 ** 32;

/** The upper 32 bits of the product of two unsigned 32-bit integers; each partial product is below 2⁴⁹. */
function multiplyHigh(a: number, b: number): number {
  const low = a * (b & 0xffff);
  return Math.floor((a * (b >>> 16) + Math.floor(low / 0x10000)) / 0x10000);
}

/**
 * One block of Philox4x32-10.
 *
 * @param counter four unsigned 32-bit integers
 * @param key two unsigned 32-bit integers
 * @param out where the four unsigned 32-bit results go; may be `counter`
 */
export function philox4x32(counter: Uint32Array, key: Uint32Array, out: Uint32Array): void {
  let c0 = counter[0]!;
  let c1 = counter[1]!;
  let c2 = counter[2]!;
  let c3 = counter[3]!;
  let k0 = key[0]!;
  let k1 = key[1]!;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0);
    const high1 = multiplyHigh(MULTIPLIER_1, c2);
    const low0 = Math.imul(MULTIPLIER_0, c0);
    const low1 = Math.imul(MULTIPLIER_1, c2);
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1 >>> 0;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0 >>> 0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/**
 * Random numbers for one sample at a time. Every sample has its own sequence, which depends only on (seed, stream, sample
 * index), so it does not matter which or how many other samples there are.
 */
export class SampleRandom {
  private readonly key: Uint32Array;
  /** Block number, stream, sample index (low word, high word). */
  private readonly counter = new Uint32Array(4);
  private readonly block = new Uint32Array(4);
  private used = 4;
  private spare = 0;
  private hasSpare = false;

  /**
   * @param seed a safe integer of at least 0
   * @param stream an unsigned 32-bit integer; different streams of one seed are independent
   */
  constructor(seed: number, stream: number) {
    this.key = Uint32Array.of(seed % TWO_32, Math.floor(seed / TWO_32));
    this.counter[1] = stream;
  }

  /** Starts the sequence of sample `index`, a safe integer of at least 0. */
  at(index: number): this {
    this.counter[0] = 0;
    this.counter[2] = index % TWO_32;
    this.counter[3] = Math.floor(index / TWO_32);
    this.used = 4;
    this.hasSpare = false;
    return this;
  }

  /** The next unsigned 32-bit integer of the sample's sequence. */
  uint32(): number {
    if (this.used === 4) {
      philox4x32(this.counter, this.key, this.block);
      this.counter[0]!++;
      this.used = 0;
    }
    return this.block[this.used++]!;
  }

  /** Uniform in [0, 1), a multiple of 2⁻³². */
  uniform(): number {
    return this.uint32() / TWO_32;
  }

  /** Standard normal, by Box and Muller's transform (1958); its absolute value is at most 6.8. */
  normal(): number {
    if (this.hasSpare) {
      this.hasSpare = false;
      return this.spare;
    }
    const radius = Math.sqrt(-2 * log((this.uint32() + 0.5) / TWO_32));
    const halfTurns = 2 * this.uniform();
    this.spare = radius * sinPi(halfTurns);
    this.hasSpare = true;
    return radius * cosPi(halfTurns);
  }
}
