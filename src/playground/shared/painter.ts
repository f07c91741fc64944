/** Time limit for drawing in one frame, in ms. Visitors do not notice so short a delay. */
const BUDGET = 4;

/** Draws a picture, or a part of it; returns true if there are more parts. */
export type Picture = () => unknown;

/**
 * Draws pictures when the browser is about to show a frame, a few at a time, so that no frame takes long: it begins one only
 * if what the picture took last time still fits. A hidden page is not drawn.
 */
export class Painter {
  readonly #pictures: readonly Picture[];
  readonly #done: () => void;
  #waiting: Picture[] = [];
  /** How long each picture took when it was drawn last, in ms. */
  readonly #took = new Map<Picture, number>();
  #requested = false;

  /** @param done called after all pictures have been drawn */
  constructor(pictures: readonly Picture[], done: () => void) {
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
    let now = end - BUDGET;
    do {
      const picture = this.#waiting[0]!;
      const more = picture() === true;
      if (!more) this.#waiting.shift();
      const before = now;
      now = performance.now();
      this.#took.set(picture, now - before);
    } while (this.#waiting.length > 0 && now + (this.#took.get(this.#waiting[0]!) ?? 0) < end);
    if (this.#waiting.length > 0) {
      requestAnimationFrame(() => this.#frame());
      return;
    }
    this.#requested = false;
    this.#done();
  }
}
