/** Work that is done once at a time; when it is asked for meanwhile, however often, it is done once more after that. */
export class Latest {
  readonly #work: () => Promise<void>;
  #wanted = false;
  #working: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Fulfilled when the work was done after this call; rejected with what it was rejected with. */
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
      // At once: who asks from here on has to begin anew.
      this.#working = undefined;
    }
  }
}
