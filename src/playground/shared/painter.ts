/** How long one frame may be drawn at, in ms. Far less than what a visitor would feel. */
const BUDGET = 4;

/**
 * Draws when the browser is about to show the page, a few pictures a frame, so that no frame takes long however many
 * there are. A page that is not seen is not drawn.
 */
export class Painter {
  readonly #pictures: readonly (() => void)[];
  readonly #done: () => void;
  #waiting: (() => void)[] = [];
  #requested = false;

  /** @param done called when all pictures have been drawn */
  constructor(pictures: readonly (() => void)[], done: () => void) {
    this.#pictures = pictures;
    this.#done = done;
  }

  /** Has all pictures drawn, those too that are waiting still. */
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
