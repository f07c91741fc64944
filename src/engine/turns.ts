import { TRACE_PROMISE, TRACE_TURN } from "../../assembly/abi.js";
import { immediately } from "../common/runtime.js";
import type { Engine } from "./engine.js";
import type { Lifetime } from "./lifetime.js";
import { Plan } from "./plan.js";

/** How long the calling thread calculates before the event loop gets a turn, in ms. */
const TURN = 12;

/** Those with a message under way: Firefox may collect ports that nothing else refers to, and the message with them. */
const channels = new Set<MessageChannel>();

/** Lets everything else that is due run first. */
const nextTurn: () => Promise<void> =
  immediately !== undefined
    ? () => new Promise((resolve) => immediately!(resolve))
    : () =>
        new Promise((resolve) => {
          // setTimeout would be held back to 4 ms or, in a hidden page, to a second.
          const channel = new MessageChannel();
          channels.add(channel);
          channel.port1.onmessage = () => {
            channels.delete(channel);
            channel.port1.close();
            resolve();
          };
          channel.port2.postMessage(undefined);
        });

/**
 * Work that can pause, written as a generator. It yields plans to be run, promises to be waited for, and nothing
 * where it may pause.
 */
export type Work<T> = Generator<Plan | Promise<unknown> | undefined, T>;

/**
 * Does work on the engine's threads, letting the event loop turn whenever a turn is due. What a promise is rejected
 * with is thrown into the work, so that it can clean up; so is a `StateError`, at its next pause, once the model's
 * lifetime is over, which waits for the work to end.
 */
export function runInTurns<T>(engine: Engine, work: Work<T>, lifetime: Lifetime): Promise<T> {
  let due = performance.now() + TURN;
  const pause = async () => {
    engine.trace.note(TRACE_TURN);
    await nextTurn();
    due = performance.now() + TURN;
  };
  /** @param tells whether the work itself notes what it waits for */
  const drive = async <U>(work: Work<U>, tells = false): Promise<U> => {
    let result = work.next();
    while (!result.done) {
      let failure: { error: unknown } | undefined;
      try {
        const { value } = result;
        if (value instanceof Plan) {
          if (!engine.runIfShort(value)) await drive(engine.runInTurns(value), true);
        } else if (value) {
          if (!tells) engine.trace.note(TRACE_PROMISE);
          await value;
        }
        if (performance.now() >= due) await pause();
        lifetime.assertAlive();
      } catch (error) {
        failure = { error };
      }
      result = failure ? work.throw(failure.error) : work.next();
    }
    return result.value;
  };
  return lifetime.during(() => drive(work));
}

/** Does the same work to its end on the calling thread, unless the lifetime ends where the work could pause. */
export function runAtOnce<T>(engine: Engine, work: Work<T>, lifetime: Lifetime): T {
  let result = work.next();
  while (!result.done) {
    let failure: { error: unknown } | undefined;
    try {
      if (result.value instanceof Plan) engine.run(result.value);
      lifetime.assertAlive();
    } catch (error) {
      failure = { error };
    }
    result = failure ? work.throw(failure.error) : work.next();
  }
  return result.value;
}
