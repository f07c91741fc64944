import type { Callback, TrainingRun } from "./callbacks.js";
import type { History } from "./history.js";
import type { EpochLog } from "./options.js";

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
  let arrived: (log: EpochLog) => void = () => {};
  let goOn: () => void = () => {};
  const training = start({
    onTrainBegin(begun) {
      run = begun;
    },
    onEpochEnd(log) {
      arrived(log);
      return new Promise((resolve) => {
        goOn = resolve;
      });
    },
  });
  try {
    for (;;) {
      const log = await new Promise<EpochLog | undefined>((resolve, reject) => {
        arrived = resolve;
        training.then(() => resolve(undefined), reject);
        goOn();
      });
      if (!log) return await training;
      yield log;
    }
  } finally {
    run?.stop();
    goOn();
    // What it failed with has been thrown already.
    await training.catch(() => {});
  }
}
