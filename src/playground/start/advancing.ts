/**
 * For scripts that record a training: `advance(steps)`, a global function of the page, trains so many steps and resolves
 * with the number of all steps when the pictures show them. With 0, it only waits for the pictures.
 */
export class Advancing {
  #wanted: { steps: number; done: (steps: number) => void } | undefined;
  #drawn = 0;

  /** @param train trains so many steps */
  constructor(train: (steps: number) => void) {
    const advance = (steps: number) =>
      new Promise<number>((done) => {
        this.#wanted = { steps: this.#drawn + steps, done };
        if (steps > 0) train(steps);
        else requestAnimationFrame(() => this.drawn(this.#drawn));
      });
    Object.assign(globalThis, { advance });
  }

  /** Call when a new model takes the place of the old one: its steps count from 0. */
  restart(): void {
    if (this.#wanted) this.#wanted.steps -= this.#drawn;
    this.#drawn = 0;
  }

  /** Call when the pictures show the state after so many steps. */
  drawn(steps: number): void {
    this.#drawn = steps;
    if (!this.#wanted || steps < this.#wanted.steps) return;
    const { done } = this.#wanted;
    this.#wanted = undefined;
    done(steps);
  }
}
