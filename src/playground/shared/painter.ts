/** Time limit for drawing in one frame, in ms. Visitors do not notice so short a delay. */
const BUDGET = 4;

/**
 * Draws pictures when the browser is about to show a frame, a few at a time, so that no frame takes long. A hidden page is
 * not drawn.
 */
export class Painter {
  readonly #pictures: readonly (() => void)[];
  readonly #done: () => void;
  #waiting: (() => void)[] = [];
  #requested = false;

  /** @param done called after all pictures have been drawn */
  constructor(pictures: readonly (() => void)[], done: () => void) {
    this.#pictures = pictures;
    this.#done = done;
  }

  /** Asks for all pictures to be drawn, including those that are still waiting. */
  request(): void {
    this.#waiting = [...this.#pictures];
    if (this.#requested) return;
    this.#requested = true;
    requestAnimationFrame(() => this.#frame());
  }

  #frame(): void {
    const end = performance.now() + BUDGET;
    do this.#waiting.shift()?.();
    while (this.#waiting.length > 0 && performance.now() < end);
    if (this.#waiting.length > 0) {
      requestAnimationFrame(() => this.#frame());
      return;
    }
    this.#requested = false;
    this.#done();
  }
}
