/** Runs work one at a time. All requests that arrive while it runs are met by a single run afterwards. */
export class Latest {
  readonly #work: () => Promise<void>;
  #wanted = false;
  #working: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Resolves when the work has run after this call; rejects with the work's error. */
  offer(): Promise<void> {
    this.#wanted = true;
    this.#working ??= this.#drain();
    return this.#working;
  }

  async #drain(): Promise<void> {
    try {
      while (this.#wanted) {
        this.#wanted = false;
        await this.#work();
      }
    } finally {
      // Cleared at once: later requests must start a new run.
      this.#working = undefined;
    }
  }
}
