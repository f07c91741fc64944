import { StateError } from "../common/errors.js";
import type { Lifetime } from "../engine/lifetime.js";
import type { Work } from "../engine/turns.js";

/** Pauses training or ends it from outside: `pause` and `resume`, an `AbortSignal`, the disposal of the model. */
export class Gate {
  readonly #lifetime: Lifetime;
  readonly #signal: AbortSignal | undefined;
  readonly #canWait: boolean;
  #paused = false;
  #wake: () => void = () => {};
  readonly #woken = () => this.#wake();

  /**
   * @param lifetime the model's lifetime
   * @param canWait whether other code can run while training waits
   */
  constructor(lifetime: Lifetime, signal?: AbortSignal, canWait = true) {
    this.#lifetime = lifetime;
    this.#signal = signal;
    this.#canWait = canWait;
    signal?.addEventListener("abort", this.#woken);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** @throws {StateError} if no other code could call `resume` */
  pause(): void {
    if (!this.#canWait)
      throw new StateError("fitSync cannot be paused, since nothing could resume it; use fit");
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake();
  }

  /** Throws the signal's reason if it is aborted. */
  check(): void {
    this.#signal?.throwIfAborted();
  }

  /** Waits until training is resumed, if it is paused. Throws the signal's reason if it is aborted. */
  *pass(): Work<void> {
    this.check();
    while (this.#paused) yield* this.wait();
  }

  /** Waits until `promise` settles or the model's lifetime ends. Throws the signal's reason if it is aborted. */
  *wait(promise?: Promise<unknown>): Work<void> {
    // Racing against one long-lived promise would leak memory: it keeps a handler for every wait until it settles.
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
      promise?.then(
        () => resolve(),
        () => resolve(),
      );
    });
    yield this.#lifetime.orEnd(woken);
    this.check();
  }

  /**
   * Waits until a callback's promise settles, or training is ended from outside. Throws the error if the promise
   * rejects. `fitSync` does not wait.
   */
  *settled(promise: PromiseLike<unknown>): Work<void> {
    if (!this.#canWait) return;
    let outcome: { error?: unknown } | undefined;
    const settled = Promise.resolve(promise).then(
      () => {
        outcome = {};
      },
      (error: unknown) => {
        outcome = { error };
      },
    );
    while (!outcome) yield* this.wait(settled);
    if ("error" in outcome) throw outcome.error;
  }

  /** Whether an error means that training was ended from outside: by the signal, or by disposing the model. */
  isEnd(error: unknown): boolean {
    return error instanceof StateError || (this.#signal?.aborted === true && error === this.#signal.reason);
  }

  release(): void {
    this.#signal?.removeEventListener("abort", this.#woken);
  }
}
