/** How long a stretch the speed is taken over, in ms; older ones count half as much, those before a quarter. */
const STRETCH = 1000;

/** How many samples a second training gets through, without what is done between its steps. */
export class Speedometer {
  #samples = 0;
  #milliseconds = 0;
  #last = 0;

  /** What has passed until `now` is not training's. */
  start(now: number): void {
    this.#last = now;
  }

  /** A step with so many samples has ended. */
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
