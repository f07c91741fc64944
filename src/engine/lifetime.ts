import { StateError } from "../common/errors.js";

/** A model's lifetime, from `create` to `dispose`. When it ends, running calls are notified and waited for. */
export class Lifetime {
  #over = false;
  readonly #calls = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();

  /** @throws {StateError} if the lifetime is over */
  assertAlive(): void {
    if (this.#over) throw new StateError("the model was disposed of");
  }

  /** Runs a call that `end` waits for. */
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
   * Settles like the user's promise, or is fulfilled when the lifetime ends: a callback may itself be waiting for the
   * end.
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

  /** Fulfilled when all running calls have finished; undefined if there are none, to save a turn of the event loop. */
  end(): Promise<unknown> | undefined {
    this.#over = true;
    for (const stop of this.#waiting) stop();
    return this.#calls.size > 0 ? Promise.all(this.#calls) : undefined;
  }
}
