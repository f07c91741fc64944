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
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
    });
    return this.#working;
  }

  async #drain(): Promise<void> {
    while (this.#wanted) {
      this.#wanted = false;
      await this.#work();
    }
  }
}
