/** Random numbers that depend only on a seed. They are for pictures to look at, not for weights. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = mix((seed ^ Math.floor(seed / 2 ** 32)) | 0);
  }

  /** In [0, 1). */
  uniform(): number {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return (mix(this.#state) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 to `count` − 1. */
  below(count: number): number {
    return Math.floor(this.uniform() * count);
  }

  /** From the standard normal distribution, after G. Box and M. Muller, 1958. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }
}

/** Maps 32 bits to 32 bits one to one; each output bit depends on all input bits. From C. Wellons's hash-prospector. */
function mix(value: number): number {
  let x = value ^ (value >>> 16);
  x = Math.imul(x, 0x21f0aaad);
  x ^= x >>> 15;
  x = Math.imul(x, 0xd35a2d97);
  return x ^ (x >>> 15);
}
