import { StateError } from "../common/errors.js";

/** A model's time from `create` to `dispose`: what is under way at its end is told, and waited for. */
export class Lifetime {
  #over = false;
  readonly #calls = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();

  /** @throws {StateError} when it is over */
  assertAlive(): void {
    if (this.#over) throw new StateError("the model was disposed of");
  }

  /** Makes a call that `end` waits for. */
  async during<T>(call: () => Promise<T>): Promise<T> {
    let settle = () => {};
    const settled = new Promise<void>((resolve) => {
      settle = resolve;
    });
    this.#calls.add(settled);
    try {
      return await call();
    } finally {
      this.#calls.delete(settled);
      settle();
    }
  }

  /**
   * Settles as the user's promise does, or is fulfilled at the end of the lifetime: a callback may itself be waiting
   * for that.
   */
  async orEnd(promise: Promise<unknown>): Promise<void> {
    let stop = () => {};
    const end = new Promise<void>((resolve) => {
      stop = resolve;
    });
    this.#waiting.add(stop);
    if (this.#over) stop();
    try {
      await Promise.race([promise, end]);
    } finally {
      this.#waiting.delete(stop);
    }
  }

  /** Fulfilled when no call is under way any more; at once, without a turn of the event loop, when there is none. */
  end(): Promise<unknown> | undefined {
    this.#over = true;
    for (const stop of this.#waiting) stop();
    return this.#calls.size > 0 ? Promise.all(this.#calls) : undefined;
  }
}
