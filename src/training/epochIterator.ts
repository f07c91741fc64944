import type { Callback, TrainingRun } from "./callbacks.js";
import type { History } from "./history.js";
import type { EpochLog } from "./logs.js";

/**
 * The epochs of a training one by one. Training begins when the first one is asked for, and waits between two until
 * the next one is. Leaving the loop early stops it in order.
 *
 * @param start begins a training that tells `callback`
 * @returns the history, as the generator's return value
 */
export async function* epochsOf(
  start: (callback: Callback) => Promise<History>,
): AsyncGenerator<EpochLog, History, void> {
  let run: TrainingRun | undefined;
  let goOn: () => void = () => {};
  let arrived: (log: EpochLog) => void = () => {};
  const nextLog = () =>
    new Promise<EpochLog>((resolve) => {
      arrived = resolve;
    });
  // Before training begins, which may have its first epoch behind it when `start` returns.
  let log = nextLog();
  const training = start({
    onTrainBegin(begun) {
      run = begun;
    },
    onEpochEnd(ended) {
      arrived(ended);
      return new Promise((resolve) => {
        goOn = resolve;
      });
    },
  });
  try {
    for (;;) {
      const ended = await Promise.race([log, training.then(() => undefined)]);
      if (!ended) return await training;
      log = nextLog();
      yield ended;
      goOn();
    }
  } finally {
    run?.stop();
    goOn();
    // What it failed with has been thrown already.
    await training.catch(() => {});
  }
}
