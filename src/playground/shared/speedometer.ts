/** Length of an averaging period, in ms. The previous period counts half, the one before it a quarter. */
const STRETCH = 1000;

/** Measures the training speed in samples per second, without the time between steps. */
export class Speedometer {
  #samples = 0;
  #milliseconds = 0;
  #last = 0;

  /** Starts timing: the time until `now` does not count. */
  start(now: number): void {
    this.#last = now;
  }

  /** Call after a step with this many samples. */
  add(samples: number, now: number): void {
    this.#samples += samples;
    this.#milliseconds += now - this.#last;
    this.#last = now;
    if (this.#milliseconds < 2 * STRETCH) return;
    this.#samples /= 2;
    this.#milliseconds /= 2;
  }

  /** Undefined before the first step. */
  get samplesPerSecond(): number | undefined {
    return this.#milliseconds > 0 ? (1000 * this.#samples) / this.#milliseconds : undefined;
  }
}
