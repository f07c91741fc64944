/** How long the calling thread calculates before the event loop gets a turn, in ms. */
const TURN = 12;

/** Lets everything else that is due run first. */
const nextTurn: () => Promise<void> =
  typeof setImmediate === "function"
    ? () => new Promise((resolve) => setImmediate(resolve))
    : () =>
        new Promise((resolve) => {
          // setTimeout would be held back to 4 ms or, in a hidden page, to a second.
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(undefined);
        });

/**
 * Runs work that is written as a generator: each `yield` is a place where it may pause, and a yielded promise is
 * waited for. The event loop gets a turn whenever one is due. `guard` is asked after each pause; what it throws, and
 * what a promise is rejected with, is thrown into the work, so that it can clean up.
 */
export async function runInTurns<T>(work: Generator<unknown, T>, guard: () => void): Promise<T> {
  let due = performance.now() + TURN;
  let result = work.next();
  while (!result.done) {
    let failure: { error: unknown } | undefined;
    try {
      if (result.value instanceof Promise) await result.value;
      if (performance.now() >= due) {
        await nextTurn();
        due = performance.now() + TURN;
      }
      guard();
    } catch (error) {
      failure = { error };
    }
    result = failure ? work.throw(failure.error) : work.next();
  }
  return result.value;
}

/** Runs the same work to its end on the spot; `guard` is asked wherever the work could pause. */
export function runAtOnce<T>(work: Generator<unknown, T>, guard: () => void): T {
  let result = work.next();
  while (!result.done) {
    let failure: { error: unknown } | undefined;
    try {
      guard();
    } catch (error) {
      failure = { error };
    }
    result = failure ? work.throw(failure.error) : work.next();
  }
  return result.value;
}
