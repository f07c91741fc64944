import { StateError } from "../errors.js";
import type { Work } from "./turns.js";

/** What holds training up or ends it from outside: `pause` and `resume`, an `AbortSignal`, the end of the model. */
export class Gate {
  readonly #signal: AbortSignal | undefined;
  readonly #canWait: boolean;
  #paused = false;
  #wake: () => void = () => {};
  readonly #woken = () => this.#wake();

  /** @param canWait whether other code can run while training waits */
  constructor(signal: AbortSignal | undefined, canWait: boolean) {
    this.#signal = signal;
    this.#canWait = canWait;
    signal?.addEventListener("abort", this.#woken);
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** @throws {StateError} when nobody could call `resume` */
  pause(): void {
    if (!this.#canWait)
      throw new StateError("fitSync cannot be paused, since nothing could resume it; use fit");
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.wake();
  }

  /** Has whatever waits look again. */
  wake(): void {
    this.#wake();
  }

  /** Lets training go on at once, or when it is resumed. Throws the signal's reason when it is aborted. */
  *pass(): Work<void> {
    this.#signal?.throwIfAborted();
    while (this.#paused) yield* this.wait();
  }

  /** Waits until `promise` is settled or `wake` is called. Throws the signal's reason when it is aborted. */
  *wait(promise?: Promise<unknown>): Work<void> {
    // Not a race with one long promise, which would keep something of every wait until it is settled.
    yield new Promise<void>((resolve) => {
      this.#wake = resolve;
      promise?.then(
        () => resolve(),
        () => resolve(),
      );
    });
    this.#signal?.throwIfAborted();
  }

  release(): void {
    this.#signal?.removeEventListener("abort", this.#woken);
  }
}
