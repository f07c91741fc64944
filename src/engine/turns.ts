import { TRACE_PROMISE, TRACE_TURN } from "../../assembly/abi.js";
import { immediately } from "../common/runtime.js";
import type { Engine } from "./engine.js";
import type { Lifetime } from "./lifetime.js";
import { Plan } from "./plan.js";

/** How long the calling thread calculates before it yields to the event loop, in ms. */
const TURN = 12;

/** Channels with a message under way: Firefox may collect unreferenced ports, and their message with them. */
const channels = new Set<MessageChannel>();

function throughChannel(resolve: () => void): void {
  const channel = new MessageChannel();
  channels.add(channel);
  channel.port1.onmessage = () => {
    channels.delete(channel);
    channel.port1.close();
    resolve();
  };
  channel.port2.postMessage(undefined);
}

/** Calls back after everything else that is due. Browsers delay `setTimeout` to 4 ms, and to 1 s in a hidden page. */
const later: (callback: () => void) => unknown =
  immediately ?? (typeof MessageChannel === "function" ? throughChannel : setTimeout);

/** Yields to the event loop: everything else that is due runs first. */
const nextTurn = () => new Promise<void>((resolve) => void later(resolve));

/**
 * Work that can pause, written as a generator. It yields a plan to run, a promise to wait for, or nothing if it just
 * allows a pause.
 */
export type Work<T> = Generator<Plan | Promise<unknown> | undefined, T>;

/**
 * Does work on the engine's threads and yields to the event loop regularly. If a promise rejects, its error is thrown
 * into the work, so that it can clean up. When the model's lifetime ends, the work gets a `StateError` at its next
 * pause; the lifetime waits until the work has ended.
 */
export function runInTurns<T>(engine: Engine, work: Work<T>, lifetime: Lifetime): Promise<T> {
  let due = performance.now() + TURN;
  const pause = async () => {
    engine.trace.note(TRACE_TURN);
    await nextTurn();
    due = performance.now() + TURN;
  };
  /** @param tells whether the work itself records in the trace what it waits for */
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

/** Does the whole work on the calling thread; stops at a pause if the lifetime has ended. */
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
