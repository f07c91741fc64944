/** Lets one in at a time, in the order in which they came. */
export class Mutex {
  #held = false;
  readonly #waiting: (() => void)[] = [];

  get held(): boolean {
    return this.#held;
  }

  /** Takes the mutex; where somebody holds it, the promise is fulfilled once it has been passed on. */
  take(): Promise<void> | undefined {
    if (this.#held) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#held = true;
    return undefined;
  }

  /** Passes the mutex on to whoever has waited longest. */
  pass(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#held = false;
  }
}
